using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Destinations.Sql.Loading;
using Tidemark.Engine.Destinations.Sql.Undoing;
using Tidemark.Engine.Destinations.Sql.WritingBack;
using Tidemark.Engine.Destinations.Writing;
using Tidemark.Engine.Records;

namespace Tidemark.Connectors.Sqlite;

/// <summary>Bulk work on SQLite: one prepared statement per table and kind of work, run once a row.</summary>
internal sealed class SqliteBulk(SqliteConnection connection) : ISqlBulk, IDisposable
{
    // How many rows pass between two looks at the cancellation token.
    private const int RowsPerLook = 256;

    private readonly Dictionary<string, SqliteStatement> _statements = new(StringComparer.Ordinal);

    public Task ClassifyAsync(
        SqlTable table, RowBatch batch, ReadOnlyMemory<int> rows, RowState[] states, CancellationToken cancellationToken)
    {
        ForEach(
            rows, SelectSame(table, table.ComparedHash("l")),
            (statement, row) =>
            {
                BindSame(statement, table, batch, row);
                var hash = statement.Run(out var exists, out var isForeign);
                if (exists) states[row] = isForeign ? RowState.Foreign : hash == batch.Hash(row) ? RowState.Unchanged : RowState.Changed;
            },
            cancellationToken);
        return Task.CompletedTask;
    }

    public async Task<IReadOnlyList<KeyClash>> ClashesAsync(
        SqlTable table, RowBatch batch, ReadOnlyMemory<int> rows, CancellationToken cancellationToken)
    {
        var clashes = new List<KeyClash>();
        var same = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        foreach (var row in rows.ToArray())
        {
            cancellationToken.ThrowIfCancellationRequested();
            var common = CellText.OfKey([.. table.Key.Select((column, part) => SqliteCollation.Common(column.Stored, KeyText(table, batch, row, part)))]);
            if (!same.TryGetValue(common, out var earlier)) same[common] = earlier = [];
            clashes.AddRange(earlier.Select(other => new KeyClash(row, batch.KeyText(other), other)));
            earlier.Add(row);
        }

        var key = string.Join(", ", table.Key.Select(column => SqliteDialect.Bytes($"l.{column.Quoted}")));
        await using var find = connection.CreateCommand();
        find.CommandText = $"SELECT {key} FROM {table.Name} AS l WHERE {string.Join(" AND ", table.Key.Select((column, part) => $"l.{column.Quoted} = @k{part}"))}";
        foreach (var row in rows.ToArray())
        {
            find.Parameters.Clear();
            for (var part = 0; part < table.Key.Count; part++)
            {
                var cell = batch.KeyCell(row, part);
                find.Parameters.AddWithValue($"@k{part}", cell.Kind == CellKind.Number && table.Key[part].Type is FieldType.Int64 or FieldType.Boolean ? cell.Bits : KeyText(table, batch, row, part));
            }

            await using var reader = await find.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                var found = CellText.OfKey([.. table.Key.Select((_, part) => Encoding.UTF8.GetString(reader.GetFieldValue<byte[]>(part)))]);
                if (found != batch.KeyText(row)) clashes.Add(new(row, found, null));
            }
        }

        return clashes;
    }

    public Task InsertAsync(
        SqlTable table, RowBatch batch, ReadOnlyMemory<int> rows, RowState[] states, RowStamp stamp, CancellationToken cancellationToken)
    {
        var values = string.Join(", ", table.Columns.Select(_ => "?"));
        var binding = new RowBinding(stamp);
        ForEach(
            rows, $"INSERT INTO {table.Name} ({table.ColumnList}) VALUES ({values})",
            (statement, row) =>
            {
                for (var at = 0; at < table.Columns.Count; at++)
                    binding.Bind(statement, at + 1, table, at, batch, row, states[row]);
                statement.Run(out _);
            },
            cancellationToken);
        return Task.CompletedTask;
    }

    public Task UpdateAsync(
        SqlTable table, RowBatch batch, ReadOnlyMemory<int> rows, RowStamp stamp, CancellationToken cancellationToken)
    {
        var changed = new SqlTable(table.Name, table.Plan, TableKind.Changes, table.Adapted);
        // The row's values are a table of one row, so that the assignments read as they do everywhere.
        var values = string.Join(", ", changed.Columns.Select(column => $"? AS {column.Quoted}"));
        var binding = new RowBinding(stamp);
        ForEach(
            rows,
            $"UPDATE {table.Name} AS l SET {table.Assignments("s")} FROM (SELECT {values}) AS s WHERE {table.KeyMatch("l", "s")}",
            (statement, row) =>
            {
                for (var at = 0; at < changed.Columns.Count; at++)
                    binding.Bind(statement, at + 1, changed, at, batch, row, RowState.Changed);
                statement.Run(out _);
            },
            cancellationToken);
        return Task.CompletedTask;
    }

    public Task EmptyAsync(
        SqlTable table, IReadOnlyList<SqlColumn> columns, RowBatch batch, ReadOnlyMemory<int> rows, CancellationToken cancellationToken)
    {
        ForEach(
            rows,
            $"UPDATE {table.Name} SET {string.Join(", ", columns.Select(column => $"{column.Quoted} = NULL"))} WHERE {KeyIsGiven(table)}",
            (statement, row) =>
            {
                BindKey(statement, table, batch, row, 1);
                statement.Run(out _);
            },
            cancellationToken);
        return Task.CompletedTask;
    }

    public Task InsertOfAsync(
        string into, string values, SqlTable table, RowBatch batch, ReadOnlyMemory<int> rows, CancellationToken cancellationToken)
    {
        ForEach(
            rows, $"INSERT INTO {into} SELECT {values} FROM {table.Name} AS l WHERE {KeyIsGiven(table)} AND {table.IsPresent("l")}",
            (statement, row) =>
            {
                BindKey(statement, table, batch, row, 1);
                statement.Run(out _);
            },
            cancellationToken);
        return Task.CompletedTask;
    }

    public Task<Checksum> MarkDeletedAsync(
        SqlTable table, RowBatch batch, ReadOnlyMemory<int> rows, RowStamp stamp, CancellationToken cancellationToken)
    {
        var sum = default(Checksum);
        var binding = new RowBinding(stamp);
        var value = Encoding.UTF8.GetBytes(table.Plan.Deletes.Value);
        ForEach(
            rows,
            $"""
            UPDATE {table.Name} AS l SET {table.MarkedDeleted("?1", "?2", "?3")}
            WHERE ?3 IS NOT NULL AND {KeyIsGiven(table)} AND {table.IsPresent("l")} RETURNING "_hash"
            """,
            (statement, row) =>
            {
                binding.BindStamp(statement);
                statement.BindText(3, value);
                BindKey(statement, table, batch, row, 4);
                if (statement.Run(out _) is { } hash) sum += Checksum.Of(hash);
            },
            cancellationToken);
        return Task.FromResult(sum);
    }

    public Task SaveImagesAsync(
        SqlBeforeImages images, SqlTable table, RowBatch batch, ReadOnlyMemory<int> rows, bool isDeletion,
        CancellationToken cancellationToken)
    {
        var run = Encoding.UTF8.GetBytes(images.Run);
        var which = KeyIsGiven(table, 2) + (isDeletion ? $" AND {table.IsPresent("l")}" : "");
        var operation = isDeletion ? table.Deletion : SqlBeforeImages.Updated;
        ForEach(rows, images.Insert($"{table.Name} AS l", which, operation, "?1"), Keep, cancellationToken);
        if (operation == SqlBeforeImages.Deleted) ForEach(rows, images.NoteDeleted(KeyIsGiven(table, 2), "?1"), Keep, cancellationToken);
        return Task.CompletedTask;

        void Keep(SqliteStatement statement, int row)
        {
            statement.BindText(1, run);
            BindKey(statement, table, batch, row, 2);
            statement.Run(out _);
        }
    }

    public Task EnqueueAsync(
        SqlWriteBack writeBack, SqlTable table, RowBatch batch, ReadOnlyMemory<int> rows, CancellationToken cancellationToken)
    {
        var values = writeBack.Values.Select(Encoding.UTF8.GetBytes).ToList();
        ForEach(
            rows, writeBack.Insert($"{table.Name} AS l", KeyIsGiven(table, values.Count + 1), number => $"?{number + 1}"),
            (statement, row) =>
            {
                for (var at = 0; at < values.Count; at++) statement.BindText(at + 1, values[at]);
                BindKey(statement, table, batch, row, values.Count + 1);
                statement.Run(out _);
            },
            cancellationToken);
        return Task.CompletedTask;
    }

    public Task<Checksum> DeleteAsync(
        SqlTable table, RowBatch batch, ReadOnlyMemory<int> rows, CancellationToken cancellationToken)
    {
        var own = table.IsDifference ? "" : """AND "_hash" IS NOT NULL""";
        return SumAsync(
            table, batch, rows, $"""DELETE FROM {table.Name} WHERE {KeyIsGiven(table)} {own} RETURNING "_hash" """, cancellationToken);
    }

    public Task<Checksum> ReadBackAsync(
        SqlTable table, RowBatch batch, ReadOnlyMemory<int> rows, CancellationToken cancellationToken)
    {
        var sum = default(Checksum);
        ForEach(
            rows, SelectSame(table, "l.\"_hash\""),
            (statement, row) =>
            {
                BindSame(statement, table, batch, row);
                if (statement.Run(out _) is { } hash) sum += Checksum.Of(hash);
            },
            cancellationToken);
        return Task.FromResult(sum);
    }

    private static string KeyText(SqlTable table, RowBatch batch, int row, int part) =>
        CellText.Of(table.Key[part].Type, batch, batch.KeyCell(row, part))!;

    /// <summary>
    /// A select of a number of the row of a key, or null where its values in the source's columns are not the given ones, unless
    /// the first parameter says that they do not matter; and of whether Tidemark did not write the row.
    /// </summary>
    private static string SelectSame(SqlTable table, string number)
    {
        var same = table.SourceColumns.Select((column, at) => $"l.{column.Quoted} IS ?{at + 2} COLLATE BINARY");
        var are = table.SourceColumns.Count == 0 ? "0 = 1" : SqlCommands.Joined([.. same], "AND");
        return $"SELECT CASE WHEN ?1 = 1 OR ({are}) THEN {number} END, {table.IsForeign("l")} FROM {table.Name} AS l WHERE {KeyIsGiven(table, table.SourceColumns.Count + 2)}";
    }

    private static void BindSame(SqliteStatement statement, SqlTable table, RowBatch batch, int row)
    {
        statement.BindNumber(1, batch.Kind(row) == RowKind.Deletion ? 1 : 0);
        for (var at = 0; at < table.SourceColumns.Count; at++)
        {
            var column = table.SourceColumns[at];
            if (column.Role == ColumnRole.Raw) statement.BindText(at + 2, batch.Raw(row));
            else RowBinding.BindCell(statement, at + 2, column.Type, batch, batch.Row(row)[column.Position]);
        }

        BindKey(statement, table, batch, row, table.SourceColumns.Count + 2);
    }

    public void Dispose()
    {
        foreach (var statement in _statements.Values) statement.Dispose();
        _statements.Clear();
    }

    private Task<Checksum> SumAsync(
        SqlTable table, RowBatch batch, ReadOnlyMemory<int> rows, string sql, CancellationToken cancellationToken)
    {
        var sum = default(Checksum);
        ForEach(
            rows, sql,
            (statement, row) =>
            {
                BindKey(statement, table, batch, row, 1);
                if (statement.Run(out _) is { } hash) sum += Checksum.Of(hash);
            },
            cancellationToken);
        return Task.FromResult(sum);
    }

    private void ForEach(ReadOnlyMemory<int> rows, string sql, Action<SqliteStatement, int> work, CancellationToken cancellationToken)
    {
        if (rows.Length == 0) return;
        if (!_statements.TryGetValue(sql, out var statement))
            _statements[sql] = statement = new SqliteStatement(connection.Handle!, sql);
        for (var at = 0; at < rows.Length; at++)
        {
            if (at % RowsPerLook == 0) cancellationToken.ThrowIfCancellationRequested();
            work(statement, rows.Span[at]);
        }
    }

    private static string KeyIsGiven(SqlTable table) => string.Join(" AND ", table.Key.Select(column => $"{column.Quoted} = ?"));

    /// <summary>The same with the number of the first part's parameter.</summary>
    private static string KeyIsGiven(SqlTable table, int first) =>
        string.Join(" AND ", table.Key.Select((column, part) => $"{column.Quoted} = ?{first + part}"));

    private static void BindKey(SqliteStatement statement, SqlTable table, RowBatch batch, int row, int place)
    {
        for (var part = 0; part < table.Key.Count; part++)
            RowBinding.BindCell(statement, place + part, table.Key[part].Type, batch, batch.KeyCell(row, part));
    }

    /// <summary>Binds the columns of a row.</summary>
    private sealed class RowBinding(RowStamp stamp)
    {
        private readonly byte[] _run = Encoding.UTF8.GetBytes(stamp.Run);
        private readonly long _syncedAt =
            (stamp.SyncedAt.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

        public void Bind(SqliteStatement statement, int place, SqlTable table, int at, RowBatch batch, int row, RowState state)
        {
            var column = table.Columns[at];
            switch (table.Layout.Content(at, state))
            {
                case null: statement.BindNull(place); break;
                case ColumnRole.Hash: statement.BindNumber(place, batch.Hash(row)); break;
                case ColumnRole.Differs: statement.BindNumber(place, RowLayout.Operation(state)); break;
                case ColumnRole.Field:
                    BindCell(statement, place, column.Type, batch, batch.Row(row)[column.Position]);
                    break;
                case ColumnRole.Takes: statement.BindNumber(place, table.Layout.Takes(at, batch, row) ? 1 : 0); break;
                case ColumnRole.Raw: statement.BindText(place, batch.Raw(row)); break;
                case ColumnRole.Run: statement.BindText(place, _run); break;
                default: BindInstant(statement, place, _syncedAt); break;
            }
        }

        /// <summary>The moment and the run, as the first two parameters.</summary>
        public void BindStamp(SqliteStatement statement)
        {
            BindInstant(statement, 1, _syncedAt);
            statement.BindText(2, _run);
        }

        public static void BindCell(SqliteStatement statement, int place, FieldType type, RowBatch batch, Cell cell)
        {
            if (cell.IsNull) statement.BindNull(place);
            else if (type == FieldType.Timestamp) BindInstant(statement, place, cell.Bits);
            else if (type == FieldType.Date) BindDay(statement, place, cell.Bits);
            else if (cell.Kind == CellKind.Number) statement.BindNumber(place, cell.Bits);
            else if (cell.Kind == CellKind.Real) statement.BindReal(place, cell.Real);
            else statement.BindText(place, batch.Bytes(cell));
        }

        /// <summary>ISO 8601 in UTC with six digits of fraction, always: texts of one width sort as the instants do.</summary>
        private static void BindInstant(SqliteStatement statement, int place, long microseconds)
        {
            Span<byte> text = stackalloc byte[28];
            var ticks = DateTime.UnixEpoch.Ticks + (microseconds * TimeSpan.TicksPerMicrosecond);
            Utf8Formatter.TryFormat(new DateTime(ticks, DateTimeKind.Utc), text, out _, 'O'); // seven digits and Z
            text[26] = (byte)'Z';
            statement.BindText(place, text[..27]);
        }

        private static void BindDay(SqliteStatement statement, int place, long days)
        {
            var day = DateOnly.FromDateTime(DateTime.UnixEpoch).AddDays((int)days);
            statement.BindText(place, Encoding.ASCII.GetBytes(day.ToString("O", CultureInfo.InvariantCulture)));
        }
    }
}
