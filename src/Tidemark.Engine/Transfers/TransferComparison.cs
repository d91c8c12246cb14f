using System.Runtime.CompilerServices;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Transfers;

/// <summary>
/// Compares a table at the two ends of a transfer: by sums of buckets first, then row by row in those that differ. Both ends are read at the same
/// time, and no more than a batch of rows is in memory.
/// </summary>
/// <param name="source">Rows that the source gives.</param>
/// <param name="target">Rows that the target has.</param>
public sealed class TransferComparison(ITransferRows source, ITransferRows target)
{
    /// <summary>Buckets that are remembered at most; a table in which more differ moves as a whole.</summary>
    public const int MaxBuckets = 1_000_000;

    private const int BatchRows = 1_000;

    // With more of its rows in buckets that differ, a table is copied in less time than its rows are compared.
    private const double WholeShare = 0.3;

    /// <summary>Compares the sums of all buckets.</summary>
    public async Task<TableDifference> CompareAsync(TransferTable table, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var left = new OrderedRows<BucketDigest>(source.DigestAsync(table, stop.Token).GetAsyncEnumerator(stop.Token));
        await using var right = new OrderedRows<BucketDigest>(target.DigestAsync(table, stop.Token).GetAsyncEnumerator(stop.Token));
        var buckets = new List<BucketDifference>();
        var found = new TableDifference(table, default, default);
        try
        {
            await BeginAsync(left, right, stop);
            while (left.HasRow || right.HasRow)
            {
                var order = Order(left, right, static (one, other) => one.Bucket.CompareTo(other.Bucket));
                var bucket = order <= 0 ? left.Row.Bucket : right.Row.Bucket;
                var (own, other) = (order <= 0 ? left.Row.Rows : default, order >= 0 ? right.Row.Rows : default);
                found = found with { Source = found.Source + own, Target = found.Target + other };
                if (own != other)
                {
                    found = found with { DifferingBuckets = found.DifferingBuckets + 1, SourceRows = found.SourceRows + own.Rows, TargetRows = found.TargetRows + other.Rows };
                    if (buckets.Count < MaxBuckets) buckets.Add(new(bucket, own.Rows, other.Rows));
                }

                if (order <= 0) await left.MoveAsync();
                if (order >= 0) await right.MoveAsync();
            }
        }
        finally
        {
            await stop.CancelAsync();
        }

        return found with { Buckets = buckets, Move = MoveOf(found) };
    }

    /// <summary>The rows that differ in the buckets of <see cref="TableDifference.Buckets"/>, in batches.</summary>
    /// <param name="difference">What <see cref="CompareAsync"/> found.</param>
    /// <param name="cancellationToken">Looked at between rows.</param>
    public async IAsyncEnumerable<RowDifferences> RowsAsync(TableDifference difference, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var some in difference.Buckets.Select(bucket => bucket.Bucket).Chunk(Bucketing.MaxAsked))
        {
            await foreach (var batch in RowsOfAsync(difference.Table, some, cancellationToken)) yield return batch;
        }
    }

    private async IAsyncEnumerable<RowDifferences> RowsOfAsync(TransferTable table, IReadOnlyList<long> buckets, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var left = new OrderedRows<RowDigest>(source.RowsAsync(table, buckets, stop.Token).GetAsyncEnumerator(stop.Token));
        await using var right = new OrderedRows<RowDigest>(target.RowsAsync(table, buckets, stop.Token).GetAsyncEnumerator(stop.Token));
        Comparison<RowDigest> compare = table.HasKey ? ByKey : ByHash;
        var rows = new List<RowDifference>();
        var unchanged = 0L;
        try
        {
            await BeginAsync(left, right, stop);
            while (left.HasRow || right.HasRow)
            {
                var order = Order(left, right, compare);
                var row = order <= 0 ? left.Row : right.Row;
                var isSame = order == 0 && left.Row.Hash == right.Row.Hash;
                if (order <= 0) isSame &= !await PassAsync(table, left, row, compare);
                if (order >= 0) isSame &= !await PassAsync(table, right, row, compare);
                if (isSame) unchanged++;
                else rows.Add(new(row.Bucket, row.Key, order < 0 ? ChangeKind.Add : order > 0 ? ChangeKind.Delete : ChangeKind.Update, row.Hash));
                if (rows.Count < BatchRows) continue;
                yield return new(rows, unchanged);
                (rows, unchanged) = ([], 0);
            }
        }
        finally
        {
            await stop.CancelAsync();
        }

        if (rows.Count > 0 || unchanged > 0) yield return new(rows, unchanged);
    }

    /// <summary>Passes a row, and those with the same key: an index that is not unique at the target has let them in.</summary>
    /// <returns>Whether there were more with the same key.</returns>
    private static async ValueTask<bool> PassAsync(TransferTable table, OrderedRows<RowDigest> rows, RowDigest row, Comparison<RowDigest> compare)
    {
        var isMore = false;
        while (true)
        {
            await rows.MoveAsync();
            if (!rows.HasRow) return isMore;
            switch (compare(row, rows.Row))
            {
                case < 0: return isMore;
                // Without a key, equal rows are rows of their own.
                case 0 when !table.HasKey: return isMore;
                case 0: isMore = true; break;
                // Each row would be taken for missing at the other end.
                default: throw new TidemarkException(FailureKind.Defect, "transfer.order", $"Rows of table {table.Label} came in another order than that of their keys.");
            }
        }
    }

    private static async Task BeginAsync<T>(OrderedRows<T> left, OrderedRows<T> right, CancellationTokenSource stop)
    {
        var (one, other) = (left.MoveAsync().AsTask(), right.MoveAsync().AsTask());
        var both = Task.WhenAll(one, other);
        try
        {
            // The one that fails first says why; the other one may take long until it has its first row.
            await await Task.WhenAny(one, other);
            await both;
        }
        catch
        {
            await stop.CancelAsync();
            await Task.WhenAny(both);
            throw;
        }
    }

    private static int Order<T>(OrderedRows<T> left, OrderedRows<T> right, Comparison<T> compare) =>
        !left.HasRow ? 1 : !right.HasRow ? -1 : compare(left.Row, right.Row);

    private static int ByKey(RowDigest left, RowDigest right) =>
        left.Bucket != right.Bucket ? left.Bucket.CompareTo(right.Bucket) : RowKey.ByBytes.Compare(left.Key, right.Key);

    private static int ByHash(RowDigest left, RowDigest right) =>
        left.Bucket != right.Bucket ? left.Bucket.CompareTo(right.Bucket) : left.Hash.CompareTo(right.Hash);

    private static TableMove MoveOf(TableDifference found) =>
        found.DifferingBuckets == 0 ? TableMove.Nothing
        : found.Target.Rows == 0 || found.DifferingBuckets > MaxBuckets || found.SourceRows > found.Source.Rows * WholeShare ? TableMove.Whole
        : TableMove.Keys;
}
