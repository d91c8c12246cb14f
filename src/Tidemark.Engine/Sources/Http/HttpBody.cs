using System.Buffers;

namespace Tidemark.Engine.Sources.Http;

/// <summary>
/// Reads a body into a buffer rented from <see cref="ArrayPool{T}.Shared"/>; the caller owns the buffer.
/// </summary>
internal static class HttpBody
{
    private const int FirstGuess = 64 << 10;

    /// <param name="content">The body, decompressed as it is read.</param>
    /// <param name="maxBytes">Reading stops once there is more.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="InvalidDataException">The body is not compressed as it says it is.</exception>
    /// <returns>Buffer and length; a length over <paramref name="maxBytes"/> says that there is more.</returns>
    public static async Task<(byte[] Buffer, int Length)> ReadAsync(
        HttpContent content, int maxBytes, CancellationToken cancellationToken)
    {
        // One byte more than expected, so that the end is seen without growing the buffer once again.
        var expected = Math.Min((content.Headers.ContentLength ?? FirstGuess) + 1, maxBytes);
        var buffer = ArrayPool<byte>.Shared.Rent((int)expected);
        var length = 0;
        try
        {
            var stream = await content.ReadAsStreamAsync(cancellationToken);
            while (await stream.ReadAsync(buffer.AsMemory(length), cancellationToken) is > 0 and var read)
            {
                length += read;
                if (length > maxBytes) break;
                if (length < buffer.Length) continue;
                if (length == maxBytes) return (buffer, await HasMoreAsync(stream, cancellationToken) ? length + 1 : length);
                buffer = Grow(buffer, length, maxBytes);
            }

            return (buffer, length);
        }
        catch (InvalidOperationException broken) when (broken is not ObjectDisposedException)
        {
            // What Brotli's decoder throws where the others throw this.
            ArrayPool<byte>.Shared.Return(buffer);
            throw new InvalidDataException(broken.Message, broken);
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw;
        }
    }

    private static async Task<bool> HasMoreAsync(Stream stream, CancellationToken cancellationToken) =>
        await stream.ReadAsync(new byte[1], cancellationToken) > 0;

    private static byte[] Grow(byte[] buffer, int length, int maxBytes)
    {
        // Never beyond the limit: buffers come in powers of two, and one byte more would be twice as large.
        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(buffer.Length * 2L, maxBytes));
        buffer.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }
}
