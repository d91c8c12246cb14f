namespace Tidemark.Engine.Destinations.Writing;

/// <summary>What is known of the live table that a merge would go on with.</summary>
/// <param name="IsTidemarks">Whether there is a table, with the engine's own columns.</param>
/// <param name="HasRows">Whether it has rows that Tidemark wrote.</param>
/// <param name="WasWritten">Whether an earlier run of the pipeline wrote rows. Where all records are in quarantine, none did.</param>
public sealed record LiveFacts(bool IsTidemarks, bool HasRows, bool WasWritten)
{
    /// <summary>Whether the checkpoint speaks of another table than this one.</summary>
    public bool IsOther { get; init; }

    /// <summary>Columns of the source that the table lacks.</summary>
    public IReadOnlyList<string> Missing { get; init; } = [];

    /// <summary>Whether the stream's columns were defined otherwise when the checkpoint was saved.</summary>
    public bool IsRedefined { get; init; }
}
