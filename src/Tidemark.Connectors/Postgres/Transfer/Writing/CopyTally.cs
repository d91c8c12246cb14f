using System.Buffers.Binary;

namespace Tidemark.Connectors.Postgres.Transfer.Writing;

/// <summary>
/// Counts the rows of a copy as its bytes pass, and knows whether it came to its end: a server takes one that was cut between two rows for whole.
/// </summary>
/// <param name="isText">Whether it is in the text format, else in the binary one.</param>
/// <remarks>https://www.postgresql.org/docs/18/sql-copy.html, "File Formats". In the text format a cut between two rows cannot be known.</remarks>
internal sealed class CopyTally(bool isText)
{
    private const int SignatureAndFlags = 11 + 4;

    private long _skip = isText ? 0 : SignatureAndFlags;
    private int _left = sizeof(int);
    private int _number;
    private int _fields;
    private Next _next = Next.Extension;
    private byte _last = (byte)'\n';
    private bool _isTooLong;

    private enum Next
    {
        Extension,
        Row,
        Field,
        Nothing,
    }

    public long Rows { get; private set; }

    /// <summary>Whether what has passed is a whole copy.</summary>
    public bool IsWhole => isText ? _last == (byte)'\n' : _next == Next.Nothing && !_isTooLong;

    public void Add(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return;
        if (isText)
        {
            // A line break in a value is written as \n.
            Rows += bytes.Count((byte)'\n');
            _last = bytes[^1];
            return;
        }

        while (!bytes.IsEmpty)
        {
            var skipped = (int)Math.Min(_skip, bytes.Length);
            _skip -= skipped;
            bytes = bytes[skipped..];
            if (bytes.IsEmpty) return;
            if (_next == Next.Nothing)
            {
                _isTooLong = true;
                return;
            }

            bytes = Number(bytes);
            if (_left == 0) Take();
        }
    }

    private ReadOnlySpan<byte> Number(ReadOnlySpan<byte> bytes)
    {
        if (_left == sizeof(int) && bytes.Length >= sizeof(int))
        {
            (_number, _left) = (BinaryPrimitives.ReadInt32BigEndian(bytes), 0);
            return bytes[sizeof(int)..];
        }

        _number = (_number << 8) | bytes[0];
        _left--;
        return bytes[1..];
    }

    private void Take()
    {
        if (_next == Next.Row)
        {
            _fields = (short)_number;
            if (_fields >= 0) Rows++;
            _next = _fields < 0 ? Next.Nothing : _fields == 0 ? Next.Row : Next.Field;
        }
        else
        {
            // The length of a field that is null is -1.
            _skip = Math.Max(_number, 0);
            if (_next == Next.Extension || --_fields == 0) _next = Next.Row;
        }

        _left = _next == Next.Row ? sizeof(short) : sizeof(int);
        _number = 0;
    }
}
