namespace Tidemark.Engine.Destinations.Sql.Undoing;

/// <summary>A note that a run wrote a stream.</summary>
/// <param name="Stream">Name of the stream.</param>
/// <param name="Run">Id of the run.</param>
/// <param name="Table">Its table.</param>
/// <param name="StartedAt">When it began to write.</param>
/// <param name="Cursor">Cursor of the stream before the run; null if it had none.</param>
/// <param name="Shape">What it wrote of a row.</param>
internal sealed record UndoEntry(
    string Stream, string Run, string Table, DateTimeOffset StartedAt, string? Cursor, UndoShape Shape)
{
    /// <summary>The undo that took it back; null where none did.</summary>
    public string? UndoneBy { get; init; }
}
