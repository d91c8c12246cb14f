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
