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

    /// <summary>Only of one of these pipelines; empty for all.</summary>
    public IReadOnlyList<string> Pipelines { get; init; } = [];

    /// <summary>Only where id or pipeline has this text somewhere, whatever the case of its letters; null for all.</summary>
    public string? Search { get; init; }

    /// <summary>Only those listed after this one; null from the latest on.</summary>
    public RunPlace? Before { get; init; }
}

/// <summary>The place of a run in the list.</summary>
/// <param name="StartedAt">When it began.</param>
/// <param name="Id">Its full id.</param>
public sealed record RunPlace(DateTimeOffset StartedAt, string Id)
{
    public static RunPlace Of(RunRecord run) => new(run.StartedAt, run.Id);
}
