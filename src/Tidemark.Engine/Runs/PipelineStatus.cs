using System.Globalization;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Runs;

/// <summary>How a pipeline stands.</summary>
public enum Standing
{
    /// <summary>Something waits for a person: a decision, a mistake to mend, a record in quarantine.</summary>
    NeedsPerson,

    /// <summary>No run was proven by its deadline.</summary>
    Late,

    /// <summary>The last run failed for what may pass; the next one goes on.</summary>
    TryAgain,

    /// <summary>It has never run to its end.</summary>
    Never,

    /// <summary>A run is under way.</summary>
    Running,

    /// <summary>The last run proved what it wrote.</summary>
    Proven,
}

/// <summary>The standing of one pipeline, from its runs and its quarantine.</summary>
/// <param name="Pipeline">Its name.</param>
/// <param name="Standing">The worst of what is known.</param>
/// <param name="Last">Its latest run that was more than a dry run; null where there is none.</param>
/// <param name="Proven">Its latest run that succeeded in reading; null where there is none.</param>
/// <param name="Parked">Runs that wait for approval, the latest first.</param>
/// <param name="Quarantined">Records in quarantine.</param>
public sealed record PipelineStatus(
    string Pipeline, Standing Standing, RunRecord? Last, RunRecord? Proven, IReadOnlyList<RunRecord> Parked, long Quarantined)
{
    /// <summary>The moment by which a run must be proven; null where nothing says.</summary>
    public DateTimeOffset? Deadline { get; private init; }

    /// <summary>The time since the deadline; null where it lies ahead, or there is none.</summary>
    public TimeSpan? LateBy { get; private init; }

    /// <summary>When a schedule of it is due next; null where none is.</summary>
    public DateTimeOffset? NextAt { get; private init; }

    /// <summary>Whether its schedules start nothing for now.</summary>
    public bool IsPaused { get; private init; }

    /// <summary>Messages about it that no channel took, and that are not sent again.</summary>
    public long Undelivered { get; private init; }

    /// <summary>The reason why somebody has to act, in one sentence; null for none.</summary>
    public string? Due => this switch
    {
        { Parked: [{ Result.Problems: [var held, ..] }, ..] } => $"A run waits for approval: {held.Message}",
        { Parked.Count: > 0 } => "A run waits for approval.",
        { Last: { Status: RunStatus.Failed or RunStatus.Partial, Result.Problems: [var problem, ..] } } => problem.Message,
        { LateBy: not null } => string.Create(CultureInfo.InvariantCulture, $"No run was proven by {Deadline:yyyy-MM-dd HH:mm} UTC."),
        { Quarantined: > 0 } => "Records wait in quarantine.",
        _ => null,
    };

    /// <summary>What to do about it, where no act of ours does it; null where one does, or nothing is known.</summary>
    public string? Hint => this is { Next: null, Parked: [], Last: { Status: RunStatus.Failed or RunStatus.Partial, Result.Problems: [{ Next: null } problem, ..] } }
        ? problem.Hint : null;

    /// <summary>The act that does it; null where none is known.</summary>
    public NextStep? Next => this switch
    {
        { Parked: [var parked, ..] } => new(NextAct.ApproveRun, parked.Id),
        { Last: { Status: RunStatus.Failed or RunStatus.Partial or RunStatus.Cancelled } last } => RunOutcome.Of(last.Result)?.Next ?? Named(last.Result),
        { LateBy: null, Quarantined: > 0 } => new(NextAct.ListQuarantine),
        { Standing: Standing.Never or Standing.Late } => new(NextAct.RunPipeline, Pipeline),
        _ => null,
    };

    /// <summary>The latest run; a backup or a backfill after one that failed does not hide it, nor a sync a backup that failed.</summary>
    private static RunRecord? Latest(List<RunRecord> runs)
    {
        var begun = runs.FindAll(run => run.Status != RunStatus.Queued);
        var works = begun.Where(run => run.Result.Kind is RunKind.Backup or RunKind.Backfill || run.Result.BringsIntoStep)
            .DistinctBy(run => run.Result.BringsIntoStep ? RunKind.Sync : run.Result.Kind).Where(run => run.Status is RunStatus.Failed or RunStatus.Partial).ToList();
        return works.Find(run => !run.Result.MayPass) ?? works.FirstOrDefault() ?? begun.FirstOrDefault();
    }

    private static NextStep? Named(RunResult run) => run.Problems is [{ Next: { } next }, ..] ? next.For(run.Run, run.Pipeline) : null;

    /// <param name="pipeline">Its name.</param>
    /// <param name="scheduled">Its definition; null where none is saved.</param>
    /// <param name="runs">Its runs, the latest first.</param>
    /// <param name="quarantined">Records in quarantine.</param>
    /// <param name="undelivered">Messages about it that were given up.</param>
    /// <param name="now">The moment that lateness is counted to.</param>
    internal static PipelineStatus Of(string pipeline, ScheduledPipeline? scheduled, IReadOnlyList<RunRecord> runs, long quarantined, long undelivered, DateTimeOffset now)
    {
        var real = runs.Where(run => run.Result is { Kind: not RunKind.DryRun, IsSkipped: false }).ToList();
        var last = Latest(real);
        var proven = real.Find(run => run.Status == RunStatus.Succeeded && run.Result.BringsIntoStep);
        var deadline = scheduled is null ? null : Runs.Deadline.Of(scheduled, proven?.FinishedAt);
        var parked = real.FindAll(run => run.Status == RunStatus.Parked);
        var standing = last switch
        {
            _ when parked.Count > 0 => Standing.NeedsPerson,
            { Status: RunStatus.Failed or RunStatus.Partial, Result.MayPass: false } => Standing.NeedsPerson,
            _ when deadline < now => Standing.Late,
            { Status: RunStatus.Running } => Standing.Running,
            { Result.MayPass: true } or { Status: RunStatus.Cancelled } => Standing.TryAgain,
            _ when quarantined > 0 => Standing.NeedsPerson,
            _ when proven is null => Standing.Never,
            _ => Standing.Proven,
        };
        return new(pipeline, standing, last, proven, parked, quarantined)
        {
            Deadline = deadline,
            LateBy = deadline < now ? now - deadline : null,
            NextAt = scheduled is null ? null : Runs.Deadline.Next(scheduled, now),
            IsPaused = scheduled is { Definition.Paused: true },
            Undelivered = undelivered,
        };
    }
}
