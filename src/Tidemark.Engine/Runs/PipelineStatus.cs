using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Runs;

/// <summary>How a pipeline stands.</summary>
public enum Standing
{
    /// <summary>Something waits for a person: a decision, a mistake to mend, a record in quarantine.</summary>
    NeedsPerson,

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
    /// <summary>The reason why somebody has to act, in one sentence; null for none.</summary>
    public string? Due => this switch
    {
        { Parked: [{ Result.Problems: [var held, ..] }, ..] } => $"A run waits for approval: {held.Message}",
        { Parked.Count: > 0 } => "A run waits for approval.",
        { Last: { Status: RunStatus.Failed or RunStatus.Partial, Result.Problems: [var problem, ..] } } => problem.Message,
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
        { Quarantined: > 0 } => new(NextAct.ListQuarantine),
        { Standing: Standing.Never } => new(NextAct.RunPipeline, Pipeline),
        _ => null,
    };

    private static NextStep? Named(RunResult run) => run.Problems is [{ Next: { } next }, ..] ? next.For(run.Run, run.Pipeline) : null;

    internal static PipelineStatus Of(string pipeline, IReadOnlyList<RunRecord> runs, long quarantined)
    {
        var real = runs.Where(run => run.Result.Kind != RunKind.DryRun).ToList();
        var last = real.Find(run => run.Status != RunStatus.Queued);
        var proven = real.Find(run => run.Status == RunStatus.Succeeded
            && run.Result.Kind is RunKind.Sync or RunKind.Deletions or RunKind.Plan or RunKind.Approve);
        var parked = real.FindAll(run => run.Status == RunStatus.Parked);
        var standing = last switch
        {
            _ when parked.Count > 0 => Standing.NeedsPerson,
            { Status: RunStatus.Running } => Standing.Running,
            { Result.MayPass: true } or { Status: RunStatus.Cancelled } => Standing.TryAgain,
            { Status: RunStatus.Failed or RunStatus.Partial } => Standing.NeedsPerson,
            _ when quarantined > 0 => Standing.NeedsPerson,
            _ when proven is null => Standing.Never,
            _ => Standing.Proven,
        };
        return new(pipeline, standing, last, proven, parked, quarantined);
    }
}
