using System.Globalization;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Transfers;

namespace Tidemark.Engine.Pipeline.Transferring;

/// <summary>
/// The work of one transfer: compare the two databases, move the rows that differ, and write them in one transaction that is read back before it is
/// committed. Nothing of the target changes before that.
/// </summary>
internal sealed class Transfer(TransferWork work, RunContext run, TimeProvider clock)
{
    private const string Compare = "compare";
    private const string Move = "transfer";
    private const string Restore = "restore";
    private const string Verify = "verify";

    private readonly IReadOnlyList<TransferLedger> _ledgers = [.. work.Tables.Select(table => new TransferLedger(table, clock))];

    private ApplyMode Mode => work.Policy.Apply;

    /// <summary>Does the work. Nothing has changed where it throws.</summary>
    public async Task<RunStatus> RunAsync()
    {
        run.Begin(() => [.. _ledgers.Select(ledger => ledger.Figures)]);
        try
        {
            await using var source = await work.Source.ReadAsync(work.Tables, run.Stop);
            if (work.IsDryRun) return await LookAsync(source);
            await using var target = await work.Target.WriteAsync(
                new TransferWrite(work.Pipeline.Name, run.Journal.Run, work.Tables, Mode)
                {
                    Triggers = work.Policy.Triggers,
                    UndoRuns = work.Pipeline.UndoRuns,
                }, run.Stop);
            var compare = new TransferCompare(run, source, target);
            var move = new TransferMove(work, run, compare, source, target);
            return Mode == ApplyMode.Replace ? await ReplaceAsync(compare, move, source, target) : await MergeAsync(compare, move, source, target);
        }
        finally
        {
            foreach (var ledger in _ledgers) ledger.Ended();
        }
    }

    /// <summary>Compares both databases, and writes into neither.</summary>
    private async Task<RunStatus> LookAsync(ITransferSource source)
    {
        await using var target = await work.Target.ReadAsync([.. work.Tables.Select(LiveRows.Plain)], run.Stop);
        var compare = new TransferCompare(run, source, new LiveRows(target));
        await StepAsync(Compare, () => EachAsync(async (ledger, stop) =>
        {
            await compare.RowsAsync(ledger, stop);
            await compare.ShowAsync(ledger, stop);
        }, run.Stop));
        return Planned();
    }

    private async Task<RunStatus> MergeAsync(TransferCompare compare, TransferMove move, ITransferSource source, ITransferTarget target)
    {
        await StepAsync(Compare, () => EachAsync(compare.BucketsAsync, run.Stop));
        await StepAsync(Move, () => EachAsync(move.MoveAsync, run.Stop));
        await StepAsync(Restore, async () => Note(await target.ApplyAsync(
            new TransferApply(await SequencesAsync(source))
            {
                Whole = _ledgers.Where(ledger => ledger.IsWhole).Select(ledger => ledger.Table.Label).ToHashSet(StringComparer.Ordinal),
                Expected = _ledgers.Where(ledger => ledger.IsWhole && Mode == ApplyMode.Mirror)
                    .ToDictionary(ledger => ledger.Table.Label, ledger => ledger.Source, StringComparer.Ordinal),
            }, BeforeCommitAsync, run.Stop)));
        return Verdict();
    }

    private async Task<RunStatus> ReplaceAsync(TransferCompare compare, TransferMove move, ITransferSource source, ITransferTarget target)
    {
        if (work.Policy.Confirm != work.TargetName && !work.IgnoresLimits) await StepAsync(Compare, () => RequireNothingLostAsync(compare));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(run.Stop);
        // What the source has is summed up while the rows move.
        var sums = EachAsync(compare.SumAsync, stop.Token);
        try
        {
            await StepAsync(Move, async () => Note(await target.ReplaceAsync(
                new TransferApply(await SequencesAsync(source)), table => move.PartsAsync(LedgerOf(table), run.Stop), async applied =>
                {
#pragma warning disable VSTHRD003 // Begun above, for this.
                    await sums;
#pragma warning restore VSTHRD003
                    await BeforeCommitAsync(applied);
                }, run.Stop)));
        }
        finally
        {
            await stop.CancelAsync();
            await sums.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return Verdict();
    }

    /// <summary>A table that is filled anew loses what the source lacks: a person has to have said so.</summary>
    private async Task RequireNothingLostAsync(TransferCompare compare)
    {
        await EachAsync(compare.GoneAsync, run.Stop);
        var lost = _ledgers.Where(ledger => ledger.Deletes > 0).ToList();
        if (lost.Count == 0) return;
        throw new TidemarkException(
            FailureKind.Approval, "transfer.rows_would_be_lost",
            string.Create(CultureInfo.InvariantCulture, $"The source lacks {lost.Sum(ledger => ledger.Deletes):N0} rows of the target: {string.Join(", ", lost.Select(ledger => string.Create(CultureInfo.InvariantCulture, $"{ledger.Deletes:N0} of {ledger.Table.Label}")))}."))
        {
            Hint = $"Apply them with upsert to keep these rows; where they may go, approve the run, or say transfer: {{confirm: {work.TargetName}}}.",
            Next = new(NextAct.ApproveRun),
        };
    }

    private async Task BeforeCommitAsync(IReadOnlyList<AppliedTable> applied)
    {
        await run.Journal.StepAsync(Verify, null, StepStatus.Running, null, run.Stop);
        foreach (var table in applied) LedgerOf(table.Table).Applied = table;
        var objections = work.Guard.Objections(applied.Where(table => table.Deleted > 0 || Mode != ApplyMode.Upsert).Select(Preview)).ToList();
        if (work.Approved is { } seen) objections.AddRange(BeyondWhatWasSeen(seen, applied));
        if (objections.Count > 0)
        {
            run.Plan = Summary();
            foreach (var ledger in _ledgers) ledger.Applied = null;
            throw TidemarkException.ForAll(objections, FailureKind.Approval);
        }

        var wrong = _ledgers.Where(ledger => ledger.Figures.Receipt is { IsVerified: false }).ToList();
        if (wrong.Count > 0)
        {
            var names = string.Join(", ", wrong.Select(ledger => ledger.Table.Label));
            foreach (var ledger in _ledgers) ledger.Applied = null;
            throw new TidemarkException(FailureKind.Upstream, "transfer.not_as_sent", $"The rows of {names}, read back before the commit, are not those of the source. Everything was taken back.")
            {
                Hint = "A trigger or a rule of the target changes what is written; say triggers: off, or leave the table out.",
            };
        }

        await run.Journal.StepAsync(Verify, null, StepStatus.Done, null, run.Stop);
    }

    private PublishPreview Preview(AppliedTable table) => new(table.Table.Label, table.Before, LedgerOf(table.Table).Source.Rows, table.Deleted)
    {
        Updates = table.Updated,
        Cascades = table.Cascades,
    };

    /// <summary>A person has allowed what was shown, and no more.</summary>
    private static IEnumerable<Problem> BeyondWhatWasSeen(ChangeSummary seen, IReadOnlyList<AppliedTable> applied) =>
        from table in applied
        let before = seen.Streams.FirstOrDefault(stream => stream.Table == table.Table.Label)?.Deletes ?? 0
        where table.Deleted > before
        select new Problem("approve.changed_since", $"table {table.Table.Label}",
            string.Create(CultureInfo.InvariantCulture, $"{table.Deleted:N0} rows of {table.Table.Label} would be deleted now; it was {before:N0} when the run was looked at."),
            "Look at it again and approve this run.")
        {
            Next = new(NextAct.ApproveRun),
        };

    private RunStatus Planned()
    {
        run.Plan = Summary();
        run.Problems.AddRange(work.Guard.Objections(_ledgers.Where(ledger => ledger.Deletes > 0 && Mode == ApplyMode.Mirror).Select(ledger =>
            new PublishPreview(ledger.Table.Label, ledger.Difference.Target.Rows, ledger.Source.Rows, ledger.Deletes) { Updates = ledger.Updates })));
        return RunStatus.Planned;
    }

    private ChangeSummary Summary() => new([.. _ledgers.Select(ledger => ledger.Changes(Mode != ApplyMode.Upsert))]);

    private RunStatus Verdict() =>
        run.Problems.Count == 0 && _ledgers.All(ledger => ledger.Figures is { Error: null, IsAccountedFor: true, Receipt.IsVerified: true }) ? RunStatus.Succeeded : RunStatus.Partial;

    private async Task<IReadOnlyList<SequenceValue>> SequencesAsync(ITransferSource source) =>
        [.. (await source.SequencesAsync(run.Stop)).Where(sequence => work.Sequences.Contains(sequence.Name.ToString()))];

    private void Note(IReadOnlyList<AppliedTable> applied)
    {
        foreach (var table in applied) LedgerOf(table.Table).Applied = table;
        run.Report();
    }

    private TransferLedger LedgerOf(TransferTable table) => _ledgers.First(ledger => ledger.Table.Name == table.Name);

    private async Task StepAsync(string name, Func<Task> step)
    {
        await run.Journal.StepAsync(name, null, StepStatus.Running, null, run.Stop);
        run.Report();
        await step();
        await run.Journal.StepAsync(name, null, StepStatus.Done, null, run.Stop);
        run.Report();
    }

    private Task EachAsync(Func<TransferLedger, CancellationToken, Task> each, CancellationToken stop) => Parallel.ForEachAsync(
        _ledgers, new ParallelOptions { MaxDegreeOfParallelism = work.Policy.Parallel, CancellationToken = stop }, async (ledger, one) => await each(ledger, one));
}
