using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Pipeline.Guarding;
using Tidemark.Engine.Pipeline.Quarantining;
using Tidemark.Engine.Runs;

namespace Tidemark.Engine.Pipeline;

/// <summary>Makes what is staged live, in one transaction, unless that would change more than the limits allow.</summary>
internal sealed class PublishStep(SyncPlan plan, ILoad load, RunJournal journal)
{
    /// <returns>Why it needs approval, and nothing has changed; empty where everything is live.</returns>
    public async Task<IReadOnlyList<Problem>> RunAsync(
        IReadOnlyList<StreamLedger> ledgers, RefreshSteps? refresh, CancellationToken cancellationToken)
    {
        if (ledgers.All(ledger => !ledger.IsStaged)) return [];
        await journal.StepAsync("guard", null, StepStatus.Running, null, cancellationToken);
        var previews = await load.PreviewAsync(cancellationToken);
        var objections = Objections(ledgers, previews);
        await journal.StepAsync(
            "guard", null, objections.Count == 0 ? StepStatus.Done : StepStatus.Failed,
            objections.Count == 0 ? null : string.Join(" ", objections.Select(problem => problem.Message)), cancellationToken);
        if (objections.Count > 0) return objections;
        await ReadAgainAsync(ledgers, previews, cancellationToken);

        await journal.StepAsync("publish", null, StepStatus.Running, null, cancellationToken);
        var results = await PublishAsync(ledgers, cancellationToken);
        foreach (var (preview, cascade) in previews.SelectMany(preview => preview.Cascades.Select(cascade => (preview, cascade))))
            await journal.LogAsync(RunLogLevel.Warning, null, cascade.Describe(preview.Table), CancellationToken.None);
        if (refresh is not null) await refresh.ClearedAsync(previews, results);
        await journal.StepAsync("publish", null, StepStatus.Done, null, CancellationToken.None);
        return [];
    }

    /// <summary>Why a run like this one would need approval; nothing changes.</summary>
    public async Task<IReadOnlyList<Problem>> ObjectionsAsync(
        IReadOnlyList<StreamLedger> ledgers, CancellationToken cancellationToken)
    {
        if (plan.IgnoresLimits) return [];
        var objections = new List<Problem>();
        foreach (var table in plan.Tables.Where(table => !table.KeysOnly))
        {
            var earlier = await load.EarlierColumnsAsync(table, cancellationToken);
            if (Guard.Narrowed(table.Table, earlier, table.ColumnNames) is { } narrowed) objections.Add(narrowed);
        }

        objections.AddRange(Objections(ledgers, await load.PreviewAsync(cancellationToken)));
        return objections;
    }

    private IReadOnlyList<Problem> Objections(IReadOnlyList<StreamLedger> ledgers, IReadOnlyList<PublishPreview> previews)
    {
        return new Guard(plan)
        {
            WhyEmpty = table => LedgerOf(table).WhyEmpty,
            OutOfSight = table => LedgerOf(table).OutOfSight(plan.Source),
        }.Objections(previews);

        StreamLedger LedgerOf(string table) => ledgers.First(ledger => ledger.Table == table);
    }

    /// <summary>Makes one stream live before those after it are read.</summary>
    /// <exception cref="TidemarkException">It needs approval: <c>guard.…</c></exception>
    public async Task RequireAsync(StreamLedger ledger, CancellationToken cancellationToken)
    {
        if (await RunAsync([ledger], null, cancellationToken) is [var objection, ..])
            throw new TidemarkException(FailureKind.Approval, objection.Code, objection.Message) { Hint = objection.Hint, Next = objection.Next };
    }

    private async Task ReadAgainAsync(
        IReadOnlyList<StreamLedger> ledgers, IReadOnlyList<PublishPreview> previews, CancellationToken cancellationToken)
    {
        var second = new SecondReading(plan, journal);
        try
        {
            foreach (var preview in previews)
            {
                if (plan.Tables.FirstOrDefault(table => table.Table == preview.Table) is { } table
                    && ledgers.First(ledger => ledger.Table == table.Table) is var ledger && !ledger.ProvesEnd(plan.Source))
                    await second.RequireAsync(table, ledger.Load!, preview, cancellationToken);
            }
        }
        catch (TidemarkException)
        {
            // A staging that was cut short must not be resumed.
            foreach (var ledger in ledgers) await ledger.Load!.AbandonAsync(CancellationToken.None);
            throw;
        }
    }

    private async Task<IReadOnlyList<PublishResult>> PublishAsync(
        IReadOnlyList<StreamLedger> ledgers, CancellationToken cancellationToken)
    {
        var quarantine = new PublishQuarantine(journal, ledgers);
        IReadOnlyList<PublishResult> results;
        try
        {
            results = await load.PublishAsync(published => quarantine.BeforeAsync(published, cancellationToken), cancellationToken);
        }
        catch (TidemarkException tooMany) when (tooMany.Code == QuarantineLimit.Code)
        {
            foreach (var ledger in ledgers) await ledger.Load!.AbandonAsync(cancellationToken);
            throw;
        }

        foreach (var published in results)
        {
            quarantine.LedgerOf(published).Published(published);
            await quarantine.AfterAsync(published);
        }

        return results;
    }
}
