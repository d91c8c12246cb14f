using Tidemark.Engine.Destinations;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Transfers;

namespace Tidemark.Engine.Pipeline.Transferring;

/// <summary>Finds the rows of tables that differ. Changes nothing.</summary>
/// <param name="run">The run.</param>
/// <param name="source">The source's tables.</param>
/// <param name="target">The target's tables as they are.</param>
internal sealed class TransferCompare(RunContext run, ITransferSource source, ITransferRows target)
{
    // Rows of a kind that a dry run shows.
    private const int Samples = 5;

    private readonly TransferComparison _comparison = new(source, target);

    /// <summary>Compares a table bucket by bucket.</summary>
    public async Task BucketsAsync(TransferLedger ledger, CancellationToken stop)
    {
        ledger.Compared(await _comparison.CompareAsync(ledger.Table, stop));
        run.Expect(ledger.Table.Label, ledger.Difference.SourceRows);
        run.Report();
    }

    /// <summary>Compares a table bucket by bucket, and row by row where buckets differ.</summary>
    public async Task RowsAsync(TransferLedger ledger, CancellationToken stop)
    {
        await BucketsAsync(ledger, stop);
        await foreach (var _ in DifferingAsync(ledger, stop)) { }
    }

    /// <summary>Finds the rows that the source lacks. A target without rows is not compared.</summary>
    public async Task GoneAsync(TransferLedger ledger, CancellationToken stop)
    {
        await foreach (var _ in target.DigestAsync(ledger.Table, stop))
        {
            await RowsAsync(ledger, stop);
            return;
        }
    }

    /// <summary>The rows that differ of a table that was compared bucket by bucket. The ledger counts them on the way.</summary>
    public async IAsyncEnumerable<RowDifferences> DifferingAsync(TransferLedger ledger, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop)
    {
        await foreach (var batch in _comparison.RowsAsync(ledger.Difference, stop))
        {
            ledger.Differs(batch.Rows, Samples);
            yield return batch;
        }
    }

    /// <summary>Sums a table of the source up, where all of it moves.</summary>
    public async Task SumAsync(TransferLedger ledger, CancellationToken stop)
    {
        var sum = default(Checksum);
        await foreach (var bucket in source.DigestAsync(ledger.Table, stop)) sum += bucket.Rows;
        ledger.Compared(new TableDifference(ledger.Table, sum, ledger.Difference.Target));
        ledger.MovesAll();
        run.Expect(ledger.Table.Label, sum.Rows);
    }

    /// <summary>Shows the first rows of each kind, column by column.</summary>
    public async Task ShowAsync(TransferLedger ledger, CancellationToken stop)
    {
        var keys = ledger.Samples.ConvertAll(sample => sample.Key);
        if (keys.Count == 0 || !ledger.Table.HasKey) return;
        var now = (await source.SampleAsync(ledger.Table, keys, stop)).ToDictionary(row => row.Key);
        var before = (await target.SampleAsync(ledger.Table, keys, stop)).ToDictionary(row => row.Key);
        ledger.Shown =
        [
            .. ledger.Samples.Select(sample => TransferSample.Of(ledger.Table, sample.Kind, sample.Key, before.GetValueOrDefault(sample.Key), now.GetValueOrDefault(sample.Key))),
        ];
    }
}
