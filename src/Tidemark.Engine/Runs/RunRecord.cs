namespace Tidemark.Engine.Runs;

/// <summary>A run as the catalog knows it.</summary>
/// <param name="Id">E.g. <c>r-20261122-101530-0a1b2c</c>.</param>
/// <param name="Request">The request.</param>
/// <param name="Origin">Who and what started it.</param>
/// <param name="StartedAt">When it took its subject; while it waits in the queue, when it was put there.</param>
/// <param name="FinishedAt">Null while it runs.</param>
/// <param name="Result">The whole result; while it runs, the figures so far with status running.</param>
public sealed record RunRecord(
    string Id, RunRequest Request, RunOrigin Origin, DateTimeOffset StartedAt, DateTimeOffset? FinishedAt, RunResult Result)
{
    public string Pipeline => Result.Pipeline;

    public RunStatus Status => Result.Status;

    /// <summary>Name of the source that it reads; null where it reads none, or nobody knows.</summary>
    public string? Source { get; init; }

    /// <summary>Name of the destination that it writes to; null where nobody knows.</summary>
    public string? Destination { get; init; }

    /// <summary>When it was put in the queue.</summary>
    public DateTimeOffset QueuedAt { get; init; } = StartedAt;

    /// <summary>Counts from 1; a run that a worker queued again after an interruption has a higher one.</summary>
    public int Attempt { get; init; } = 1;

    /// <summary>The interrupted run that this one repeats; null for the first attempt.</summary>
    public string? Repeats { get; init; }

    /// <summary>Somebody has asked it to stop.</summary>
    public bool IsCancelRequested { get; init; }
}

/// <summary>How one step of a run stands.</summary>
public enum StepStatus
{
    Running,
    Done,
    Failed,
    Skipped,
}

/// <summary>One step of a run.</summary>
/// <param name="Name">E.g. <c>read</c>, <c>publish</c>.</param>
/// <param name="Stream">Null where it is about the whole run.</param>
/// <param name="Status">How it stands.</param>
/// <param name="Detail">One sentence, where there is something to say.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="FinishedAt">Null while it runs.</param>
public sealed record RunStep(
    string Name, string? Stream, StepStatus Status, string? Detail, DateTimeOffset StartedAt, DateTimeOffset? FinishedAt);

/// <summary>How much a line of a run's log matters.</summary>
public enum RunLogLevel
{
    Debug,
    Info,
    Warning,
    Error,
}

/// <summary>One line of a run's log.</summary>
/// <param name="Seq">Counts from 1 within the run; read on after the last one seen.</param>
/// <param name="At">When it was logged.</param>
/// <param name="Level">How much it matters.</param>
/// <param name="Stream">Null where it is about the whole run.</param>
/// <param name="Message">At most 4,000 letters.</param>
public sealed record RunLogLine(long Seq, DateTimeOffset At, RunLogLevel Level, string? Stream, string Message);
