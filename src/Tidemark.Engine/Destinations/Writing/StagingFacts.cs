namespace Tidemark.Engine.Destinations.Writing;

/// <summary>What is known of a staging that an earlier run left.</summary>
/// <param name="Checkpoint">Checkpoint of the staging; null if there is none.</param>
/// <param name="Continues">The parked run that this one goes on for; null where it reads for itself.</param>
/// <param name="Now">The time.</param>
public sealed record StagingFacts(Checkpoint? Checkpoint, string? Continues, DateTimeOffset Now)
{
    // Older records may have changed at the source since, and only a change feed would show it.
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    /// <summary>Whether the staging has exactly the columns that this run would write, so defined, for the live table that is there.</summary>
    public bool HasColumns { get; init; }

    /// <summary>Checksum of the rows in it.</summary>
    public Checksum Content { get; init; }

    /// <summary>Whether it belongs to this run and is young enough, so that its columns and rows are worth a look.</summary>
    public bool IsCurrent => Checkpoint is { } checkpoint && checkpoint.Parked == Continues
        && (Continues is not null || Now - checkpoint.StartedAt <= Lifetime);
}
