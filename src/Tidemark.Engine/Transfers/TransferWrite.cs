using Tidemark.Engine.Destinations;

namespace Tidemark.Engine.Transfers;

/// <summary>How rows of the source get into the target.</summary>
public enum ApplyMode
{
    /// <summary>New and changed rows are written; rows that the source lacks stay.</summary>
    Upsert,

    /// <summary>As upsert, and rows that the source lacks are deleted.</summary>
    Mirror,

    /// <summary>The tables are emptied and filled anew, with indexes and foreign keys made after the rows.</summary>
    Replace,
}

/// <summary>Whether the target's own triggers fire for the rows that are written.</summary>
public enum TriggerUse
{
    /// <summary>The operator has not said: a table with triggers is refused.</summary>
    Ask,

    /// <summary>They fire.</summary>
    Fire,

    /// <summary>They do not, for this transaction alone.</summary>
    Off,
}

/// <summary>The writing of a transfer.</summary>
/// <param name="Pipeline">Its pipeline: what was kept aside by an earlier run of it is found again.</param>
/// <param name="Run">Id of the run.</param>
/// <param name="Tables">The tables, those first that others refer to.</param>
/// <param name="Mode">How they are written.</param>
public sealed record TransferWrite(string Pipeline, string Run, IReadOnlyList<TransferTable> Tables, ApplyMode Mode)
{
    public TriggerUse Triggers { get; init; }

    /// <summary>How many runs back can be undone; 0 keeps nothing for that.</summary>
    public int UndoRuns { get; init; }
}

/// <summary>What comes with the rows when they are applied.</summary>
/// <param name="Sequences">Where the source's sequences stand.</param>
public sealed record TransferApply(IReadOnlyList<SequenceValue> Sequences)
{
    /// <summary>Tables of which every row of the source is kept aside, so that a mirror deletes what is not among them.</summary>
    public IReadOnlySet<string> Whole { get; init; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>Checksum of the source's rows of a table that was read whole, by the table's label: the target's must be the same.</summary>
    public IReadOnlyDictionary<string, Checksum> Expected { get; init; } = new Dictionary<string, Checksum>(StringComparer.Ordinal);
}

/// <summary>What applying did to one table.</summary>
/// <param name="Table">The table.</param>
public sealed record AppliedTable(TransferTable Table)
{
    public long Created { get; init; }

    public long Updated { get; init; }

    public long Deleted { get; init; }

    /// <summary>Rows that were kept aside and are as the table had them.</summary>
    public long Unchanged { get; init; }

    /// <summary>Rows of the table before.</summary>
    public long Before { get; init; }

    /// <summary>What went of other tables along with deleted rows.</summary>
    public IReadOnlyList<Cascade> Cascades { get; init; } = [];

    /// <summary>Checksum of the rows of the source that were kept aside, or of the whole table where it was replaced.</summary>
    public Checksum Expected { get; init; }

    /// <summary>Checksum of the same rows as the table has them, read back before the commit.</summary>
    public Checksum Found { get; init; }
}
