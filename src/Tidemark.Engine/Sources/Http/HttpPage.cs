using System.Buffers;

namespace Tidemark.Engine.Sources.Http;

/// <summary>
/// A page as the vendor sent it, scanned. It owns a buffer from <see cref="ArrayPool{T}.Shared"/> until it is disposed
/// or handed over with <see cref="ToPage"/>.
/// </summary>
public sealed class HttpPage : IDisposable
{
    private readonly PageShape _shape;
    private readonly string?[] _picked;
    private readonly int _length;
    private byte[]? _buffer;

    /// <summary>
    /// The same text with what is no JSON in it replaced, place by place; null where it is JSON. A value beside a flaw is read as
    /// any other, while the record keeps the flaw.
    /// </summary>
    internal byte[]? Mended { get; init; }

    internal HttpPage(byte[] buffer, int length, PageShape shape, IReadOnlyList<RecordSlice> records, string?[] picked)
    {
        (_buffer, _length, _shape, _picked, Records) = (buffer, length, shape, picked, records);
    }

    /// <summary>A page without records, in place of one that was refused.</summary>
    internal static HttpPage Empty(PageShape shape) => new([], 0, shape, [], new string?[shape.Picks.Count]);

    public ReadOnlyMemory<byte> Bytes =>
        new(_buffer ?? throw new ObjectDisposedException(nameof(HttpPage)), 0, _length);

    public IReadOnlyList<RecordSlice> Records { get; }

    /// <summary>
    /// A scalar of the envelope as text, by a path among the shape's picks; null if absent.
    /// </summary>
    public string? this[string pick]
    {
        get
        {
            for (var at = 0; at < _picked.Length; at++)
            {
                if (_shape.Picks[at] == pick) return _picked[at];
            }

            return null;
        }
    }

    public ReadOnlyMemory<byte> Record(int index) => Bytes.Slice(Records[index].Start, Records[index].Length);

    /// <summary>A record as far as it can be read: of one that is no valid JSON, other text stands where it is none.</summary>
    public ReadOnlySpan<byte> Readable(int index) =>
        Mended is null ? Record(index).Span : Mended.AsSpan(Records[index].Start, Records[index].Length);

    /// <summary>A property, by its path, of the first record that has it, as text; null where none has.</summary>
    public string? First(string path)
    {
        for (var index = 0; index < Records.Count; index++)
        {
            if (Value(index, path) is { } value) return value;
        }

        return null;
    }

    /// <summary>A property, by its path, of the last record that has it, as text; null where none has.</summary>
    public string? Last(string path)
    {
        for (var index = Records.Count - 1; index >= 0; index--)
        {
            if (Value(index, path) is { } value) return value;
        }

        return null;
    }

    /// <summary>A property of one record as text, by its path; null if absent.</summary>
    public string? Value(int index, string path)
    {
        var record = Readable(index);
        return JsonPlace.Find(record, path)?.Text(record);
    }

    /// <summary>A page of other records under the same envelope.</summary>
    internal HttpPage With(byte[] buffer, int length, IReadOnlyList<RecordSlice> records) =>
        new(buffer, length, _shape, records, _picked);

    /// <summary>Hands the buffer over to a page for the engine.</summary>
    public Page ToPage(Cursor after)
    {
        var buffer = Interlocked.Exchange(ref _buffer, null) ?? throw new ObjectDisposedException(nameof(HttpPage));
        return new Page(buffer, _length, Records, after);
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { Length: > 0 } rented) ArrayPool<byte>.Shared.Return(rented);
    }
}
