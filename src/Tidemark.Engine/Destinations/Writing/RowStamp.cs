namespace Tidemark.Engine.Destinations.Writing;

/// <summary>What the engine writes beside the fields.</summary>
/// <param name="Run">Id of the run.</param>
/// <param name="SyncedAt">The batch's time.</param>
public sealed record RowStamp(string Run, DateTimeOffset SyncedAt);
