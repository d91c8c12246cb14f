using System.Globalization;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Runs;

/// <summary>
/// The only place that ends a run, whatever its kind. Whatever the work does or throws, the run has a result that says
/// so, in the same words for all kinds.
/// </summary>
internal sealed class RunShell(TimeProvider clock)
{
    private const string HowToContinue =
        "Run it again: a sync resumes from its last checkpoint; an undo, a restore or a backup starts over.";

    /// <param name="journal">The run's journal. Finished by this method.</param>
    /// <param name="work">Does what the run is for. Its status is the run's, unless it throws.</param>
    /// <param name="watch">Who watches the run.</param>
    /// <param name="cancellationToken">Stops the run within seconds and leaves it so that it can be resumed.</param>
    /// <exception cref="TidemarkException">The catalog cannot be written.</exception>
    public async Task<RunEnd> RunAsync(
        RunJournal journal, Func<RunContext, Task<RunStatus>> work, RunWatch watch, CancellationToken cancellationToken)
    {
        var startedAt = clock.GetTimestamp();
        using var span = RunTelemetry.Begin(journal);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(
            cancellationToken, journal.CancelRequested, journal.LeaseLost);
        var run = new RunContext(journal, watch, clock, stop.Token);
        (journal.OnStep, journal.OnLine, journal.OnWait) = (run.Report, watch.OnLine, run.Hear);
        if (journal.Origin is { Missed: > 0 } origin) journal.Log(RunLogLevel.Warning, null, MadeUpFor(origin));
        TidemarkException? failed = null;
        RunStatus status;
        try
        {
            status = await work(run);
        }
        catch (OperationCanceledException) when (journal.LeaseLost.IsCancellationRequested)
        {
            run.Problems.Add(LeaseLost(journal));
            status = RunStatus.Failed;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            if (journal.CanHandBack) return new(await journal.HandBackAsync(run.Streams), Refusal: null);
            run.Problems.Add(new("run.cancelled", journal.Pipeline, "The run was cancelled.", HowToContinue));
            status = RunStatus.Cancelled;
        }
        catch (TidemarkException failure)
        {
            failed = failure;
            run.Problems.AddRange(failure.Problems.Count > 0 ? failure.Problems : [Problem.From(failure, journal.Pipeline)]);
            status = failure.Kind == FailureKind.Approval ? RunStatus.Parked : RunStatus.Failed;
        }
#pragma warning disable CA1031 // A defect of ours ends the run as honestly as anything else does.
        catch (Exception defect)
#pragma warning restore CA1031
        {
            run.Problems.Add(Defect(defect, journal.Pipeline));
            await journal.LogAsync(RunLogLevel.Error, null, $"{defect.GetType().Name} {defect.StackTrace}", CancellationToken.None);
            status = RunStatus.Failed;
        }

        var refused = run.HasBegun ? null : failed;
        var result = await FinishAsync(journal, run, status, refused, clock.GetElapsedTime(startedAt));
        RunTelemetry.End(span, result);
        return new(result, refused);
    }

    private static string MadeUpFor(RunOrigin origin) => string.Create(CultureInfo.InvariantCulture,
        $"Its schedule was missed {(origin.Missed == 1 ? "once" : $"{origin.Missed} times")} while no server was up. This run, due at {origin.DueAt:yyyy-MM-dd HH:mm} UTC, makes up for {(origin.Missed == 1 ? "it" : "all of them")}.");

    /// <summary>What is said of an exception that nobody expected.</summary>
    public static Problem Defect(Exception defect, string subject) =>
        new("defect.unexpected", subject, $"{defect.GetType().Name}: {defect.Message}", $"This should not happen. {HowToContinue}");

    private static async Task<RunResult> FinishAsync(RunJournal journal, RunContext run, RunStatus status, TidemarkException? refused, TimeSpan lasted)
    {
        var streams = run.Streams;
        var result = journal.Begun with
        {
            Status = status,
            Streams = streams,
            Seconds = lasted.TotalSeconds,
            Problems = [.. streams.Select(stream => stream.Error).OfType<Problem>(), .. run.Problems],
            Plan = run.Plan,
            Refresh = run.Refresh,
            Backup = run.Backup,
            RefusedBy = refused?.Kind,
            Waits = run.Waits.End(),
        };
        run.Report();
        try
        {
            // What a stream failed by is in the log already.
            foreach (var problem in run.Problems)
                await journal.LogAsync(status == RunStatus.Failed ? RunLogLevel.Error : RunLogLevel.Warning, null, $"{problem.Code}: {problem.Message}", CancellationToken.None);
            await journal.FinishAsync(result, CancellationToken.None);
            return result;
        }
        catch (TidemarkException overtaken) when (overtaken.Code == RunJournal.LeaseLostCode)
        {
            // Whoever took the lease has recorded the end already, and its word stands.
            return result with { Status = RunStatus.Failed, Problems = [LeaseLost(journal)] };
        }
    }

    private static Problem LeaseLost(RunJournal journal) =>
        new(RunJournal.LeaseLostCode, journal.Pipeline, "Another process has taken this run over.", "Look at the other run.") { IsTransient = true };
}
