using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Runs;

/// <summary>Where a run stands. Only a verified receipt makes it <see cref="Succeeded"/>.</summary>
public enum RunStatus
{
    Queued,
    Running,

    /// <summary>Stopped before publishing because it would delete more than the limits allow; waits for approval.</summary>
    Parked,

    /// <summary>Every record is accounted for and the destination was read back.</summary>
    Succeeded,

    /// <summary>A dry run: it has said what it would change, and has changed nothing.</summary>
    Planned,

    /// <summary>Part of it is done: a stream failed, records were quarantined, or the receipt does not fit.</summary>
    Partial,

    Failed,
    Cancelled,
}

/// <summary>What a run did with one stream. read = created + updated + unchanged + skipped + quarantined.</summary>
public sealed record StreamFigures(string Stream, string Table)
{
    public long Read { get; init; }

    public long Created { get; init; }

    public long Updated { get; init; }

    public long Unchanged { get; init; }

    /// <summary>Records that a later one of the same key replaced within the run.</summary>
    public long Skipped { get; init; }

    public long Quarantined { get; init; }

    public long Deleted { get; init; }

    public long WrittenBack { get; init; }

    /// <summary>Whether it was read from the beginning, not from where an earlier run had got.</summary>
    public bool IsFull { get; init; }

    public double Seconds { get; init; }

    /// <summary>What stopped the stream, where something did.</summary>
    public Problem? Error { get; init; }

    /// <summary>What a person should know of the reading, though nothing is wrong with its rows; a sentence each.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];

    /// <summary>Records as they were read against rows as they are in the destination; null where nothing was verified.</summary>
    public StreamReceipt? Receipt { get; init; }

    /// <summary>Records whose end is known.</summary>
    public long AccountedFor => Created + Updated + Unchanged + Skipped + Quarantined;

    /// <summary>Whether every record read is accounted for.</summary>
    public bool IsAccountedFor => Read == AccountedFor;
}

/// <summary>Counts and checksum of what was read against what the destination answered when it was read back.</summary>
public sealed record StreamReceipt(Checksum Expected, Checksum Found)
{
    public bool IsVerified => Expected == Found;
}

/// <summary>The end of a run.</summary>
/// <param name="Run">Id, e.g. <c>r-20261122-0a1b2c</c>; sorts by time.</param>
/// <param name="Pipeline">Name of the pipeline.</param>
/// <param name="Mode">How rows became live.</param>
/// <param name="Status">The honest one.</param>
/// <param name="Streams">Figures per stream.</param>
/// <param name="Seconds">Wall time.</param>
public sealed record RunResult(
    string Run, string Pipeline, WriteMode Mode, RunStatus Status, IReadOnlyList<StreamFigures> Streams, double Seconds)
{
    /// <summary>Code of the problem that says why a due run was left out.</summary>
    public const string SkippedCode = "schedule.skipped";

    /// <summary>Whether it was due and left out: it never began.</summary>
    public bool IsSkipped => Status == RunStatus.Cancelled && Problems.Any(problem => problem.Code == SkippedCode);

    /// <summary>Whether it is for bringing the destination into step with the source.</summary>
    public bool BringsIntoStep => Kind.BringsIntoStep();

    /// <summary>Whether it is a dry run of what would wait for approval; the problems say why.</summary>
    public bool WouldPark => Status == RunStatus.Planned && Problems.Count > 0;

    /// <summary>What the run is.</summary>
    public RunKind Kind { get; init; }

    /// <summary>The run or the backup that it is about, as an undo is; null where it is about none.</summary>
    public string? About { get; init; }

    /// <summary>Why the run did not succeed, in the order in which it came up.</summary>
    public IReadOnlyList<Problem> Problems { get; init; } = [];

    /// <summary>What the run would change. Set for dry runs, parked runs and runs held to a plan.</summary>
    public ChangeSummary? Plan { get; init; }

    /// <summary>The steps of a refresh; null in other modes.</summary>
    public RefreshFigures? Refresh { get; init; }

    /// <summary>The backup that it has made, for a run that is for making one; null for others.</summary>
    public MadeBackup? Backup { get; init; }

    /// <summary>Who must act, where the run failed before it read or changed anything; null otherwise.</summary>
    public FailureKind? RefusedBy { get; init; }

    /// <summary>What it waited for; null for nothing.</summary>
    public RunWaitFigures? Waits { get; init; }

    /// <summary>Whether it failed for reasons alone that may be gone at another time.</summary>
    public bool MayPass => Status == RunStatus.Failed && Problems.Count > 0 && Problems.All(problem => problem.IsTransient);

    /// <summary>What may be done next, with its command. Only the command line adds it; null elsewhere.</summary>
    public NextStep? Next { get; init; }

    /// <summary>True where every stream has a receipt and all of them fit.</summary>
    public bool IsVerified => Streams.Count > 0 && Streams.All(stream => stream.Receipt is { IsVerified: true });
}
