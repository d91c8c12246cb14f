namespace Tidemark.Engine.Sources;

/// <summary>
/// Where a stream stands, as JSON that only its source understands. Saved in the same transaction as the rows it
/// speaks of, as a checkpoint.
/// </summary>
public sealed record Cursor(string Json);
