namespace Tidemark.Engine.Runs;

/// <summary>Which runs to list.</summary>
public sealed record RunFilter
{
    /// <summary>Only of this pipeline; null for all.</summary>
    public string? Pipeline { get; init; }

    /// <summary>Only with one of these; empty for all.</summary>
    public IReadOnlyList<RunStatus> Statuses { get; init; } = [];

    /// <summary>Only those that began at this moment or later; null for all.</summary>
    public DateTimeOffset? Since { get; init; }
}
