using System.Buffers.Binary;
using System.Security.Cryptography;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Destinations.Writing;
using Tidemark.Engine.Records;

namespace Tidemark.Connectors.Postgres;

/// <summary>
/// Writes rows in the binary form of COPY straight from a batch's cells, without an object per value.
/// Source: https://www.postgresql.org/docs/18/sql-copy.html, "Binary Format".
/// </summary>
internal sealed class CopyEncoder(PostgresDialect dialect)
{
    private const int FlushBytes = 128 * 1024;
    private const long MicrosecondsTo2000 = 946_684_800_000_000;
    private const int DaysTo2000 = 10_957;

    private SqlTable? _digested;
    private SqlColumn[] _digestedColumns = [];
    private PostgresForm[] _digestedForms = [];
    private byte[] _buffer = new byte[2 * FlushBytes];
    private int _used;

    /// <summary>Encodes the given rows and sends them as they fill the buffer.</summary>
    /// <param name="copy">The COPY.</param>
    /// <param name="table">The table.</param>
    /// <param name="columns">Positions of its columns that the COPY names.</param>
    /// <param name="batch">Holds the rows.</param>
    /// <param name="rows">Their numbers.</param>
    /// <param name="states">A state a row of the batch; null where all are written in full.</param>
    /// <param name="stamp">Who writes them, and when.</param>
    /// <param name="cancellationToken">Cancels between parts.</param>
    public async Task WriteAsync(
        Stream copy, SqlTable table, int[] columns, RowBatch batch, ReadOnlyMemory<int> rows, RowState[]? states, RowStamp stamp,
        CancellationToken cancellationToken)
    {
        _used = 0;
        WriteHeader();
        var row = new RowContext(
            table, columns, [.. table.Columns], [.. table.Columns.Select(dialect.FormOf)], System.Text.Encoding.UTF8.GetBytes(stamp.Run),
            (stamp.SyncedAt.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond);
        for (var at = 0; at < rows.Length; at++)
        {
            var number = rows.Span[at];
            Write(row, batch, number, states?[number] ?? RowState.Changed);
            if (_used < FlushBytes) continue;
            await copy.WriteAsync(_buffer.AsMemory(0, _used), cancellationToken);
            _used = 0;
        }

        WriteInt16(-1); // trailer
        await copy.WriteAsync(_buffer.AsMemory(0, _used), cancellationToken);
    }

    /// <summary>
    /// Whether a digest, which <see cref="PostgresDigest"/> made of a row in the database, is that of a record: of the values of the source's
    /// columns in the binary form of COPY, each behind a byte that says that it is none or, for text, before one that ends it.
    /// </summary>
    public bool HasDigest(SqlTable table, RowBatch batch, int row, ReadOnlySpan<byte> digest)
    {
        _used = 0;
        var cells = batch.Row(row);
        if (_digested != table)
        {
            _digestedColumns = [.. PostgresDigest.Columns(dialect, table)];
            _digestedForms = [.. _digestedColumns.Select(dialect.FormOf)];
            _digested = table;
        }

        for (var at = 0; at < _digestedColumns.Length; at++)
        {
            var (column, form) = (_digestedColumns[at], _digestedForms[at]);
            var cell = column.Role == ColumnRole.Raw ? default : cells[column.Position];
            if (column.Role == ColumnRole.Field && cell.IsNull)
            {
                WriteByte(PostgresDigest.Nothing);
                continue;
            }

            var start = _used;
            if (column.Role == ColumnRole.Raw) WriteBytes(batch.Raw(row));
            else WriteCell(column.Type, batch, cell);
            if (form == PostgresForm.Uuid) ToLower(_buffer.AsSpan(start + 4, _used - start - 4));
            // The length is left out, except that it says where a number of any size ends.
            var isText = column.Type is FieldType.Text or FieldType.Json;
            if (column.Type == FieldType.Decimal) NumericEncoder.Trim(_buffer.AsSpan(start + 4, _used - start - 4));
            _buffer.AsSpan(start + 4, _used - start - 4).CopyTo(_buffer.AsSpan(start + (isText ? 0 : 1)));
            if (!isText) _buffer[start] = PostgresDigest.Something;
            _used -= isText ? 4 : 3;
            if (isText) WriteByte(PostgresDigest.Something);
        }

        Span<byte> own = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(_buffer.AsSpan(0, _used), own);
        return digest.SequenceEqual(own);
    }

    private void WriteByte(byte value)
    {
        Reserve(1)[0] = value;
        _used++;
    }

    private void WriteHeader()
    {
        Span<byte> signature = [.. "PGCOPY\n"u8, 0xFF, (byte)'\r', (byte)'\n', 0];
        signature.CopyTo(Reserve(signature.Length));
        _used += signature.Length;
        WriteInt32(0); // flags
        WriteInt32(0); // length of the header's extension
    }

    private void Write(RowContext context, RowBatch batch, int row, RowState state)
    {
        var table = context.Table;
        var cells = batch.Row(row);
        WriteInt16((short)context.Written.Length);
        foreach (var at in context.Written)
        {
            var column = context.Columns[at];
            switch (table.Layout.Content(at, state))
            {
                case null: WriteInt32(-1); break;
                case ColumnRole.Hash: WriteInt64Value(batch.Hash(row)); break;
                case ColumnRole.Differs: WriteInt64Value(RowLayout.Operation(state)); break;
                case ColumnRole.Takes: WriteBoolean(table.Layout.Takes(at, batch, row)); break;
                case ColumnRole.Field: WriteCell(context.Forms[at], column.Type, batch, cells[column.Position]); break;
                case ColumnRole.Raw: WriteBytes(batch.Raw(row)); break;
                case ColumnRole.Run: WriteBytes(context.Run); break;
                default: WriteInt64Value(context.SyncedAtMicroseconds - MicrosecondsTo2000); break;
            }
        }
    }

    /// <summary>A value in the form of its column, which <see cref="PostgresFit"/> has found it to fit.</summary>
    private void WriteCell(PostgresForm form, FieldType type, RowBatch batch, Cell cell)
    {
        switch (form)
        {
            case var _ when cell.IsNull: WriteInt32(-1); break;
            case PostgresForm.Int2:
                WriteInt32(sizeof(short));
                WriteInt16((short)cell.Bits);
                break;
            case PostgresForm.Int4:
                WriteInt32(sizeof(int));
                WriteInt32((int)cell.Bits);
                break;
            case PostgresForm.Float4:
                WriteInt32(sizeof(float));
                WriteInt32(BitConverter.SingleToInt32Bits((float)cell.Real));
                break;
            case PostgresForm.Numeric when type == FieldType.Int64:
                WriteNumeric(System.Text.Encoding.ASCII.GetBytes(cell.Bits.ToString(System.Globalization.CultureInfo.InvariantCulture)));
                break;
            case PostgresForm.Uuid:
                WriteInt32(16);
                Guid.ParseExact(System.Text.Encoding.ASCII.GetString(batch.Bytes(cell)), "D").TryWriteBytes(Reserve(16), bigEndian: true, out _);
                _used += 16;
                break;
            case PostgresForm.Jsonb:
                WriteInt32(1 + cell.Length);
                WriteByte(1); // the version of the form
                batch.Bytes(cell).CopyTo(Reserve(cell.Length));
                _used += cell.Length;
                break;
            default: WriteCell(type, batch, cell); break;
        }
    }

    private static void ToLower(Span<byte> letters)
    {
        foreach (ref var letter in letters) letter = letter is >= (byte)'A' and <= (byte)'Z' ? (byte)(letter | 0x20) : letter;
    }

    private void WriteCell(FieldType type, RowBatch batch, Cell cell)
    {
        if (cell.IsNull)
        {
            WriteInt32(-1);
            return;
        }

        switch (type)
        {
            case FieldType.Int64: WriteInt64Value(cell.Bits); break;
            case FieldType.Float64: WriteInt64Value(cell.Bits); break; // the double's bits, big-endian as well
            case FieldType.Timestamp: WriteInt64Value(cell.Bits - MicrosecondsTo2000); break;
            case FieldType.Date:
                WriteInt32(4);
                WriteInt32((int)cell.Bits - DaysTo2000);
                break;
            case FieldType.Boolean: WriteBoolean(cell.Bits != 0); break;
            case FieldType.Decimal: WriteNumeric(batch.Bytes(cell)); break;
            default: WriteBytes(batch.Bytes(cell)); break;
        }
    }

    private void WriteBoolean(bool value)
    {
        WriteInt32(1);
        Reserve(1)[0] = value ? (byte)1 : (byte)0;
        _used++;
    }

    private void WriteNumeric(ReadOnlySpan<byte> text)
    {
        var encoded = Reserve(4 + NumericEncoder.MaxBytes(text));
        var length = NumericEncoder.Encode(text, encoded[4..]);
        BinaryPrimitives.WriteInt32BigEndian(encoded, length);
        _used += 4 + length;
    }

    private void WriteBytes(ReadOnlySpan<byte> bytes)
    {
        var room = Reserve(4 + bytes.Length);
        BinaryPrimitives.WriteInt32BigEndian(room, bytes.Length);
        bytes.CopyTo(room[4..]);
        _used += 4 + bytes.Length;
    }

    private void WriteInt64Value(long value)
    {
        var room = Reserve(12);
        BinaryPrimitives.WriteInt32BigEndian(room, 8);
        BinaryPrimitives.WriteInt64BigEndian(room[4..], value);
        _used += 12;
    }

    private void WriteInt32(int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(Reserve(4), value);
        _used += 4;
    }

    private void WriteInt16(short value)
    {
        BinaryPrimitives.WriteInt16BigEndian(Reserve(2), value);
        _used += 2;
    }

    private Span<byte> Reserve(int length)
    {
        if (_used + length > _buffer.Length) Array.Resize(ref _buffer, Math.Max(_used + length, _buffer.Length * 2));
        return _buffer.AsSpan(_used, length);
    }

    private sealed record RowContext(
        SqlTable Table, int[] Written, SqlColumn[] Columns, PostgresForm[] Forms, byte[] Run, long SyncedAtMicroseconds);
}
