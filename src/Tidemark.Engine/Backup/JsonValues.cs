using System.Runtime.CompilerServices;
using System.Text.Json;
using Tidemark.Engine.Json;

namespace Tidemark.Engine.Backup;

/// <summary>Reads the values of a long JSON text one by one, with no more of it in memory than the longest of them.</summary>
internal static class JsonValues
{
    private const int FirstBytes = 64 * 1024;

    /// <summary>The texts of the values, each valid until the next is asked for.</summary>
    /// <param name="text">UTF-8.</param>
    /// <param name="list">The member of the document whose elements are wanted; null where the text is one value after
    /// the other.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="JsonException">It is not JSON, or ends too early.</exception>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        Stream text, string? list, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var buffer = new byte[FirstBytes];
        var scan = new Scan(list);
        var (start, end, isLast) = (0, 0, false);
        while (true)
        {
            while (scan.Next(buffer.AsSpan(start..end), isLast, out var value))
            {
                yield return buffer.AsMemory(start + value.Start.Value, value.End.Value - value.Start.Value);
                start += scan.Consumed;
            }

            start += scan.Consumed;
            if (isLast) yield break;
            if (start == 0 && end == buffer.Length) Array.Resize(ref buffer, 2 * buffer.Length);
            buffer.AsSpan(start..end).CopyTo(buffer);
            (start, end) = (0, end - start);
            var read = await text.ReadAsync(buffer.AsMemory(end), cancellationToken);
            end += read;
            isLast = read == 0;
        }
    }

    private sealed class Scan(string? list)
    {
        private JsonReaderState _state = new(ForeignJson.Options with { AllowMultipleValues = list is null });
        private bool _isInList = list is null;

        /// <summary>Bytes that the last call has done with.</summary>
        public int Consumed { get; private set; }

        /// <summary>Finds the next whole value in what there is of the text.</summary>
        public bool Next(ReadOnlySpan<byte> text, bool isLast, out Range value)
        {
            var reader = new Utf8JsonReader(text, isLast, _state);
            var depth = list is null ? 0 : 2;
            value = default;
            while (true)
            {
                (_state, Consumed) = (reader.CurrentState, (int)reader.BytesConsumed);
                if (!reader.Read()) return false;
                if (_isInList && reader.CurrentDepth == depth)
                {
                    var start = (int)reader.TokenStartIndex;
                    if (!reader.TrySkip()) return false; // from its beginning again, once there is more
                    value = start..(int)reader.BytesConsumed;
                    (_state, Consumed) = (reader.CurrentState, (int)reader.BytesConsumed);
                    return true;
                }

                if (list is null || reader.CurrentDepth != 1) continue;
                if (reader.TokenType == JsonTokenType.EndArray) _isInList = false;
                else if (reader.TokenType == JsonTokenType.PropertyName) _isInList = reader.ValueTextEquals(list);
            }
        }
    }
}
