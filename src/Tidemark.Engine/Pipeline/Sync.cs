using Tidemark.Engine.Destinations;
using Tidemark.Engine.Pipeline.Comparing;
using Tidemark.Engine.Runs;

namespace Tidemark.Engine.Pipeline;

/// <summary>The work of one run, from its plan to its receipt: read and write all streams, guard, publish, verify.</summary>
/// <param name="plan">The plan, resolved and checked.</param>
/// <param name="run">The run.</param>
/// <param name="clock">Where "now" comes from.</param>
internal sealed class Sync(SyncPlan plan, RunContext run, TimeProvider clock)
{
    private readonly IReadOnlyList<StreamLedger> _ledgers =
        [.. plan.Tables.Select(table => new StreamLedger(table, plan.Quarantine, clock))];

    private readonly RefreshSteps? _refresh = plan.Backup is { } backup ? new(backup, run, clock) : null;

    /// <summary>Does the work. Streams that failed say so in their figures.</summary>
    public async Task<RunStatus> RunAsync()
    {
        run.Begin(() => [.. _ledgers.Select(ledger => ledger.Figures)]);
        try
        {
            if (_refresh is not null) await _refresh.BackUpAsync(plan.Destination);
            await using var load = await plan.Destination.BeginAsync(new LoadPlan(plan.Pipeline, run.Journal.Run)
            {
                WritesBack = !plan.IsDryRun && plan.Tables.Any(table => table.WriteBack is not null),
                Continues = plan.Continues,
                Waiting = plan.Waiting,
            }, run.Stop);
            return await RunAsync(load);
        }
        finally
        {
            foreach (var ledger in _ledgers) ledger.Ended();
        }
    }

    private async Task<RunStatus> RunAsync(ILoad load)
    {
        try
        {
            await new ReadStep(plan, load, run, clock).RunAsync(_ledgers);
            // One stream that failed keeps all that are staged from being published: together or not at all.
            if (!_ledgers.Any(ledger => ledger.HasFailed) && await PublishAsync(load) is { } end) return end;
        }
        finally
        {
            foreach (var ledger in _ledgers)
            {
                if (ledger.Load is { } stream) await stream.DisposeAsync();
            }
        }

        await new WriteBackStep(plan, run.Journal).RunAsync(_ledgers, run.Problems, run.Stop);
        var verdict = SyncVerdict.Of(_ledgers, run.Problems);
        if (verdict == RunStatus.Parked) await load.ParkAsync(run.Stop);
        return verdict;
    }

    /// <returns>The status of a run that ends here; null where what was staged is live.</returns>
    private async Task<RunStatus?> PublishAsync(ILoad load)
    {
        if (plan.IsDryRun || plan.HeldTo is not null)
        {
            var changes = await CompareAsync(load);
            if (plan.IsDryRun)
            {
                run.Problems.AddRange(await new PublishStep(plan, load, run.Journal).ObjectionsAsync(_ledgers, run.Stop));
                return RunStatus.Planned;
            }

            var differences = plan.HeldTo!.Differences(changes).ToList();
            run.Problems.AddRange(differences);
            if (differences.Count > 0) return RunStatus.Failed;
        }

        if (plan.Approved is { } approved)
        {
            var moved = approved.Differences(await CompareAsync(load)).ToList();
            run.Problems.AddRange(moved);
            if (moved.Count > 0) return RunStatus.Failed;
            run.Plan = null; // of a run that is done the figures say it all
        }

        var objections = await new PublishStep(plan, load, run.Journal).RunAsync(_ledgers, _refresh, run.Stop);
        if (objections.Count == 0) return null;
        run.Problems.AddRange(objections);
        if (plan.Destination is IComparing) await CompareAsync(load);
        await load.ParkAsync(run.Stop);
        return RunStatus.Parked;
    }

    /// <summary>Finds out what publishing would change.</summary>
    private async Task<ChangeSummary> CompareAsync(ILoad load)
    {
        const string step = "compare";
        await run.Journal.StepAsync(step, null, StepStatus.Running, null, run.Stop);
        await using var file = plan is { IsDryRun: true, SaveAs: { } path } ? PlanFile.Create(path) : null;
        var changes = await ChangeReport.MakeAsync((IComparing)plan.Destination, load, _ledgers, file, run.Stop);
        if (file is not null) await file.FinishAsync(new SavedPlan(plan.Pipeline, plan.Mode, clock.GetUtcNow(), changes));
        await run.Journal.StepAsync(step, null, StepStatus.Done, null, run.Stop);
        if (changes.Streams.Count > 0) run.Plan = changes;
        return changes;
    }
}
