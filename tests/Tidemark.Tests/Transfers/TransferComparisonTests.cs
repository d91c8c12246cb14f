using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Transfers;
using Xunit;

namespace Tidemark.Tests.Transfers;

public sealed class TransferComparisonTests
{
    private static readonly TransferTable Keyed = new(
        new SqlName("public", "orders"), [new("id", "text", HashForm.Native)], ["id"], new Bucketing(BucketKind.Hash, 4));

    private static readonly TransferTable Keyless = Keyed with { Key = [] };

    // Letters where UTF-16 and UTF-8 differ in their order are among them.
    private static readonly string[] Letters = ["a", "b", "\ue000", "\uffff", "🌊", "𐀀", "'", "\n"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Exactly_the_rows_that_differ_are_found_whatever_the_keys()
    {
        var keys = Gen.Elements(Letters).ListOf(3).Select(letters => string.Concat(letters));
        var ends = keys.SelectMany(key => Gen.Choose(0, 3), (key, hash) => (Key: key, Hash: hash)).ListOf(30);
        Prop.ForAll(ends.Zip(ends).ToArbitrary(), async pair =>
        {
            var (left, right) = (Rows(pair.Item1), Rows(pair.Item2));
            var (ours, theirs) = (left.ToDictionary(row => row.Key.Parts[0], row => row.Hash), right.ToDictionary(row => row.Key.Parts[0], row => row.Hash));
            var expected = ours.Keys.Where(key => !theirs.ContainsKey(key)).Select(key => (key, ChangeKind.Add))
                .Concat(theirs.Keys.Where(key => !ours.ContainsKey(key)).Select(key => (key, ChangeKind.Delete)))
                .Concat(ours.Where(row => theirs.TryGetValue(row.Key, out var hash) && hash != row.Value).Select(row => (row.Key, ChangeKind.Update)));

            var (difference, found, _) = await CompareAsync(Keyed, left, right);

            found.Select(row => (row.Key.Parts[0], row.Change)).ShouldBe(expected, ignoreOrder: true);
            difference.Source.Rows.ShouldBe(left.Count);
            difference.Target.Rows.ShouldBe(right.Count);
            (difference.Move == TableMove.Nothing).ShouldBe(found.Count == 0);
        }).QuickCheckThrowOnFailure();

        static List<RowDigest> Rows(IList<(string Key, int Hash)> rows) =>
            [.. rows.DistinctBy(row => row.Key).Select(row => new RowDigest(Encoding.UTF8.GetBytes(row.Key).Sum(letter => (long)letter) % 4, new RowKey([row.Key]), Hash($"{row.Key} {row.Hash}")))
                .OrderBy(row => row.Bucket).ThenBy(row => Convert.ToHexString(Encoding.UTF8.GetBytes(row.Key.Parts[0])), StringComparer.Ordinal)];
    }

    [Fact]
    public void Rows_without_a_key_are_compared_as_many_as_there_are_of_each()
    {
        var hashes = Gen.Choose(-3, 3).ListOf(12);
        Prop.ForAll(hashes.Zip(hashes).ToArbitrary(), async pair =>
        {
            var (left, right) = (Rows(pair.Item1), Rows(pair.Item2));
            var creates = left.GroupBy(row => row.Hash).Sum(group => Math.Max(0, group.Count() - right.Count(row => row.Hash == group.Key)));
            var deletes = right.GroupBy(row => row.Hash).Sum(group => Math.Max(0, group.Count() - left.Count(row => row.Hash == group.Key)));

            var (difference, found, unchanged) = await CompareAsync(Keyless, left, right);

            found.Count(row => row.Change == ChangeKind.Add).ShouldBe(creates);
            found.Count(row => row.Change == ChangeKind.Delete).ShouldBe(deletes);
            found.Count.ShouldBe(creates + deletes);
            unchanged.ShouldBe(difference.SourceRows - creates);
        }).QuickCheckThrowOnFailure();

        static List<RowDigest> Rows(IList<int> hashes) =>
            [.. hashes.Select(hash => new RowDigest(Math.Abs(hash) % 2, new RowKey([]), Hash($"{hash}"))).OrderBy(row => row.Bucket).ThenBy(row => row.Hash)];
    }

    [Theory]
    [InlineData(100, 31, TableMove.Whole)]
    [InlineData(100, 30, TableMove.Keys)]
    [InlineData(100, 0, TableMove.Nothing)]
    [InlineData(0, 0, TableMove.Nothing)]
    public async Task A_table_moves_whole_where_more_than_three_tenths_of_its_rows_are_in_buckets_that_differ(int rows, int changed, TableMove move)
    {
        var left = Numbered(rows, _ => 1);
        (await CompareAsync(Keyed, left, Numbered(rows, row => row < changed ? 2 : 1))).Difference.Move.ShouldBe(move);
    }

    [Fact]
    public async Task A_table_moves_whole_into_an_empty_target() => (await CompareAsync(Keyed, Numbered(1, _ => 1), [])).Difference.Move.ShouldBe(TableMove.Whole);

    [Fact]
    public async Task A_target_that_has_only_more_rows_than_the_source_needs_none_of_them_moved() =>
        (await CompareAsync(Keyed, Numbered(10, _ => 1), Numbered(100, _ => 1))).Difference.ShouldSatisfyAllConditions(
            found => found.Move.ShouldBe(TableMove.Keys), found => found.SourceRows.ShouldBe(0), found => found.TargetRows.ShouldBe(90));

    [Fact]
    public async Task A_key_that_the_target_has_twice_is_one_update_and_no_delete()
    {
        var row = new RowDigest(0, new RowKey(["a"]), 1);
        (await CompareAsync(Keyed, [row], [row, row])).Rows.ShouldBe([new RowDifference(0, row.Key, ChangeKind.Update, 1)]);
    }

    [Fact]
    public async Task Of_many_rows_no_more_are_read_than_the_batch_that_is_asked_for()
    {
        var source = new ListedRows(Numbered(100_000, _ => 1));
        var comparison = new TransferComparison(source, new ListedRows([]));
        var difference = await comparison.CompareAsync(Keyed, Token);
        await using var batches = comparison.RowsAsync(difference, Token).GetAsyncEnumerator(Token);

        (await batches.MoveNextAsync()).ShouldBeTrue();
        source.Read.ShouldBeLessThan(2_000);
        batches.Current.Rows.Count.ShouldBeLessThan(2_000);
    }

    [Fact]
    public async Task More_buckets_that_differ_than_are_kept_make_it_a_whole_table()
    {
        var difference = await new TransferComparison(
            new EndlessBuckets(TransferComparison.MaxBuckets + 1, differs: true), new EndlessBuckets(TransferComparison.MaxBuckets * 8, differs: false)).CompareAsync(Keyed, Token);

        difference.DifferingBuckets.ShouldBeGreaterThan(TransferComparison.MaxBuckets);
        difference.Buckets.Count.ShouldBe(TransferComparison.MaxBuckets);
        difference.Move.ShouldBe(TableMove.Whole);
    }

    [Fact]
    public async Task An_end_that_gives_keys_in_another_order_is_not_taken_for_one_with_other_rows()
    {
        RowDigest[] wrong = [new(0, new RowKey(["b"]), 1), new(0, new RowKey(["a"]), 1)];
        var comparison = new TransferComparison(new ListedRows(wrong), new ListedRows([]));
        var difference = await comparison.CompareAsync(Keyed, Token);

        (await Refusal.CodeAsync(async () => await comparison.RowsAsync(difference, Token).ToListAsync(Token))).ShouldBe("transfer.order");
    }

    [Fact]
    public async Task The_end_that_fails_first_says_why_though_the_other_one_never_answers()
    {
        var comparison = new TransferComparison(new FailingRows(TimeSpan.Zero), new FailingRows(Timeout.InfiniteTimeSpan));
        (await Refusal.CodeAsync(() => comparison.CompareAsync(Keyed, Token))).ShouldBe("test.failed");
    }

    // Sums of small numbers would be equal by chance.
    private static long Hash(string row) => BitConverter.ToInt64(SHA256.HashData(Encoding.UTF8.GetBytes(row)));

    private static List<RowDigest> Numbered(int rows, Func<int, long> hash) =>
        [.. Enumerable.Range(0, rows).Select(row => new RowDigest(row, new RowKey([$"{row}"]), hash(row)))];

    private static async Task<(TableDifference Difference, List<RowDifference> Rows, long Unchanged)> CompareAsync(
        TransferTable table, List<RowDigest> left, List<RowDigest> right)
    {
        var comparison = new TransferComparison(new ListedRows(left), new ListedRows(right));
        var difference = await comparison.CompareAsync(table, Token);
        var batches = await comparison.RowsAsync(difference, Token).ToListAsync(Token);
        return (difference, [.. batches.SelectMany(batch => batch.Rows)], batches.Sum(batch => batch.Unchanged));
    }

    /// <summary>Buckets of one row each, none of which is in memory before it is asked for.</summary>
    private sealed class EndlessBuckets(long count, bool differs) : ITransferRows
    {
        public IAsyncEnumerable<BucketDigest> DigestAsync(TransferTable table, CancellationToken cancellationToken) =>
            Numbers().Select(bucket => new BucketDigest(bucket, new Checksum(1, differs ? 1 : 2, 0))).ToAsyncEnumerable();

        public IAsyncEnumerable<RowDigest> RowsAsync(TransferTable table, IReadOnlyList<long> buckets, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IReadOnlyList<SampledRow>> SampleAsync(TransferTable table, IReadOnlyList<RowKey> keys, CancellationToken cancellationToken) => throw new NotSupportedException();

        private IEnumerable<long> Numbers()
        {
            for (var bucket = 0L; bucket < count; bucket++) yield return bucket;
        }
    }

    /// <summary>An end that fails after a while.</summary>
    private sealed class FailingRows(TimeSpan after) : ITransferRows
    {
        public async IAsyncEnumerable<BucketDigest> DigestAsync(TransferTable table, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.Delay(after, cancellationToken);
            if (after == TimeSpan.Zero) throw new TidemarkException(FailureKind.Transient, "test.failed", "It failed.");
            yield return default;
        }

        public IAsyncEnumerable<RowDigest> RowsAsync(TransferTable table, IReadOnlyList<long> buckets, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IReadOnlyList<SampledRow>> SampleAsync(TransferTable table, IReadOnlyList<RowKey> keys, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
