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
}
