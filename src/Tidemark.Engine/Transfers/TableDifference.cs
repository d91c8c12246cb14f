using Tidemark.Engine.Destinations;

namespace Tidemark.Engine.Transfers;

/// <summary>How the rows of a table differ at the two ends, bucket by bucket.</summary>
/// <param name="Table">The table.</param>
/// <param name="Source">Checksum of all rows that the source gives.</param>
/// <param name="Target">Checksum of all rows that the target has.</param>
public sealed record TableDifference(TransferTable Table, Checksum Source, Checksum Target)
{
    /// <summary>The buckets that differ, in their order; at most <see cref="TransferComparison.MaxBuckets"/>.</summary>
    public IReadOnlyList<BucketDifference> Buckets { get; init; } = [];

    /// <summary>How many buckets differ: more than <see cref="Buckets"/> has where they are too many to be kept.</summary>
    public long DifferingBuckets { get; init; }

    /// <summary>Rows of the source in buckets that differ.</summary>
    public long SourceRows { get; init; }

    /// <summary>Rows of the target in buckets that differ.</summary>
    public long TargetRows { get; init; }

    /// <summary>What of the source must move.</summary>
    public TableMove Move { get; init; }
}

/// <summary>A bucket whose rows are not the same at both ends.</summary>
/// <param name="Bucket">Number of the bucket.</param>
/// <param name="SourceRows">Its rows at the source.</param>
/// <param name="TargetRows">Its rows at the target.</param>
public readonly record struct BucketDifference(long Bucket, long SourceRows, long TargetRows);

/// <summary>What of the source must move, for a table to be the same at both ends.</summary>
public enum TableMove
{
    /// <summary>Nothing: all buckets are equal.</summary>
    Nothing,

    /// <summary>Rows of the buckets that differ.</summary>
    Keys,

    /// <summary>All rows: reading the keys first would cost more than it saves.</summary>
    Whole,
}

/// <summary>Some rows that differ. An empty one, at the end, may carry the last equal rows.</summary>
/// <param name="Rows">The rows, in the order of bucket and key.</param>
/// <param name="Unchanged">Equal rows that were met on the way.</param>
public sealed record RowDifferences(IReadOnlyList<RowDifference> Rows, long Unchanged);

/// <summary>A row that differs.</summary>
/// <param name="Bucket">Number of its bucket.</param>
/// <param name="Key">Its key; without parts in a table that has none: there each row more or less at one end is one.</param>
/// <param name="Change">What would make the target's row as the source has it.</param>
/// <param name="Hash">Hash of the source's row; of the target's where only that has it.</param>
public readonly record struct RowDifference(long Bucket, RowKey Key, ChangeKind Change, long Hash);
