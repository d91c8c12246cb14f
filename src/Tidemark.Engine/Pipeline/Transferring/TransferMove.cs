using System.Runtime.CompilerServices;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Transfers;

namespace Tidemark.Engine.Pipeline.Transferring;

/// <summary>Moves the rows of tables that differ to the target, where they are kept aside.</summary>
internal sealed class TransferMove(TransferWork work, RunContext run, TransferCompare compare, ITransferSource source, ITransferTarget target)
{
    // Keys that are asked for in one statement.
    private const int KeysAtOnce = 10_000;

    /// <summary>Moves what differs of a table that was compared.</summary>
    public Task MoveAsync(TransferLedger ledger, CancellationToken stop) => ledger.Difference.Move switch
    {
        TableMove.Nothing => Task.CompletedTask,
        // Rows without a key cannot be asked for one by one.
        TableMove.Keys when ledger.Table.HasKey => KeysAsync(ledger, stop),
        _ => WholeAsync(ledger, stop),
    };

    /// <summary>The rows of a table, part by part.</summary>
    public async IAsyncEnumerable<Stream> PartsAsync(TransferLedger ledger, [EnumeratorCancellation] CancellationToken stop = default)
    {
        foreach (var part in await source.PartsAsync(ledger.Table, stop))
        {
            await using var copy = await source.CopyAsync(ledger.Table, part, stop);
            yield return copy;
            run.CountBatch();
            run.Report();
        }
    }

    private async Task KeysAsync(TransferLedger ledger, CancellationToken stop)
    {
        await target.DropStagedAsync(ledger.Table, buckets: null, stop);
        var (wanted, gone) = (new List<RowKey>(), new List<RowKey>());
        await foreach (var batch in compare.DifferingAsync(ledger, stop))
        {
            foreach (var row in batch.Rows) (row.Change == ChangeKind.Delete ? gone : wanted).Add(row.Key);
            if (wanted.Count >= KeysAtOnce) await StageAsync(ledger, new RowSelection.Keys(Take(wanted)), stop);
            if (gone.Count >= KeysAtOnce) await DeleteAsync(ledger, Take(gone), stop);
        }

        if (wanted.Count > 0) await StageAsync(ledger, new RowSelection.Keys(wanted), stop);
        if (gone.Count > 0) await DeleteAsync(ledger, gone, stop);
    }

    /// <summary>All rows, but for those that an interrupted run has moved already and that are still the source's.</summary>
    private async Task WholeAsync(TransferLedger ledger, CancellationToken stop)
    {
        ledger.MovesAll();
        var staged = await new TransferComparison(source, new StagedRows(target)).CompareAsync(ledger.Table, stop);
        if (staged.Target.Rows == 0 || staged.Move == TableMove.Whole || !ledger.Table.HasKey)
        {
            await target.DropStagedAsync(ledger.Table, buckets: null, stop);
            var parts = await source.PartsAsync(ledger.Table, stop);
            await Parallel.ForEachAsync(
                parts, new ParallelOptions { MaxDegreeOfParallelism = work.Policy.Parallel, CancellationToken = stop }, async (part, each) => await StageAsync(ledger, part, each));
            return;
        }

        ledger.Moved(staged.Source.Rows - staged.SourceRows);
        await run.Journal.LogAsync(RunLogLevel.Info, ledger.Table.Label, "It goes on with what an earlier run has moved.", stop);
        foreach (var buckets in staged.Buckets.Select(bucket => bucket.Bucket).Chunk(Bucketing.MaxAsked))
        {
            await target.DropStagedAsync(ledger.Table, buckets, stop);
            await StageAsync(ledger, new RowSelection.Buckets(buckets), stop);
        }
    }

    private async Task StageAsync(TransferLedger ledger, RowSelection rows, CancellationToken stop)
    {
        await using var copy = await source.CopyAsync(ledger.Table, rows, stop);
        ledger.Moved(await target.StageAsync(ledger.Table, rows, copy, stop));
        run.CountBatch();
        run.Report();
    }

    private async Task DeleteAsync(TransferLedger ledger, IReadOnlyList<RowKey> keys, CancellationToken stop)
    {
        if (work.Policy.Apply == ApplyMode.Mirror) await target.StageDeletesAsync(ledger.Table, keys, stop);
    }

    private static List<RowKey> Take(List<RowKey> keys)
    {
        var taken = keys.ToList();
        keys.Clear();
        return taken;
    }

    /// <summary>What is kept aside, to be compared as a table is.</summary>
    private sealed class StagedRows(ITransferTarget target) : ITransferRows
    {
        public IAsyncEnumerable<BucketDigest> DigestAsync(TransferTable table, CancellationToken cancellationToken) => target.StagedAsync(table, cancellationToken);

        public IAsyncEnumerable<RowDigest> RowsAsync(TransferTable table, IReadOnlyList<long> buckets, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IReadOnlyList<SampledRow>> SampleAsync(TransferTable table, IReadOnlyList<RowKey> keys, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
