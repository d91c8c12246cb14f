using System.Runtime.CompilerServices;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Transfers;

namespace Tidemark.Tests.Transfers;

/// <summary>Rows of a table from a list, in its order: what an end without a database gives.</summary>
internal sealed class ListedRows(IEnumerable<RowDigest> rows) : ITransferRows
{
    /// <summary>How many rows were read one by one.</summary>
    public int Read { get; private set; }

    public async IAsyncEnumerable<BucketDigest> DigestAsync(TransferTable table, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        foreach (var bucket in rows.GroupBy(row => row.Bucket))
            yield return new(bucket.Key, bucket.Aggregate(default(Checksum), (sum, row) => sum + Checksum.Of(row.Hash)));
    }

    public async IAsyncEnumerable<RowDigest> RowsAsync(
        TransferTable table, IReadOnlyList<long> buckets, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        var asked = buckets.ToHashSet();
        foreach (var row in rows.Where(row => asked.Contains(row.Bucket)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            Read++;
            yield return row;
        }
    }

    public Task<IReadOnlyList<SampledRow>> SampleAsync(TransferTable table, IReadOnlyList<RowKey> keys, CancellationToken cancellationToken) =>
        throw new NotSupportedException();
}
