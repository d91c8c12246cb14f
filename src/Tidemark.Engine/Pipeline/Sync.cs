using System.Globalization;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;

namespace Tidemark.Engine.Pipeline;

/// <summary>
/// One run from its plan to its receipt: read and write all streams, guard, publish, verify. Whatever happens, the
/// result says it.
/// </summary>
public sealed class Sync(TimeProvider clock)
{
    /// <summary>Runs a plan that has been checked.</summary>
    /// <param name="plan">Resolved and ready.</param>
    /// <param name="journal">Of the run; finished by this.</param>
    /// <param name="progress">Told the figures so far, often; must return fast.</param>
    /// <param name="cancellationToken">Stops the run within seconds and leaves it to be resumed.</param>
    public async Task<RunResult> RunAsync(
        SyncPlan plan, RunJournal journal, Action<IReadOnlyList<StreamFigures>> progress, CancellationToken cancellationToken)
    {
        var startedAt = clock.GetTimestamp();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(
            cancellationToken, journal.CancelRequested, journal.LeaseLost);
        var ledgers = plan.Tables.Select(table => new StreamLedger(table, plan.Quarantine, clock)).ToList();
        var problems = new List<Problem>();
        var changes = new List<StreamChanges>();
        var refresh = plan.Backup is { } backup ? new RefreshSteps(backup, journal, clock) : null;
        RunStatus status;
        try
        {
            if (refresh is not null) await refresh.BackUpAsync(plan.Destination, problems, stop.Token);
            status = await RunStepsAsync(plan, journal, ledgers, problems, changes, refresh, progress, stop.Token);
        }
        catch (OperationCanceledException) when (journal.LeaseLost.IsCancellationRequested)
        {
            problems.Add(new("run.lease_lost", plan.Pipeline, "Another process has taken this run over.", "Look at the other run."));
            status = RunStatus.Failed;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            problems.Add(new("run.cancelled", plan.Pipeline, "The run was cancelled.", "Run again: it goes on from the last checkpoint."));
            status = RunStatus.Cancelled;
        }
        catch (TidemarkException failure)
        {
            problems.Add(Problem.From(failure, plan.Pipeline));
            status = RunStatus.Failed;
        }
        catch (Exception defect)
        {
            // A defect of ours ends the run as honestly as anything else does.
            problems.Add(new("defect.unexpected", plan.Pipeline, $"{defect.GetType().Name}: {defect.Message}",
                "This should not happen. Run again: it goes on from the last checkpoint."));
            status = RunStatus.Failed;
        }

        foreach (var ledger in ledgers) ledger.Ended();
        var figures = ledgers.Select(ledger => ledger.Figures).ToList();
        var result = new RunResult(
            journal.Run, plan.Pipeline, plan.Mode, status, figures, clock.GetElapsedTime(startedAt).TotalSeconds)
        {
            Cause = journal.Cause,
            Problems = [.. figures.Select(stream => stream.Error).OfType<Problem>(), .. problems],
            Plan = changes.Count > 0 ? new RunPlan(changes) : null,
            Refresh = refresh?.Figures,
        };
        progress(figures);
        await journal.FinishAsync(result, CancellationToken.None);
        return result;
    }

    private async Task<RunStatus> RunStepsAsync(
        SyncPlan plan, RunJournal journal, IReadOnlyList<StreamLedger> ledgers, List<Problem> problems,
        List<StreamChanges> changes, RefreshSteps? refresh, Action<IReadOnlyList<StreamFigures>> progress,
        CancellationToken cancellationToken)
    {
        await using var load = await plan.Destination.BeginAsync(new LoadPlan(plan.Pipeline, journal.Run)
        {
            WritesBack = !plan.IsDryRun && plan.Tables.Any(table => table.WriteBack is not null),
            Continues = plan.Parked,
        }, cancellationToken);
        try
        {
            await ReadAllAsync(plan, load, journal, ledgers, progress, cancellationToken);
            // One stream that failed keeps all that are staged from being published: together or not at all.
            if (!ledgers.Any(ledger => ledger.HasFailed))
            {
                if (plan.IsDryRun || plan.Approved is not null)
                {
                    changes.AddRange(await CompareAsync(plan, load, journal, ledgers, cancellationToken));
                    if (plan.IsDryRun) return RunStatus.Planned;
                    var differences = plan.Approved!.Differences(new RunPlan(changes)).ToList();
                    problems.AddRange(differences);
                    if (differences.Count > 0) return RunStatus.Failed;
                }

                var objections = await new PublishStep(plan, load, journal).RunAsync(ledgers, refresh, cancellationToken);
                problems.AddRange(objections);
                if (objections.Count > 0)
                {
                    if (plan.Destination is IComparing) changes.AddRange(await CompareAsync(plan, load, journal, ledgers, cancellationToken));
                    await load.ParkAsync(cancellationToken);
                    return RunStatus.Parked;
                }
            }
        }
        finally
        {
            foreach (var ledger in ledgers)
            {
                if (ledger.Load is { } stream) await stream.DisposeAsync();
            }
        }

        await new WriteBackStep(plan, journal).RunAsync(ledgers, problems, cancellationToken);
        var verdict = Verdict(ledgers, problems);
        if (verdict == RunStatus.Parked) await load.ParkAsync(cancellationToken);
        return verdict;
    }

    private async Task ReadAllAsync(
        SyncPlan plan, ILoad load, RunJournal journal, IReadOnlyList<StreamLedger> ledgers,
        Action<IReadOnlyList<StreamFigures>> progress, CancellationToken cancellationToken)
    {
        var lastReport = 0L;
        var options = new ParallelOptions
        {
            MaxDegreeOfParallelism = plan.InOrder ? 1 : plan.StreamsAtOnce,
            CancellationToken = cancellationToken,
        };
        await Parallel.ForEachAsync(plan.Tables.Zip(ledgers), options, async (pair, stop) =>
        {
            var (table, ledger) = pair;
            if (plan.InOrder && ledgers.FirstOrDefault(each => each.HasFailed) is { } failed)
            {
                ledger.Failed(new("stream.not_reached", ledger.Stream, $"It was not read, because {failed.Stream} failed before it."));
                ledger.Ended();
                await journal.StepAsync("read", ledger.Stream, StepStatus.Skipped, ledger.Figures.Error?.Message, stop);
                return;
            }

            await journal.StepAsync("read", ledger.Stream, StepStatus.Running, null, stop);
            try
            {
                await ReadWithinAsync(table, ledger, stop);
                if (plan.IsStepwise && ledger.IsStaged) await new PublishStep(plan, load, journal).RequireAsync(ledger, stop);
            }
            catch (TidemarkException failure)
            {
                // The other streams go on; this one says why it did not.
                ledger.Failed(Problem.From(failure, ledger.Stream));
                await journal.LogAsync(RunLogLevel.Error, ledger.Stream, $"{failure.Code}: {failure.Message}", stop);
            }

            ledger.Ended();
            var end = ledger.HasFailed ? StepStatus.Failed : StepStatus.Done;
            await journal.StepAsync("read", ledger.Stream, end, ledger.Figures.Error?.Message, stop);
        });
        journal.Progress(Figures());

        async Task ReadWithinAsync(TablePlan table, StreamLedger ledger, CancellationToken stop)
        {
            using var late = new CancellationTokenSource(table.TimeLimit ?? Timeout.InfiniteTimeSpan, clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
            try
            {
                await new StreamSync(plan, load, journal, clock).RunAsync(table, ledger, Report, either.Token);
            }
            catch (OperationCanceledException) when (late.IsCancellationRequested && !stop.IsCancellationRequested)
            {
                throw new TidemarkException(FailureKind.Transient, "stream.time_limit",
                    string.Create(CultureInfo.InvariantCulture, $"Reading {table.Stream.Name} took more than {table.TimeLimit!.Value.TotalSeconds} s."))
                {
                    Hint = "Run again: it goes on from the last checkpoint. Or raise time_limit of the stream.",
                };
            }
        }

        List<StreamFigures> Figures() => [.. ledgers.Select(ledger => ledger.Figures)];

        void Report()
        {
            // Every batch calls this; whoever watches wants it five times a second.
            var last = Interlocked.Read(ref lastReport);
            if (clock.GetElapsedTime(last) < TimeSpan.FromMilliseconds(200)) return;
            if (Interlocked.CompareExchange(ref lastReport, clock.GetTimestamp(), last) != last) return;
            var figures = Figures();
            progress(figures);
            journal.Progress(figures);
        }
    }

    /// <summary>Finds out what publishing would change.</summary>
    private async Task<IReadOnlyList<StreamChanges>> CompareAsync(
        SyncPlan plan, ILoad load, RunJournal journal, IReadOnlyList<StreamLedger> ledgers, CancellationToken cancellationToken)
    {
        await journal.StepAsync("plan", null, StepStatus.Running, null, cancellationToken);
        await using var file = plan is { IsDryRun: true, PlanFile: { } path } ? PlanFile.Create(path) : null;
        var changes = await ChangeReport.MakeAsync((IComparing)plan.Destination, load, ledgers, file, cancellationToken);
        if (file is not null) await file.FinishAsync(new SavedPlan(plan.Pipeline, plan.Mode, clock.GetUtcNow(), changes));
        await journal.StepAsync("plan", null, StepStatus.Done, null, cancellationToken);
        return changes.Streams;
    }

    /// <summary>Only what is proven is called succeeded.</summary>
    private static RunStatus Verdict(IReadOnlyList<StreamLedger> ledgers, List<Problem> problems)
    {
        var figures = ledgers.Select(ledger => ledger.Figures).ToList();
        var failed = figures.Count(stream => stream.Error is not null);
        if (figures.Any(stream => stream.Error is { } error && error.Code.StartsWith(Guard.CodePrefix, StringComparison.Ordinal)))
            return RunStatus.Parked;
        if (failed > 0)
        {
            // What was merged is live; a staging of which a stream failed is not.
            return ledgers.Any(ledger => ledger is { IsStaged: false, HasFailed: false }) || figures.Any(HasWritten)
                ? RunStatus.Partial : RunStatus.Failed;
        }

        foreach (var stream in figures)
        {
            if (!stream.IsAccountedFor)
            {
                problems.Add(new("receipt.not_accounted_for", stream.Stream,
                    $"{stream.Read} records were read, but {stream.AccountedFor} are accounted for."));
            }

            if (stream.Receipt is not { IsVerified: true })
            {
                problems.Add(new("receipt.does_not_fit", stream.Stream,
                    $"{stream.Receipt?.Expected.Rows} rows were read, but {stream.Receipt?.Found.Rows} rows with this content are in {stream.Table}.",
                    "Something else writes to this table, or a trigger changes rows; read everything again.") { Next = new(NextAct.ReadEverything) });
            }

            if (stream.Quarantined > 0)
            {
                problems.Add(new("run.quarantined", stream.Stream,
                    $"{stream.Quarantined} records of {stream.Stream} could not be written and are in quarantine."));
            }
        }

        return problems.Count == 0 ? RunStatus.Succeeded : RunStatus.Partial;
    }

    private static bool HasWritten(StreamFigures stream) => stream.Created + stream.Updated + stream.Deleted > 0;
}
