using System.Collections.ObjectModel;

namespace Tidemark.Engine.Destinations;

/// <summary>Which run is to be taken back.</summary>
/// <param name="Pipeline">Its pipeline.</param>
/// <param name="Run">Its id.</param>
/// <param name="Undo">Id of the run that takes it back, which can be undone in its turn.</param>
public sealed record UndoPlan(string Pipeline, string Run, string Undo)
{
    /// <summary>Rows that somebody has changed since by other means, by stream.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<ChangedRow>> ChangedRows { get; init; } =
        ReadOnlyDictionary<string, IReadOnlyList<ChangedRow>>.Empty;
}

/// <summary>A row that somebody has changed since.</summary>
/// <param name="Key">As text, the parts of a compound key as a JSON array.</param>
/// <param name="Column">
/// An application's column that is not what the record says, which matters where the run has written it; null where a
/// column of the source is not.
/// </param>
public sealed record ChangedRow(string Key, string? Column);

/// <summary>What taking a run back did to one table.</summary>
/// <param name="Stream">Name of the stream.</param>
/// <param name="Table">Its table.</param>
/// <param name="Restored">Rows that have their earlier values again.</param>
/// <param name="BroughtBack">Rows that were deleted and are there again.</param>
/// <param name="Removed">Rows that the run had created.</param>
public sealed record UndoneTable(string Stream, string Table, long Restored, long BroughtBack, long Removed)
{
    /// <summary>Rows that were left as they are, because they have changed since.</summary>
    public long Left { get; init; }

    /// <summary>The first of them.</summary>
    public IReadOnlyList<LeftRow> LeftRows { get; init; } = [];

    /// <summary>Checksum of the rows as they were before the run.</summary>
    public Checksum Expected { get; init; }

    /// <summary>Checksum of these rows as they are now.</summary>
    public Checksum Found { get; init; }
}

/// <summary>A row that an undo did not touch.</summary>
/// <param name="Key">Its key, as text.</param>
/// <param name="Reason">Why, in a sentence.</param>
public sealed record LeftRow(string Key, string Reason);
