namespace Tidemark.Engine.Destinations;

/// <summary>What publishing did to one table.</summary>
public sealed record PublishResult(string Table, long Created, long Updated, long Unchanged, long Deleted)
{
    /// <summary>Checksum of the table's rows after publishing.</summary>
    public Checksum Live { get; init; }

    /// <summary>Rows of records that are gone and that a constraint keeps, e.g. because another table refers to them.</summary>
    public IReadOnlyList<KeptRow> Kept { get; init; } = [];

    /// <summary>Staged rows that a constraint refused, with their payload.</summary>
    public IReadOnlyList<RefusedRecord> Refused { get; init; } = [];
}
