using System.Globalization;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Runs;

/// <summary>What a run that is over has left.</summary>
/// <param name="State">The state of the data, in one or two sentences.</param>
/// <param name="Next">What a person may do next; null where nothing is due.</param>
public sealed record RunOutcome(string State, NextStep? Next)
{
    /// <summary>The outcome of a run; null while it is not over.</summary>
    public static RunOutcome? Of(RunResult run)
    {
        RunOutcome? outcome = run.Status switch
        {
            RunStatus.Queued or RunStatus.Running => null,
            RunStatus.Cancelled when run.Problems.Any(problem => problem.Code == RunStore.SupersededCode) => new("Another run went on in its place.", null),
            RunStatus.Cancelled when run.IsSkipped => new("It was left out: nothing was read or changed.", run.Problems.Select(problem => problem.Next).FirstOrDefault()),
            RunStatus.Planned => new(
                run.WouldPark ? "Nothing was changed. A run like this would wait for approval." : "Nothing was changed.", null),
            RunStatus.Succeeded => new(Succeeded(run), null),
            RunStatus.Parked => new(Parked(run), new(NextAct.ApproveRun)),
            RunStatus.Partial => new(Partial(run), AfterPartial(run)),
            _ => new(Stopped(run), AfterStopped(run)),
        };
        return outcome is null ? null : outcome with { Next = outcome.Next?.For(run.Run, run.Pipeline) };
    }

    private static string Succeeded(RunResult run) => run.Kind switch
    {
        RunKind.Undo => $"The rows are what they were before {run.About}.",
        RunKind.Restore => $"The tables hold the rows of {run.About}.",
        RunKind.Backup => "The backup is complete and was read back.",
        RunKind.Transfer => Written(run) == 0 ? "Nothing had to be written: the target has every row of the source as it is there." : "The tables hold the source's rows; they were read back and compared before the commit.",
        RunKind.Clear => run.Refresh?.Backup is { } made ? $"The tables are empty. Their rows are in the backup {made.Name}." : "There was nothing to clear.",
        _ when Written(run) == 0 => "Nothing had to be written.",
        _ => "The tables hold what was read; the values were read back and compared.",
    };

    private static string Parked(RunResult run) => Written(run) > 0
        ? "What was read is written. The rows that would go are still there, until somebody decides."
        : "The tables are as they were, until somebody decides.";

    private static string Partial(RunResult run)
    {
        var failed = run.Streams.Where(stream => stream.Error is not null).ToList();
        var differing = run.Streams.Where(stream => stream is { Error: null, Receipt: { IsVerified: false } }).ToList();
        var waiting = run.Streams.Sum(stream => stream.Quarantined);
        var sentences = new List<string>();
        if (failed.Count > 0)
        {
            sentences.Add(string.Create(CultureInfo.InvariantCulture,
                $"{Names(failed)} {(failed.Count == 1 ? "has" : "have")} what was written before the failure; ")
                + (failed.Count == run.Streams.Count ? "the next run goes on there." : "the other streams are complete, and the next run goes on where these stand."));
        }

        if (differing.Count > 0) sentences.Add($"{Names(differing)}: the values in the table are not proven to be what was read.");
        if (waiting > 0)
        {
            sentences.Add(waiting == 1 ? "One record waits in quarantine; all others are written."
                : string.Create(CultureInfo.InvariantCulture, $"{waiting:N0} records wait in quarantine; all others are written."));
        }

        return sentences.Count > 0 ? string.Join(' ', sentences) : "Part of the work is done; the problems say which is not.";
    }

    private static NextStep? AfterPartial(RunResult run)
    {
        if (!run.Kind.ReadsNoSource())
        {
            if (run.Streams.Any(stream => stream is { Error: null, Receipt: { IsVerified: false } })) return new(NextAct.ReadEverything);
            if (run.Kind != RunKind.Backfill && run.Streams.Any(stream => stream.Error is { IsTransient: true })) return new(NextAct.RunPipeline);
        }

        return run.Streams.Any(stream => stream.Quarantined > 0) ? new(NextAct.ListQuarantine) : null;
    }

    private static string Stopped(RunResult run)
    {
        var nothing = run.Status == RunStatus.Cancelled ? "It was cancelled before" : "It failed before";
        // The figures of a run whose process is gone are those of its last sign of life: it may have written since.
        var isGone = run.Problems.Any(problem => problem.Code == Interruption.Code);
        return run.Kind switch
        {
            RunKind.Undo or RunKind.Restore or RunKind.Clear when isGone => "Its process ended in the middle: all of it was done, or nothing.",
            var kind when kind == RunKind.DryRun || kind.ReadsNoSource() => "Nothing was changed.",
            RunKind.Transfer => "The tables are as they were. Rows that had arrived are kept aside, and the next run goes on with them.",
            _ when isGone => "Its process ended in the middle: what it had written until then is kept, and the next run goes on from there.",
            _ when Written(run) > 0 => "What was written until then is kept and counted; the next run goes on from there.",
            _ when run.Streams.Any(stream => stream.Read > 0) => "The tables are as they were. What was read is kept, and the next run goes on from there where the vendor allows it.",
            _ => $"{nothing} anything was read: the tables are as they were.",
        };
    }

    private static NextStep? AfterStopped(RunResult run) =>
        run.Kind.ReadsNoSource() || run.Kind == RunKind.Backfill || (run.Status == RunStatus.Failed && !run.MayPass)
            ? null : new(NextAct.RunPipeline);

    private static long Written(RunResult run) => run.Streams.Sum(stream => stream.Created + stream.Updated + stream.Deleted);

    private static string Names(List<StreamFigures> streams) => string.Join(", ", streams.Select(stream => stream.Stream));
}
