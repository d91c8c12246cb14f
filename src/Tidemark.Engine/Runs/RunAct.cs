using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Runs;

/// <summary>What is done with a run: it decides which one is meant by <c>last</c>.</summary>
/// <param name="Wanted">What such a run is, behind "No run"; e.g. <c>waits for approval</c>.</param>
/// <param name="Fits">Whether it can be done with a run.</param>
/// <param name="ActsOnPipeline">Whether it must be clear of which pipeline the run is.</param>
public sealed record RunAct(string Wanted, Func<RunResult, bool> Fits, bool ActsOnPipeline = true)
{
    private const string UnknownCode = "run.unknown";

    /// <summary>It is shown: whatever was no dry run, and no undo that failed.</summary>
    public static readonly RunAct Show = new("is there yet", IsShown, ActsOnPipeline: false) { Word = "show" };

    /// <summary>Its rows are looked at: whatever may have changed some.</summary>
    public static readonly RunAct LookAtRows = new("may have changed rows", WritesRows, ActsOnPipeline: false) { Word = "look_at_rows" };

    /// <summary>It is undone: what has changed rows, or was interrupted and may have.</summary>
    public static readonly RunAct Undo = new(
        "has changed rows",
        run => WritesRows(run) && (IsInterrupted(run) || run.Streams.Any(stream => stream.Created + stream.Updated + stream.Deleted > 0)))
    {
        Word = "undo",
    };

    /// <summary>Its request is carried out once more, or refused: one before it was meant by nobody, and would bring back what an undo took away.</summary>
    public static readonly RunAct Retry = Show with { ActsOnPipeline = true, Word = "retry" };

    /// <summary>It is approved.</summary>
    public static readonly RunAct Approve = new("waits for approval", run => run.Status == RunStatus.Parked) { Word = "approve", Code = "run.not_parked" };

    /// <summary>It is cancelled.</summary>
    public static readonly RunAct Cancel = new("goes on or waits", IsOpen) { Word = "cancel", Code = "run.finished" };

    /// <summary>All of them.</summary>
    public static IReadOnlyList<RunAct> All { get; } = [Show, LookAtRows, Undo, Retry, Approve, Cancel];

    /// <summary>Tells it from the others, e.g. <c>approve</c>.</summary>
    public required string Word { get; init; }

    /// <summary>Code of the failure where there are runs, and none fits.</summary>
    private string Code { get; init; } = UnknownCode;

    /// <summary>There is none that fits.</summary>
    /// <param name="pipeline">Name of the pipeline that was asked for; null for any.</param>
    /// <param name="there">The run that would have been shown; null where there is none at all.</param>
    internal TidemarkException None(string? pipeline, RunRecord? there)
    {
        var of = pipeline is null ? "" : $" of the pipeline {pipeline}";
        return there is null
            ? new(FailureKind.Usage, UnknownCode, pipeline is null ? "There is no run yet." : $"The pipeline {pipeline} has no run yet.")
            {
                Hint = "Dry runs do not count, nor undos that failed.",
            }
            : new(FailureKind.Usage, Code, $"No run{of} {Wanted}.")
            {
                Hint = $"The last run is {there.Id} ({RunJson.Word(there.Result.Kind)}, {RunJson.Word(there.Status)}).",
            };
    }

    private static bool IsShown(RunResult run) => run is not ({ Kind: RunKind.DryRun } or { IsSkipped: true } or { Kind: RunKind.Undo, Status: RunStatus.Failed });

    private static bool WritesRows(RunResult run) => IsShown(run) && run.Kind != RunKind.Backup;

    private static bool IsOpen(RunResult run) => run.Status is RunStatus.Queued or RunStatus.Running or RunStatus.Parked;

    private static bool IsInterrupted(RunResult run) =>
        run.Status == RunStatus.Running || run.Problems.Any(problem => problem.Code is Interruption.Code or RunJournal.LeaseLostCode);
}
