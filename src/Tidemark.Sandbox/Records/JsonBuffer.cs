using System.Buffers;
using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;

namespace Tidemark.Sandbox.Records;

/// <summary>
/// JSON as bytes in a pooled array. <see cref="Add"/> takes a raw interpolated string whose literal parts are copied
/// and whose values are written as JSON values: <c>json.Add($$"""{"id":{{id}},"balance":{{balance}}}""")</c>.
/// </summary>
internal sealed class JsonBuffer(int capacity = 64 * 1024) : IDisposable
{
    private static readonly SearchValues<char> Escaped = SearchValues.Create(
        "\"\\\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u0008\u0009\u000A\u000B\u000C\u000D\u000E\u000F" +
        "\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001A\u001B\u001C\u001D\u001E\u001F");

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(capacity);
    private int _length;

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _length);

    public void Clear() => _length = 0;

    public JsonBuffer Add([InterpolatedStringHandlerArgument("")] JsonTemplate template)
    {
        // The handler has written itself by the time it arrives here.
        _ = template;
        return this;
    }

    public void Raw(ReadOnlySpan<byte> json)
    {
        json.CopyTo(Room(json.Length));
        _length += json.Length;
    }

    /// <summary>Text that is JSON already, or needs no escaping inside quotes.</summary>
    public void Raw(string json) =>
        _length += Encoding.UTF8.GetBytes(json, Room(Encoding.UTF8.GetMaxByteCount(json.Length)));

    public void Number(long value)
    {
        Utf8Formatter.TryFormat(value, Room(20), out var written);
        _length += written;
    }

    public void Boolean(bool value) => Raw(value ? "true"u8 : "false"u8);

    public void Null() => Raw("null"u8);

    /// <summary>A JSON string.</summary>
    public void Text(string value)
    {
        Raw("\""u8);
        Raw(value.AsSpan().ContainsAny(Escaped) ? JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(value) : value);
        Raw("\""u8);
    }

    public void Id(RecordId id)
    {
        Raw("\""u8);
        id.Codec.Write(Room(id.Codec.Length), id.Index);
        _length += id.Codec.Length;
        Raw("\""u8);
    }

    public void Dispose()
    {
        var bytes = Interlocked.Exchange(ref _bytes, []);
        if (bytes.Length > 0) ArrayPool<byte>.Shared.Return(bytes);
    }

    private Span<byte> Room(int size)
    {
        if (_bytes.Length - _length < size) Grow(size);
        return _bytes.AsSpan(_length);
    }

    private void Grow(int size)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_bytes.Length * 2, _length + size));
        Written.Span.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
