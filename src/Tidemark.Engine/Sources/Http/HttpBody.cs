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
    /// <returns>Buffer and length; a length over <paramref name="maxBytes"/> says that there is more.</returns>
    public static async Task<(byte[] Buffer, int Length)> ReadAsync(
        HttpContent content, int maxBytes, CancellationToken cancellationToken)
    {
        // One byte more than expected, so that the end is seen without growing the buffer once again.
        var expected = Math.Min(content.Headers.ContentLength ?? FirstGuess, maxBytes);
        var buffer = ArrayPool<byte>.Shared.Rent((int)expected + 1);
        var length = 0;
        try
        {
            var stream = await content.ReadAsStreamAsync(cancellationToken);
            while (await stream.ReadAsync(buffer.AsMemory(length), cancellationToken) is > 0 and var read)
            {
                length += read;
                if (length > maxBytes) break;
                if (length == buffer.Length) buffer = Grow(buffer, length);
            }

            return (buffer, length);
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw;
        }
    }

    private static byte[] Grow(byte[] buffer, int length)
    {
        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }
}
