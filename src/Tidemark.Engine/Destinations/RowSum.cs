using System.Runtime.CompilerServices;
using Tidemark.Engine.Records;

namespace Tidemark.Engine.Destinations;

/// <summary>Count and checksum of the rows that pass.</summary>
internal sealed class RowSum
{
    public Checksum Total { get; private set; }

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> Of(
        IAsyncEnumerable<ReadOnlyMemory<byte>> rows, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var row in rows.WithCancellation(cancellationToken))
        {
            Total += Checksum.Of((long)ContentHash.Of(row.Span));
            yield return row;
        }
    }

    /// <summary>Goes through rows for their sum alone.</summary>
    public static async Task<Checksum> OfAllAsync(
        IAsyncEnumerable<ReadOnlyMemory<byte>> rows, CancellationToken cancellationToken)
    {
        var sum = default(Checksum);
        await foreach (var row in rows.WithCancellation(cancellationToken))
            sum += Checksum.Of((long)ContentHash.Of(row.Span));
        return sum;
    }
}
