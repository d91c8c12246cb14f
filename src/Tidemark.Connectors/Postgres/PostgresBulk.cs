using System.Runtime.CompilerServices;
using Npgsql;
using NpgsqlTypes;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Destinations.Sql.Loading;
using Tidemark.Engine.Destinations.Sql.Undoing;
using Tidemark.Engine.Destinations.Sql.WritingBack;
using Tidemark.Engine.Destinations.Writing;
using Tidemark.Engine.Records;

namespace Tidemark.Connectors.Postgres;

/// <summary>
/// Bulk work on PostgreSQL: binary COPY to insert; keys as arrays to look up, read back and delete; and to update, COPY
/// into a temporary table and one UPDATE from there.
/// </summary>
internal sealed class PostgresBulk(PostgresDialect dialect, NpgsqlConnection connection) : ISqlBulk
{
    private readonly CopyEncoder _encoder = new(dialect);

    public async Task ClassifyAsync(
        SqlTable table, RowBatch batch, ReadOnlyMemory<int> rows, RowState[] states, CancellationToken cancellationToken)
    {
        await foreach (var found in ReadAsync(table, table.ComparedHash("l"), batch, rows, cancellationToken))
        {
            states[found.Row] = found.IsForeign ? RowState.Foreign
                : found.Hash == batch.Hash(found.Row) && found.IsSame ? RowState.Unchanged : RowState.Changed;
        }
    }

    public async Task<IReadOnlyList<KeyClash>> ClashesAsync(
        SqlTable table, RowBatch batch, ReadOnlyMemory<int> rows, CancellationToken cancellationToken)
    {
        if (rows.Length == 0) return [];
        string Exact(string part, string left, string right) => string.Join(" AND ", table.Key.Select((_, at) =>
            $"CAST({left}.{part}{at} AS text) COLLATE \"C\" = CAST({right}.{part}{at} AS text) COLLATE \"C\""));
        string Equal(string left, string right) => string.Join(" AND ", table.Key.Select((_, part) => $"{left}.k{part} = {right}.k{part}"));
        // As the column has them, and as they were given: an UUID loses its case on the way.
        var own = string.Join(", ", table.Key.Select((column, part) => $"{Given(column, part)} AS k{part}, k.k{part} AS g{part}"));
        var live = string.Join(", ", table.Key.Select((column, part) => $"l.{column.Quoted} AS k{part}"));
        var given = string.Join(", ", table.Key.Select((_, part) => $"CAST(o.g{part} AS text)"));
        var others = string.Join(", ", table.Key.Select((_, part) => $"CAST(o.k{part} AS text)"));
        await using var command = WithKeys(
            table, batch, rows,
            keys => $"""
            WITH own AS MATERIALIZED (SELECT {own}, k.place FROM {keys}),
                live AS (SELECT {live}, CAST(NULL AS bigint) AS place FROM {keys} JOIN {table.Name} AS l ON {KeyMatch(table)})
            SELECT w.place, o.place, {others} FROM own AS w JOIN live AS o ON {Equal("w", "o")} WHERE NOT ({Exact("k", "w", "o")})
            UNION ALL
            SELECT w.place, o.place, {given} FROM own AS w JOIN own AS o ON o.place < w.place AND {Equal("w", "o")} WHERE NOT ({Exact("g", "w", "o")})
            """);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var clashes = new List<KeyClash>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var earlier = await reader.IsDBNullAsync(1, cancellationToken) ? (int?)null : rows.Span[(int)reader.GetInt64(1) - 1];
            clashes.Add(new(
                rows.Span[(int)reader.GetInt64(0) - 1], CellText.OfKey([.. table.Key.Select((_, part) => reader.GetString(part + 2))]), earlier));
        }

        return clashes;
    }

    public async Task InsertAsync(
        SqlTable table, RowBatch batch, ReadOnlyMemory<int> rows, RowState[] states, RowStamp stamp, CancellationToken cancellationToken)
    {
        if (rows.Length > 0) await CopyAsync(table.Name.ToString(), table, batch, rows, states, stamp, cancellationToken);
    }

    public async Task UpdateAsync(
        SqlTable table, RowBatch batch, ReadOnlyMemory<int> rows, RowStamp stamp, CancellationToken cancellationToken)
    {
        if (rows.Length == 0) return;
        var changed = new SqlTable(new SqlName("pg_temp", "_tidemark_changes"), table.Plan, TableKind.Changes, table.Adapted);
        var takes = string.Concat(changed.Columns.Where(column => !column.IsLive).Select(column => $", NULL::boolean AS {column.Quoted}"));
        var changes = changed.Name;
        await connection.ExecuteAsync(
            $"""
            DROP TABLE IF EXISTS {changes};
            CREATE TEMPORARY TABLE "_tidemark_changes" ON COMMIT DROP AS
                SELECT {table.ColumnList}{takes} FROM {table.Name} WITH NO DATA
            """,
            cancellationToken);
        await CopyAsync(changes.ToString(), changed, batch, rows, null, stamp, cancellationToken);
        await connection.ExecuteAsync(
            $"UPDATE {table.Name} AS l SET {table.Assignments("s")} FROM {changes} AS s WHERE {table.KeyMatch("s", "l")}",
            cancellationToken);
    }

    public async Task EmptyAsync(
        SqlTable table, IReadOnlyList<SqlColumn> columns, RowBatch batch, ReadOnlyMemory<int> rows, CancellationToken cancellationToken)
    {
        await using var command = WithKeys(
            table, batch, rows,
            keys => $"UPDATE {table.Name} AS l SET {string.Join(", ", columns.Select(column => $"{column.Quoted} = NULL"))} FROM {keys} WHERE {KeyMatch(table)}");
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public Task<Checksum> DeleteAsync(
        SqlTable table, RowBatch batch, ReadOnlyMemory<int> rows, CancellationToken cancellationToken) =>
        ChecksumAsync(
            table, batch, rows,
            keys => $"""
            WITH gone AS (
                DELETE FROM {table.Name} AS l USING {keys}
                WHERE {KeyMatch(table)} {(table.IsDifference ? "" : "AND l.\"_hash\" IS NOT NULL")} RETURNING l."_hash")
            SELECT {SqlCommands.ChecksumColumns("gone")} FROM gone
            """,
            cancellationToken);

    public async Task InsertOfAsync(
        string into, string values, SqlTable table, RowBatch batch, ReadOnlyMemory<int> rows, CancellationToken cancellationToken)
    {
        await using var command = WithKeys(
            table, batch, rows,
            keys => $"INSERT INTO {into} SELECT {values} FROM {keys} JOIN {table.Name} AS l ON {KeyMatch(table)} WHERE {table.IsPresent("l")}");
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public Task<Checksum> MarkDeletedAsync(
        SqlTable table, RowBatch batch, ReadOnlyMemory<int> rows, RowStamp stamp, CancellationToken cancellationToken)
    {
        var next = table.Key.Count;
        return ChecksumAsync(
            table, batch, rows,
            keys => $"""
            WITH gone AS (
                UPDATE {table.Name} AS l SET {table.MarkedDeleted($"${next + 1}", $"${next + 2}", $"${next + 3}")} FROM {keys}
                WHERE {KeyMatch(table)} AND {table.IsPresent("l")} RETURNING l."_hash")
            SELECT {SqlCommands.ChecksumColumns("gone")} FROM gone
            """,
            cancellationToken, stamp.SyncedAt.ToUniversalTime(), stamp.Run, table.Plan.Deletes.Value);
    }

    public async Task SaveImagesAsync(
        SqlBeforeImages images, SqlTable table, RowBatch batch, ReadOnlyMemory<int> rows, bool isDeletion,
        CancellationToken cancellationToken)
    {
        if (rows.Length == 0) return;
        var run = $"${table.Key.Count + 1}";
        var operation = isDeletion ? table.Deletion : SqlBeforeImages.Updated;
        await using var keep = WithKeys(
            table, batch, rows,
            keys => images.Insert($"{keys} JOIN {table.Name} AS l ON {KeyMatch(table)}", isDeletion ? table.IsPresent("l") : "TRUE", operation, run), images.Run);
        await keep.ExecuteNonQueryAsync(cancellationToken);
        if (operation != SqlBeforeImages.Deleted) return;
        await using var note = WithKeys(
            table, batch, rows,
            keys => images.NoteDeleted($"EXISTS (SELECT 1 FROM {keys} WHERE {KeyMatch(table, "m")})", run), images.Run);
        await note.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task EnqueueAsync(
        SqlWriteBack writeBack, SqlTable table, RowBatch batch, ReadOnlyMemory<int> rows, CancellationToken cancellationToken)
    {
        if (rows.Length == 0) return;
        await using var command = WithKeys(
            table, batch, rows,
            keys => writeBack.Insert(
                $"{keys} JOIN {table.Name} AS l ON {KeyMatch(table)}", "TRUE", number => $"${table.Key.Count + number + 1}"),
            [.. writeBack.Values]);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task<Checksum> ReadBackAsync(
        SqlTable table, RowBatch batch, ReadOnlyMemory<int> rows, CancellationToken cancellationToken)
    {
        var sum = default(Checksum);
        await foreach (var found in ReadAsync(table, "l.\"_hash\"", batch, rows, cancellationToken))
        {
            if (found.Hash is { } stored && (found.IsSame || batch.Kind(found.Row) == RowKind.Deletion)) sum += Checksum.Of(stored);
        }

        return sum;
    }

    /// <summary>The rows that the table has of the given keys.</summary>
    private async IAsyncEnumerable<FoundRow> ReadAsync(
        SqlTable table, string hash, RowBatch batch, ReadOnlyMemory<int> rows, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (rows.Length == 0) yield break;
        var json = table.SourceColumns.Where(column => dialect.FormOf(column) == PostgresForm.Jsonb).ToList();
        var records = json.Count == 0 ? "" : $"""
            JOIN unnest({string.Join(", ", json.Select((_, at) => $"${table.Key.Count + at + 1}"))}) WITH ORDINALITY AS j ({string.Join(", ", json.Select((_, at) => $"j{at}"))}, place) ON j.place = k.place
            """;
        var isSameJson = string.Concat(json.Select((column, at) => $" AND l.{column.Quoted}::text IS NOT DISTINCT FROM j.j{at}::jsonb::text"));
        await using var command = WithKeys(
            table, batch, rows,
            keys => $"""
            SELECT k.place, {hash}, {PostgresDigest.Of(dialect, table, "l")}, {table.IsForeign("l")}, TRUE{isSameJson}
            FROM {keys} {records} JOIN {table.Name} AS l ON {KeyMatch(table)}
            """,
            [.. json.Select(column => Json(batch, rows.Span, column))]);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken)) yield return Found(reader, table, batch, rows.Span);
    }

    // The row is in memory: nothing of it is waited for.
    private FoundRow Found(NpgsqlDataReader reader, SqlTable table, RowBatch batch, ReadOnlySpan<int> rows)
    {
        var row = rows[(int)reader.GetInt64(0) - 1];
        var stored = reader.IsDBNull(1) ? (long?)null : reader.GetInt64(1);
        var isSame = !reader.IsDBNull(2) && reader.GetBoolean(4)
            && _encoder.HasDigest(table, batch, row, reader.GetFieldValue<byte[]>(2));
        return new(row, stored, isSame, reader.GetBoolean(3));
    }

    private async Task CopyAsync(
        string into, SqlTable table, RowBatch batch, ReadOnlyMemory<int> rows, RowState[]? states, RowStamp stamp,
        CancellationToken cancellationToken)
    {
        var columns = Filled(table, rows.Span, states);
        await using var copy = await connection.BeginRawBinaryCopyAsync(
            $"COPY {into} ({string.Join(", ", columns.Select(at => table.Columns[at].Quoted))}) FROM STDIN (FORMAT BINARY)", cancellationToken);
        await _encoder.WriteAsync(copy, table, columns, batch, rows, states, stamp, cancellationToken);
    }

    /// <summary>Positions of the columns that are written: of a staging that is compared, those that any of the rows fills.</summary>
    private static int[] Filled(SqlTable table, ReadOnlySpan<int> rows, RowState[]? states)
    {
        IEnumerable<int> all = Enumerable.Range(0, table.Columns.Count);
        if (!table.IsDifference || states is null) return [.. all];
        var those = new HashSet<RowState>();
        foreach (var row in rows) those.Add(states[row]);
        return [.. all.Where(at => those.Any(state => table.Layout.Content(at, state) is not null))];
    }

    private async Task<Checksum> ChecksumAsync(
        SqlTable table, RowBatch batch, ReadOnlyMemory<int> rows, Func<string, string> statement,
        CancellationToken cancellationToken, params object[] more)
    {
        if (rows.Length == 0) return default;
        await using var command = WithKeys(table, batch, rows, statement, more);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return SqlCommands.ReadChecksum(reader);
    }

    /// <summary>A statement over the rows' keys, which are a set named k of columns k0, k1 … and a place from 1.</summary>
    /// <param name="table">Whose key it is.</param>
    /// <param name="batch">Holds the rows.</param>
    /// <param name="rows">Their numbers.</param>
    /// <param name="statement">Given the set, the statement.</param>
    /// <param name="more">Parameters after those of the key.</param>
    private NpgsqlCommand WithKeys(
        SqlTable table, RowBatch batch, ReadOnlyMemory<int> rows, Func<string, string> statement, params object[] more)
    {
        var command = new NpgsqlCommand { Connection = connection, CommandTimeout = 0 };
        for (var part = 0; part < table.Key.Count; part++)
        {
            command.Parameters.Add(table.Key[part].Type == FieldType.Int64
                ? new NpgsqlParameter { Value = Numbers(batch, rows.Span, part), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint }
                : new NpgsqlParameter { Value = Texts(table, batch, rows.Span, part), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        }

        foreach (var value in more) command.Parameters.Add(new NpgsqlParameter { Value = value });
        var arrays = string.Join(", ", table.Key.Select((_, part) => $"${part + 1}"));
        var names = string.Join(", ", table.Key.Select((_, part) => $"k{part}"));
        command.CommandText = statement($"unnest({arrays}) WITH ORDINALITY AS k ({names}, place)");
        return command;
    }

    private static string KeyMatch(SqlTable table, string alias = "l") =>
        string.Join(" AND ", table.Key.Select((column, part) =>
            $"{alias}.{column.Quoted} = {Given(column, part)}"));

    /// <summary>A part of a given key, as a value that the column is compared with; a collation that is none of the usual ones is the column's.</summary>
    private static string Given(SqlColumn column, int part) => column switch
    {
        // A number that is too large for its column would not even be looked for.
        { Type: not FieldType.Int64, Stored: { } stored } =>
            $"CAST(k.k{part}{Cast(column.Type)} AS {stored.Holder}){(stored.Collation is { } collation ? $" COLLATE {collation}" : "")}",
        _ => $"k.k{part}{Cast(column.Type)}",
    };

    private static string Cast(FieldType type) => type switch
    {
        FieldType.Text or FieldType.Int64 => "",
        FieldType.Decimal => "::numeric",
        FieldType.Float64 => "::double precision",
        FieldType.Boolean => "::boolean",
        FieldType.Timestamp => "::timestamptz",
        FieldType.Date => "::date",
        _ => "::text",
    };

    private static long[] Numbers(RowBatch batch, ReadOnlySpan<int> rows, int part)
    {
        var numbers = new long[rows.Length];
        for (var at = 0; at < rows.Length; at++) numbers[at] = batch.KeyCell(rows[at], part).Bits;
        return numbers;
    }

    private static string?[] Json(RowBatch batch, ReadOnlySpan<int> rows, SqlColumn column)
    {
        var texts = new string?[rows.Length];
        for (var at = 0; at < rows.Length; at++) texts[at] = batch.Text(rows[at], column.Position);
        return texts;
    }

    private static string[] Texts(SqlTable table, RowBatch batch, ReadOnlySpan<int> rows, int part)
    {
        var texts = new string[rows.Length];
        for (var at = 0; at < rows.Length; at++)
            texts[at] = CellText.Of(table.Key[part].Type, batch, batch.KeyCell(rows[at], part))!;
        return texts;
    }

    /// <summary>A row of a key.</summary>
    /// <param name="Row">Number of the record in the batch.</param>
    /// <param name="Hash">The hash that was asked for.</param>
    /// <param name="IsSame">Whether the values in the source's columns are those of the record.</param>
    /// <param name="IsForeign">Whether Tidemark did not write it.</param>
    private readonly record struct FoundRow(int Row, long? Hash, bool IsSame, bool IsForeign);
}
