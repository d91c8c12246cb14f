using System.Buffers;

namespace Tidemark.Engine.Sources.Http;

/// <summary>Puts a page together from records of several answers.</summary>
public sealed class HttpPageBuilder : IDisposable
{
    private readonly List<RecordSlice> _records = [];
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(64 << 10);
    private int _length;
    private int _start;

    /// <summary>Adds a whole record.</summary>
    public void Add(ReadOnlySpan<byte> record, bool isDeletion = false, string? unfit = null)
    {
        Write(record);
        EndRecord(isDeletion, unfit);
    }

    /// <summary>Adds bytes to the record that is being written.</summary>
    public void Write(ReadOnlySpan<byte> part)
    {
        if (_buffer.Length - _length < part.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, _length + part.Length));
            _buffer.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        part.CopyTo(_buffer.AsSpan(_length));
        _length += part.Length;
    }

    /// <summary>Ends the record that was written in parts.</summary>
    public void EndRecord(bool isDeletion = false, string? unfit = null)
    {
        _records.Add(new RecordSlice(_start, _length - _start, isDeletion) { Unfit = unfit });
        _start = _length;
    }

    /// <summary>
    /// Adds, in brackets, a record that stands for others whose keys nobody knows: some rows exist that are not in this page.
    /// </summary>
    public void AddUnknown(ReadOnlySpan<byte> outer, string unfit)
    {
        Write("["u8);
        Write(outer);
        Write("]"u8);
        EndRecord(unfit: unfit);
    }

    /// <summary>Forgets what was written of a record that was not ended.</summary>
    public void Abandon() => _length = _start;

    /// <summary>The page. The builder is empty afterwards.</summary>
    /// <param name="envelope">The page whose envelope's scalars are kept, or null for none.</param>
    public HttpPage ToPage(HttpPage? envelope = null)
    {
        var buffer = _buffer;
        _buffer = [];
        return envelope is null
            ? new HttpPage(buffer, _length, PageShape.One, _records, [])
            : envelope.With(buffer, _length, _records);
    }

    public void Dispose()
    {
        if (_buffer.Length > 0) ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }
}
