using Tidemark.Engine.Transfers;

namespace Tidemark.Engine.Pipeline.Transferring;

/// <summary>The target's tables for those who only look: whole and as they are, whatever of the source's rows is left out or masked.</summary>
internal sealed class LiveRows(ITransferRows target) : ITransferRows
{
    public IAsyncEnumerable<BucketDigest> DigestAsync(TransferTable table, CancellationToken cancellationToken) => target.DigestAsync(Plain(table), cancellationToken);

    public IAsyncEnumerable<RowDigest> RowsAsync(TransferTable table, IReadOnlyList<long> buckets, CancellationToken cancellationToken) =>
        target.RowsAsync(Plain(table), buckets, cancellationToken);

    public Task<IReadOnlyList<SampledRow>> SampleAsync(TransferTable table, IReadOnlyList<RowKey> keys, CancellationToken cancellationToken) =>
        target.SampleAsync(Plain(table), keys, cancellationToken);

    public static TransferTable Plain(TransferTable table) => table with { Where = null, Columns = [.. table.Columns.Select(column => column with { Mask = null })] };
}
