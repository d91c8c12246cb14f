namespace Tidemark.Engine.Destinations;

/// <summary>What becomes of rows that are in the table and in the backup.</summary>
public enum RestoreMode
{
    /// <summary>Only rows that are not there come back.</summary>
    Missing,

    /// <summary>All rows of the backup come back as they were; others stay.</summary>
    Overwrite,

    /// <summary>The tables become what the backup has: other rows go, the application's too.</summary>
    Exact,
}

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

/// <summary>One table that is to be brought back.</summary>
/// <param name="Stream">The stream that writes it.</param>
/// <param name="Table">Name and columns; the table may have more by now.</param>
/// <param name="Content">Count and checksum of its rows.</param>
/// <param name="Rows">To be gone through once.</param>
public sealed record RestoreTable(
    string Stream, TableShape Table, Checksum Content, IAsyncEnumerable<ReadOnlyMemory<byte>> Rows);

/// <summary>What bringing a table back came to. The rows of the backup were read back, and fit.</summary>
/// <param name="Table">Its name.</param>
/// <param name="Stream">The stream that writes it.</param>
/// <param name="Restored">Rows that were written: they were not there, or differed.</param>
/// <param name="Deleted">Rows that the backup does not have.</param>
/// <param name="Content">Count and checksum of the backup's rows in the table; where rows that were there already stay
/// as they are, the count alone.</param>
public sealed record RestoredTable(string Table, string Stream, long Restored, long Deleted, Checksum Content)
{
    /// <summary>Rows that were there already and have been left as they are.</summary>
    public long Skipped => Content.Rows - Restored;
}
