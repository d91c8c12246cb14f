namespace Tidemark.Engine.Transfers;

/// <summary>Divides the rows of a table into buckets that are small enough to be read again and few enough to be compared.</summary>
internal static class TableBuckets
{
    /// <summary>Rows in a bucket, about.</summary>
    public const int RowsEach = 64;

    /// <summary>Buckets of a table at most, by what is known of its rows.</summary>
    public const long MaxBuckets = 262_144;

    /// <param name="rows">About how many rows there are.</param>
    /// <param name="isNumber">Whether the key is one whole number.</param>
    /// <param name="isCounted">Whether a sequence gives the key: few numbers are left out.</param>
    /// <param name="bounds">Keys that divide the rows into equal parts, ascending; empty where they are not known.</param>
    public static Bucketing Of(long rows, bool isNumber, bool isCounted, IReadOnlyList<long> bounds)
    {
        var wanted = Math.Clamp(rows / RowsEach, 1, MaxBuckets);
        // Of unknown numbers each may be alone in its range.
        if (!isNumber || (bounds.Count < 2 && !isCounted && rows > MaxBuckets)) return new(BucketKind.Hash, wanted);
        var size = Math.Max(RowsEach, (rows + MaxBuckets - 1) / MaxBuckets);
        while (bounds.Count > 1 && Expected(rows, bounds, size) > wanted + bounds.Count && size <= long.MaxValue / 2) size *= 2;
        return new(BucketKind.Range, size);
    }

    /// <summary>Buckets with any row in them: in each part no more than it has rows, and no more than its numbers make.</summary>
    private static double Expected(long rows, IReadOnlyList<long> bounds, long size)
    {
        var each = (double)rows / (bounds.Count - 1);
        return bounds.Zip(bounds.Skip(1), (from, to) => Math.Min(each, (((double)to - from) / size) + 1)).Sum();
    }
}
