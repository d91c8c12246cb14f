using System.Collections.ObjectModel;

namespace Tidemark.Engine.Destinations;

/// <summary>The run to undo.</summary>
/// <param name="Pipeline">Pipeline of the run.</param>
/// <param name="Run">Id of the run.</param>
/// <param name="Undo">Id of the run that undoes it; this run can be undone too.</param>
public sealed record UndoPlan(string Pipeline, string Run, string Undo)
{
    /// <summary>Rows that somebody has changed since by other means, by stream.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<ChangedRow>> ChangedRows { get; init; } =
        ReadOnlyDictionary<string, IReadOnlyList<ChangedRow>>.Empty;

    /// <summary>Streams of which the run, by its figures, updated or deleted rows: they must have been kept as they were.</summary>
    public IReadOnlySet<string> HasKept { get; init; } = ReadOnlySet<string>.Empty;

    /// <summary>True where all of it is done and taken back again, to know what it comes to.</summary>
    public bool IsTrial { get; init; }
}
