using Shouldly;
using Tidemark.Engine.Transfers;
using Xunit;

namespace Tidemark.Tests.Transfers;

public sealed class TableBucketsTests
{
    [Theory]
    [InlineData(0, BucketKind.Range, 64)]
    [InlineData(100_000, BucketKind.Range, 64)]
    [InlineData(16_777_216, BucketKind.Range, 64)]
    [InlineData(100_000_000, BucketKind.Range, 382)]
    public void Numbers_of_a_sequence_are_divided_so_that_a_bucket_has_64_rows_or_there_are_262144_buckets(long rows, BucketKind kind, long size) =>
        TableBuckets.Of(rows, isNumber: true, isCounted: true, []).ShouldBe(new(kind, size));

    [Theory]
    [InlineData(0, 1)]
    [InlineData(63, 1)]
    [InlineData(6_400, 100)]
    [InlineData(1_000_000_000, 262_144)]
    public void Other_keys_are_divided_by_their_hash(long rows, long buckets) => TableBuckets.Of(rows, isNumber: false, isCounted: false, []).ShouldBe(new(BucketKind.Hash, buckets));

    [Fact]
    public void Numbers_far_apart_have_no_bucket_each()
    {
        // Every thousandth number is taken.
        var bounds = Enumerable.Range(0, 101).Select(at => at * 10_000_000L).ToList();

        TableBuckets.Of(1_000_000, isNumber: true, isCounted: false, bounds).ShouldBe(new(BucketKind.Range, 65_536));
        TableBuckets.Of(1_000_000, isNumber: true, isCounted: false, []).Kind.ShouldBe(BucketKind.Hash);
        TableBuckets.Of(1_000, isNumber: true, isCounted: false, []).ShouldBe(new(BucketKind.Range, 64));
    }

    [Fact]
    public void One_number_far_away_does_not_put_all_others_into_one_bucket()
    {
        long[] bounds = [.. Enumerable.Range(0, 100).Select(at => at * 10_000L), long.MaxValue];

        TableBuckets.Of(1_000_000, isNumber: true, isCounted: false, bounds).Size.ShouldBeLessThan(1_000);
    }
}
