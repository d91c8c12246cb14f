namespace Tidemark.Engine.Destinations;

/// <summary>The rows that a run changed in a table are asked for.</summary>
/// <param name="Pipeline">Pipeline of the run.</param>
/// <param name="Run">Id of the run.</param>
/// <param name="Stream">Name of the stream.</param>
/// <param name="Table">Its table, by the run's figures.</param>
/// <param name="Limit">How many rows to list at most, 0 or more; all are counted.</param>
public sealed record TouchedQuery(string Pipeline, string Run, string Stream, string Table, int Limit)
{
    /// <summary>Whether the run, by its figures, updated or deleted rows: then they must have been kept as they were.</summary>
    public bool HasKept { get; init; }
}

/// <summary>The rows that a run changed in a table, as far as they can still be told.</summary>
/// <param name="Stream">Name of the stream.</param>
/// <param name="Table">Its table.</param>
public sealed record TouchedTable(string Stream, string Table)
{
    /// <summary>False where the table is no longer there.</summary>
    public bool Exists { get; init; } = true;

    /// <summary>
    /// Whether the rows as they were before the run are still kept. Where they are not, only rows are told that no later run
    /// has written, and not whether they were there before.
    /// </summary>
    public bool IsKept { get; init; }

    public long Created { get; init; }

    public long Updated { get; init; }

    public long Deleted { get; init; }

    /// <summary>Rows that were created or updated, where that is not known.</summary>
    public long Written { get; init; }

    /// <summary>Updated rows of which only the values before are known, as later runs have changed them.</summary>
    public long HalfKnown { get; init; }

    /// <summary>The first of them: deleted ones, then updated, then created, each in the order of the key.</summary>
    public IReadOnlyList<TouchedRow> Rows { get; init; } = [];
}

/// <summary>A row that a run changed.</summary>
/// <param name="Deed">What the run did.</param>
/// <param name="Key">Key of the row, as text.</param>
/// <param name="Fields">The columns that differ, for an updated row; else all columns with a value.</param>
public sealed record TouchedRow(RowDeed Deed, string Key, IReadOnlyList<FieldChange> Fields)
{
    /// <summary>False where the row as the run left it is no longer known: the fields have the values before alone.</summary>
    public bool IsAfterKnown { get; init; } = true;
}

/// <summary>What a run did to a row.</summary>
public enum RowDeed
{
    /// <summary>The row was deleted, or marked as deleted.</summary>
    Deleted,

    Updated,

    Created,

    /// <summary>Created or updated: which of them is no longer known.</summary>
    Written,
}
