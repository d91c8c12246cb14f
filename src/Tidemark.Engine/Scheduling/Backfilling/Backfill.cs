using Tidemark.Engine.Runs;

namespace Tidemark.Engine.Scheduling.Backfilling;

/// <summary>How a backfill stands.</summary>
public enum BackfillStatus
{
    /// <summary>Windows are still to be read.</summary>
    Open,

    /// <summary>The run of a window did not succeed: somebody resumes it, or cancels it.</summary>
    Stopped,

    /// <summary>The run of every window succeeded.</summary>
    Done,

    Cancelled,
}

/// <summary>A range of time that is read again, window by window, the earliest first. The place that the pipeline resumes from stays.</summary>
/// <param name="Id">E.g. <c>b-20261122-101530-0a1b2c</c>; sorts by time.</param>
/// <param name="Pipeline">Its pipeline.</param>
/// <param name="Streams">The streams that are read.</param>
/// <param name="From">The first moment of the range.</param>
/// <param name="To">The first moment after it.</param>
/// <param name="Windows">Its windows, the earliest first.</param>
public sealed record Backfill(
    string Id, string Pipeline, IReadOnlyList<string> Streams, DateTimeOffset From, DateTimeOffset To, IReadOnlyList<BackfillWindow> Windows)
{
    /// <summary>Who asked for it; null where nobody knows.</summary>
    public string? MadeBy { get; init; }

    public required DateTimeOffset MadeAt { get; init; }

    /// <summary>The door that it was asked for through; its runs have it too.</summary>
    public required RunTrigger Trigger { get; init; }

    /// <summary>Null where nobody cancelled it.</summary>
    public DateTimeOffset? CancelledAt { get; init; }

    /// <summary>The first window that is not done; null for none.</summary>
    public BackfillWindow? Next => Windows.FirstOrDefault(window => window.Status != RunStatus.Succeeded);

    public BackfillStatus Status => this switch
    {
        { Next: null } => BackfillStatus.Done,
        { CancelledAt: not null } => BackfillStatus.Cancelled,
        { Next.Status: null or RunStatus.Queued or RunStatus.Running } => BackfillStatus.Open,
        _ => BackfillStatus.Stopped,
    };
}

/// <summary>A part of a backfill that one run reads.</summary>
/// <param name="Number">Counts from 1.</param>
/// <param name="From">Its first moment.</param>
/// <param name="To">The first moment after it.</param>
/// <param name="Run">Full id of its latest run; null before the first.</param>
/// <param name="Status">Where that run stands; null before the first.</param>
public sealed record BackfillWindow(int Number, DateTimeOffset From, DateTimeOffset To, string? Run, RunStatus? Status);

/// <summary>What somebody wants to have read again.</summary>
/// <param name="Pipeline">Name of the pipeline.</param>
/// <param name="From">The first moment.</param>
/// <param name="To">The first moment after it, not after now.</param>
public sealed record NewBackfill(string Pipeline, DateTimeOffset From, DateTimeOffset To)
{
    /// <summary>The longest window that one run reads, from a minute on.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromDays(30);

    /// <summary>The streams; empty for those of the pipeline whose source can be asked for a range.</summary>
    public IReadOnlyList<string> Streams { get; init; } = [];
}
