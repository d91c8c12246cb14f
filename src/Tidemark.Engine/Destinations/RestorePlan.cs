namespace Tidemark.Engine.Destinations;

/// <summary>The tables to restore, and how.</summary>
/// <param name="Pipeline">Name of the pipeline; its next run reads all streams in full.</param>
/// <param name="Run">Id of the run that restores.</param>
/// <param name="Mode">Treatment of existing rows.</param>
/// <param name="Tables">The tables as they were backed up.</param>
public sealed record RestorePlan(string Pipeline, string Run, RestoreMode Mode, IReadOnlyList<RestoreTable> Tables)
{
    /// <summary>How many runs of a stream can be undone, this one among them; 0 keeps nothing for an undo.</summary>
    public int UndoRuns { get; init; }

    /// <summary>True where all of it is done and taken back again, to know what it comes to.</summary>
    public bool IsTrial { get; init; }
}
