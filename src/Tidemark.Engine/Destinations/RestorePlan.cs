namespace Tidemark.Engine.Destinations;

/// <summary>What is to be brought back.</summary>
/// <param name="Pipeline">Its streams are read from their beginning by the next run.</param>
/// <param name="Run">The run that does it.</param>
/// <param name="Mode">What becomes of rows that are there.</param>
/// <param name="Tables">As they were when they were backed up.</param>
public sealed record RestorePlan(string Pipeline, string Run, RestoreMode Mode, IReadOnlyList<RestoreTable> Tables)
{
    /// <summary>How many runs of a stream can be undone, this one among them; 0 keeps nothing for an undo.</summary>
    public int UndoRuns { get; init; }
}
