using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Tidemark.Engine.Pipeline;

/// <summary>Lets the producer of a sequence work while its consumer does.</summary>
internal static class AsyncSequence
{
    /// <summary>
    /// Fetches up to <paramref name="capacity"/> items before they are asked for. An error comes after the items before
    /// it. Items that were fetched and are not consumed are handed to <paramref name="discard"/>.
    /// </summary>
    public static async IAsyncEnumerable<T> ReadAhead<T>(
        this IAsyncEnumerable<T> source, int capacity, Action<T> discard,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var buffer = Channel.CreateBounded<T>(new BoundedChannelOptions(capacity) { SingleReader = true, SingleWriter = true });
        var filling = Task.Run(FillAsync, CancellationToken.None);
        try
        {
            await foreach (var item in buffer.Reader.ReadAllAsync(cancellationToken)) yield return item;
        }
        finally
        {
            await stop.CancelAsync(); // the consumer may leave early
            await filling;
            while (buffer.Reader.TryRead(out var left)) discard(left);
        }

        async Task FillAsync()
        {
            try
            {
                await foreach (var item in source.WithCancellation(stop.Token))
                {
                    try
                    {
                        await buffer.Writer.WriteAsync(item, stop.Token);
                    }
                    catch
                    {
                        discard(item);
                        throw;
                    }
                }

                buffer.Writer.Complete();
            }
            catch (Exception error)
            {
                buffer.Writer.Complete(error); // handed to the consumer, not swallowed
            }
        }
    }
}
