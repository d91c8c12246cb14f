using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Destinations;

/// <summary>What became of one batch. In replace mode all counts but refused and skipped are settled by publishing.</summary>
public sealed record WriteResult
{
    public long Created { get; init; }

    public long Updated { get; init; }

    public long Unchanged { get; init; }

    public long Deleted { get; init; }

    /// <summary>Staged rows that this batch replaced by later ones of the same key.</summary>
    public long Replaced { get; init; }

    /// <summary>Checksum of the staged rows that were replaced or removed.</summary>
    public Checksum ReplacedChecksum { get; init; }

    /// <summary>Rows that the destination confirmed to hold as they were read, by reading them back.</summary>
    public Checksum Verified { get; init; }

    /// <summary>Rows that the destination refused, each with its reason.</summary>
    public IReadOnlyList<RefusedRow> Refused { get; init; } = [];
}

/// <summary>A row of a batch that the destination refused.</summary>
/// <param name="Row">Position in the batch.</param>
/// <param name="Reason">Code and message for the quarantine.</param>
public sealed record RefusedRow(int Row, Problem Reason);

/// <summary>What publishing would do to one table.</summary>
/// <param name="Table">Table name.</param>
/// <param name="LiveRows">Rows of this pipeline that are live now.</param>
/// <param name="StagedRows">Rows that would be live then; not counted where there is no live table yet.</param>
/// <param name="Deletes">Live rows that were not read.</param>
public sealed record PublishPreview(string Table, long LiveRows, long StagedRows, long Deletes)
{
    /// <summary>Live rows that would have other values.</summary>
    public long Updates { get; init; }

    /// <summary>Where rows would be deleted because they were not read: another pipeline that has written the table too.</summary>
    public string? SharedWith { get; init; }
}

/// <summary>What publishing did to one table.</summary>
public sealed record PublishResult(string Table, long Created, long Updated, long Unchanged, long Deleted)
{
    /// <summary>Checksum of the table's rows after publishing.</summary>
    public Checksum Live { get; init; }

    /// <summary>Staged rows that a constraint refused, with their payload.</summary>
    public IReadOnlyList<RefusedRecord> Refused { get; init; } = [];
}

/// <summary>A staged record that the live table refused.</summary>
/// <param name="Payload">The record as JSON.</param>
/// <param name="Hash">Its content hash, to take it out of the expected checksum.</param>
/// <param name="Reason">Code and message for the quarantine.</param>
public sealed record RefusedRecord(string Payload, long Hash, Problem Reason);
