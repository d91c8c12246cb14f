using Tidemark.Engine.Sources;

namespace Tidemark.Engine.Destinations;

/// <summary>A cursor saved with the rows, and what had been counted by then.</summary>
/// <param name="Cursor">Where to resume.</param>
/// <param name="Staged">Counts and checksum of a staging that a later run may go on with; merge starts from zero.</param>
/// <param name="StartedAt">When the reading that this belongs to began.</param>
public sealed record Checkpoint(Cursor Cursor, StagedCounts Staged, DateTimeOffset StartedAt)
{
    /// <summary>True when the reading came to its end: a staging that only waits to be published.</summary>
    public bool IsComplete { get; init; }

    /// <summary>The parked run that a complete staging waits with for approval; null for none.</summary>
    public string? Parked { get; init; }
}
