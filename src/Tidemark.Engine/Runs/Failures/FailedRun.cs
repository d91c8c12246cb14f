namespace Tidemark.Engine.Runs.Failures;

/// <summary>A run that failed, or did only a part, as the inbox has it.</summary>
/// <param name="Run">Its full id.</param>
/// <param name="Pipeline">Its pipeline.</param>
/// <param name="FailedAt">When it ended.</param>
/// <param name="Parts">What it did not do, stream by stream.</param>
public sealed record FailedRun(string Run, string Pipeline, DateTimeOffset FailedAt, IReadOnlyList<FailedPart> Parts)
{
    /// <summary>Whether something of it is still open.</summary>
    public bool IsOpen => Parts.Any(part => part.OverAt is null);
}

/// <summary>What a run did not do.</summary>
/// <param name="Stream">The stream; null for the run as a whole.</param>
/// <param name="Code">Code of the problem.</param>
/// <param name="Message">The problem, in one sentence.</param>
/// <param name="IsTransient">Whether the same may pass at another time.</param>
public sealed record FailedPart(string? Stream, string Code, string Message, bool IsTransient)
{
    /// <summary>When it was done by a later run, or settled; null while it is open.</summary>
    public DateTimeOffset? OverAt { get; init; }

    /// <summary>The later run that did it; null for none.</summary>
    public string? OverBy { get; init; }

    /// <summary>The person who settled it; null for nobody.</summary>
    public string? SettledBy { get; init; }

    /// <summary>The person's note; null where nobody settled it.</summary>
    public string? Note { get; init; }
}

/// <summary>What came of settling runs.</summary>
/// <param name="Settled">Full ids of those that were open until now.</param>
/// <param name="Over">Full ids of those that were over already.</param>
public sealed record SettledRuns(IReadOnlyList<string> Settled, IReadOnlyList<string> Over);

/// <summary>Which failed runs to list.</summary>
public sealed record FailureFilter
{
    /// <summary>Only of these pipelines; empty for all.</summary>
    public IReadOnlyList<string> Pipelines { get; init; } = [];

    /// <summary>Those that are over in place of those that are open.</summary>
    public bool IsOver { get; init; }

    /// <summary>Only where id, pipeline, stream, code or message has this text somewhere, whatever the case of its letters; null for all.</summary>
    public string? Search { get; init; }

    /// <summary>Only those listed after this one; null from the latest on.</summary>
    public (DateTimeOffset At, string Id)? Before { get; init; }
}
