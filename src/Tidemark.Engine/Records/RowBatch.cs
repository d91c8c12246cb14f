using System.Runtime.InteropServices;
using System.Text;

namespace Tidemark.Engine.Records;

/// <summary>What a row of a batch is for.</summary>
public enum RowKind : byte
{
    /// <summary>To be written.</summary>
    Record,

    /// <summary>The source says that the record is gone; only the key's cells are sure to be filled.</summary>
    Deletion,

    /// <summary>
    /// Cannot be written. It is here for its key alone: the record exists at the source, so its row must not be deleted.
    /// </summary>
    Unfit,
}

/// <summary>
/// Rows that are written together: cells side by side, text in one buffer, the records as they were read in the same
/// buffer. Reused after <see cref="Clear"/>, so that memory stays flat however many rows pass.
/// </summary>
public sealed class RowBatch(StreamSchema stream)
{
    // A buffer that grows leaves the smaller ones behind, which are large enough to stay until the last: from here on it goes to what a full
    // batch and its last page take, and only then doubles.
    private const int SmallBytes = 1024 * 1024;
    private const int FullBytes = 4608 * 1024;

    private StreamSchema _stream = stream;
    private readonly List<RowHead> _rows = [];
    private readonly Dictionary<ulong, int> _lastOfKey = [];
    private readonly int[] _key = [.. stream.KeyPositions];
    private Cell[] _cells = new Cell[256 * Math.Max(1, stream.Fields.Count)];
    private byte[] _bytes = new byte[256 * 1024];
    private int _used;

    public StreamSchema Stream => _stream;

    /// <summary>Rows, those included that a later row of the same key replaces.</summary>
    public int Count => _rows.Count;

    /// <summary>Bytes held; what limits a batch.</summary>
    public int ByteCount => _used;

    /// <summary>Records that a later row of the same key in this batch replaces.</summary>
    public int SupersededCount { get; private set; }

    /// <summary>Whether any value has a NUL character in it, which some databases cannot hold.</summary>
    /// <remarks>Only text that was unescaped can have one: JSON itself writes it as an escape.</remarks>
    public bool HasNul { get; private set; }

    public ReadOnlySpan<Cell> Row(int row) => _cells.AsSpan(row * _stream.Fields.Count, _stream.Fields.Count);

    public ReadOnlySpan<byte> Bytes(Cell cell) => _bytes.AsSpan(cell.Start, cell.Length);

    /// <summary>The record as the vendor sent it.</summary>
    public ReadOnlySpan<byte> Raw(int row) => Bytes(_rows[row].Raw);

    /// <summary>Content hash of the record.</summary>
    public long Hash(int row) => _rows[row].Hash;

    /// <summary>What the row is for.</summary>
    public RowKind Kind(int row) => _rows[row].Kind;

    /// <summary>True where a later row of this batch has the same key.</summary>
    public bool IsSuperseded(int row) => _rows[row].IsSuperseded;

    public Cell KeyCell(int row, int keyPart) => Row(row)[_key[keyPart]];

    /// <summary>A value as text, the same for every database: see <see cref="CellText"/>. Null for nothing.</summary>
    public string? Text(int row, int position) => CellText.Of(_stream.Fields[position].Type, this, Row(row)[position]);

    /// <summary>The key as text; the parts of a compound key as a JSON array.</summary>
    public string KeyText(int row) => CellText.OfKey([.. _key.Select(position => Text(row, position)!)]);

    public void Clear()
    {
        _rows.Clear();
        _lastOfKey.Clear();
        _used = 0;
        HasNul = false;
        SupersededCount = 0;
    }

    /// <summary>
    /// Gives every row empty cells for fields that were added at the stream's end, and the values of fields that became text as text.
    /// </summary>
    internal void Widen(StreamSchema wider)
    {
        for (var at = 0; at < _stream.Fields.Count; at++)
        {
            if (wider.Fields[at].Type != _stream.Fields[at].Type) Retype(at);
        }

        var (from, to) = (_stream.Fields.Count, wider.Fields.Count);
        var cells = new Cell[Math.Max(_cells.Length, (_rows.Count + 1) * to)];
        for (var row = 0; row < _rows.Count; row++) _cells.AsSpan(row * from, from).CopyTo(cells.AsSpan(row * to));
        (_cells, _stream) = (cells, wider);
    }

    private void Retype(int position)
    {
        for (var row = 0; row < _rows.Count; row++)
        {
            if (Row(row)[position].Kind is CellKind.Null or CellKind.Bytes) continue;
            var text = Append(Encoding.UTF8.GetBytes(Text(row, position)!));
            _cells[(row * _stream.Fields.Count) + position] = text;
        }
    }

    /// <summary>Copies a record to the end of the buffer and opens a row of nulls for it. Nothing is kept until
    /// <see cref="Commit"/>.</summary>
    internal Cell Stage(ReadOnlySpan<byte> record)
    {
        var width = _stream.Fields.Count;
        var needed = (_rows.Count + 1) * width;
        if (needed > _cells.Length) Array.Resize(ref _cells, Math.Max(needed, _cells.Length * 2));
        _cells.AsSpan(_rows.Count * width, width).Clear();
        return Append(record);
    }

    /// <summary>The cells of the staged row.</summary>
    internal ReadOnlySpan<Cell> Staged() => Row(_rows.Count);

    /// <summary>Sets a cell of the staged row.</summary>
    internal void Set(int position, Cell cell) => _cells[(_rows.Count * _stream.Fields.Count) + position] = cell;

    /// <summary>Adds bytes to the buffer, for text that had to be unescaped.</summary>
    internal Cell Append(ReadOnlySpan<byte> bytes)
    {
        var cell = Cell.OfBytes(_used, bytes.Length);
        bytes.CopyTo(Reserve(bytes.Length));
        _used += bytes.Length;
        return cell;
    }

    /// <summary>Room for up to <paramref name="length"/> bytes at the buffer's end; <see cref="Take"/> keeps them.</summary>
    internal Span<byte> Reserve(int length)
    {
        if (_used + length > _bytes.Length) Grow(checked(_used + length));
        return _bytes.AsSpan(_used, length);
    }

    private void Grow(int needed)
    {
        var size = _bytes.Length >= SmallBytes && _bytes.Length < FullBytes ? FullBytes : checked(_bytes.Length * 2);
        // What is not used yet takes no memory.
        var larger = GC.AllocateUninitializedArray<byte>(Math.Max(needed, size));
        _bytes.AsSpan(0, _used).CopyTo(larger);
        _bytes = larger;
    }

    internal Cell Take(int length)
    {
        var cell = Cell.OfBytes(_used, length);
        HasNul |= Bytes(cell).Contains((byte)0);
        _used += length;
        return cell;
    }

    /// <summary>Takes back what was staged since <paramref name="raw"/> was.</summary>
    internal void Abandon(Cell raw) => _used = raw.Start;

    /// <summary>Keeps the staged row. False, and nothing kept, where a part of its key is null.</summary>
    internal bool Commit(Cell raw, long hash, RowKind kind)
    {
        var row = _rows.Count;
        if (!TryHashKey(row, out var keyHash)) return false;
        _rows.Add(new(raw, hash, kind, false));
        // Two keys of one hash are next to impossible; then the earlier row merely is not noticed here, and the
        // destination's unique key settles it.
        if (_lastOfKey.TryGetValue(keyHash, out var earlier) && HasSameKey(earlier, row))
        {
            if (_rows[earlier] is { Kind: not RowKind.Deletion, IsSuperseded: false }) SupersededCount++;
            _rows[earlier] = _rows[earlier] with { IsSuperseded = true };
        }

        _lastOfKey[keyHash] = row;
        return true;
    }

    private bool TryHashKey(int row, out ulong hash)
    {
        hash = 0;
        var cells = Row(row);
        foreach (var position in _key)
        {
            var cell = cells[position];
            if (cell.IsNull) return false;
            var bits = cell.Bits;
            hash = cell.Kind == CellKind.Bytes
                ? ContentHash.Of(Bytes(cell), hash)
                : ContentHash.Of(MemoryMarshal.AsBytes(new ReadOnlySpan<long>(in bits)), hash);
        }

        return true;
    }

    private bool HasSameKey(int left, int right)
    {
        foreach (var position in _key)
        {
            var (a, b) = (Row(left)[position], Row(right)[position]);
            var same = a.Kind == b.Kind
                && (a.Kind == CellKind.Bytes ? Bytes(a).SequenceEqual(Bytes(b)) : a.Bits == b.Bits);
            if (!same) return false;
        }

        return true;
    }

    private readonly record struct RowHead(Cell Raw, long Hash, RowKind Kind, bool IsSuperseded);
}
