using Tidemark.Engine.Destinations;

namespace Tidemark.Engine.Transfers;

/// <summary>Count and sum of the hashes of the rows of one bucket.</summary>
/// <param name="Bucket">Number of the bucket.</param>
/// <param name="Rows">Its rows.</param>
public readonly record struct BucketDigest(long Bucket, Checksum Rows);

/// <summary>One row, to be compared.</summary>
/// <param name="Bucket">Number of its bucket.</param>
/// <param name="Key">Its key; of a table without one, empty.</param>
/// <param name="Hash">Hash of its values.</param>
public readonly record struct RowDigest(long Bucket, RowKey Key, long Hash);

/// <summary>The key of a row, each part as its server writes it as text.</summary>
public sealed record RowKey(IReadOnlyList<string> Parts)
{
    /// <summary>By the bytes of the parts in UTF-8, as COLLATE "C" orders them.</summary>
    public static IComparer<RowKey> ByBytes { get; } = Comparer<RowKey>.Create(Compare);

    public bool Equals(RowKey? other) => other is not null && Parts.SequenceEqual(other.Parts, StringComparer.Ordinal);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var part in Parts) hash.Add(part, StringComparer.Ordinal);
        return hash.ToHashCode();
    }

    private static int Compare(RowKey left, RowKey right)
    {
        for (var part = 0; part < Math.Min(left.Parts.Count, right.Parts.Count); part++)
        {
            var order = CompareUtf8(left.Parts[part], right.Parts[part]);
            if (order != 0) return order;
        }

        return left.Parts.Count.CompareTo(right.Parts.Count);
    }

    // UTF-16 order and UTF-8 order differ where surrogates meet what lies behind them.
    private static int CompareUtf8(string left, string right)
    {
        var length = Math.Min(left.Length, right.Length);
        for (var at = 0; at < length; at++)
        {
            var (one, other) = (left[at], right[at]);
            if (one == other) continue;
            return char.IsSurrogate(one) == char.IsSurrogate(other) ? one.CompareTo(other) : char.IsSurrogate(one) ? 1 : -1;
        }

        return left.Length.CompareTo(right.Length);
    }
}

/// <summary>A row to be shown.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Values">Its columns as text, in the table's order; null for null.</param>
public sealed record SampledRow(RowKey Key, IReadOnlyList<string?> Values);

/// <summary>Where a sequence stands.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Last">The last value.</param>
/// <param name="IsCalled">Whether that value was given out.</param>
public sealed record SequenceValue(Destinations.Sql.SqlName Name, long Last, bool IsCalled);
