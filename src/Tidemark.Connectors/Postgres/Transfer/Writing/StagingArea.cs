using Npgsql;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Transfers;

namespace Tidemark.Connectors.Postgres.Transfer.Writing;

/// <summary>
/// What a pipeline keeps aside in the target. A crash of the server empties it: of unlogged tables nothing is half there. Whoever was at it
/// finds its locks gone, and can write nothing more.
/// </summary>
internal static class StagingArea
{
    /// <summary>Finds what an earlier run of the pipeline has kept aside for tables as they are; drops what fits no longer, makes what is missing.</summary>
    /// <exception cref="TidemarkException"><c>transfer.table_gone</c> (configuration): the target lacks a table.</exception>
    public static async Task<IReadOnlyList<StagedTable>> OpenAsync(NpgsqlConnection connection, TransferWrite write, CancellationToken cancellationToken)
    {
        await TransferSchema.CreateAsync(connection, cancellationToken);
        // Rows that replace a table whole go to it without a detour.
        var tables = write.Mode == ApplyMode.Replace ? [] : write.Tables;
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var earlier = await EarlierAsync(connection, write.Pipeline, cancellationToken);
        var (staged, missing) = (new List<StagedTable>(), new List<(TransferTable, TargetTable)>());
        foreach (var table in tables)
        {
            var target = await TargetTable.ReadAsync(connection, table.Name, cancellationToken) ?? throw new TidemarkException(
                FailureKind.Configuration, "transfer.table_gone", $"The target has no table {table.Label}.");
            var shape = ShapeOf(table, target);
            if (earlier.Remove((table.Name.ToString(), shape), out var id))
            {
                var found = new StagedTable(id, table, target);
                // Which rows the source lacks is compared anew.
                await connection.ExecuteAsync($"TRUNCATE {found.Gone}", cancellationToken);
                found.HasLeftovers = await connection.CountAsync($"SELECT count(*) FROM (SELECT 1 FROM {found.Rows} LIMIT 1) AS r", cancellationToken) > 0;
                staged.Add(found);
            }
            else
            {
                missing.Add((table, target));
            }
        }

        foreach (var id in earlier.Values) await DropAsync(connection, id, cancellationToken);
        foreach (var (table, target) in missing) staged.Add(await CreateAsync(connection, write, table, target, cancellationToken));
        await transaction.CommitAsync(cancellationToken);
        return [.. tables.Select(table => staged.First(found => found.Table == table))];
    }

    /// <summary>Forgets what a selection is about to overwrite.</summary>
    public static Task<long> ClearAsync(NpgsqlConnection connection, StagedTable staged, RowSelection rows, CancellationToken cancellationToken) => rows switch
    {
        RowSelection.Keys keys => ExecuteAsync(
            connection, staged, keys.Of, $"DELETE FROM {staged.Rows} AS t USING {Given(staged)} WHERE {KeySql.Match(staged.Table)}", cancellationToken),
        RowSelection.Buckets buckets => DropBucketsAsync(connection, staged, buckets.Numbers, cancellationToken),
        _ => ClearPartAsync(connection, staged, PartOf(rows), cancellationToken),
    };

    /// <summary>Makes the index that rows need which are found again by their keys. However long a copy takes that is under way, it is waited for.</summary>
    public static Task<long> IndexAsync(NpgsqlConnection connection, StagedTable staged, CancellationToken cancellationToken) => connection.ExecuteAsync(
        $"""
        SET LOCAL lock_timeout = 0; LOCK TABLE {staged.Rows} IN SHARE ROW EXCLUSIVE MODE;
        CREATE INDEX IF NOT EXISTS {SqlName.Column($"{staged.Rows.Name}_key")} ON {staged.Rows} ({string.Join(", ", staged.Sql.Key)})
        """,
        cancellationToken);

    /// <summary>Notes what was kept aside, in the transaction of its rows.</summary>
    public static Task<long> NoteAsync(NpgsqlConnection connection, StagedTable staged, RowSelection rows, long count, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(
            $"""
            INSERT INTO {TransferSchema.Parts} (staging, part, written_by, rows, buckets)
            SELECT @id, coalesce(@part, 'rows ' || x.id), x.id, @rows, @buckets FROM (SELECT pg_current_xact_id()::xid::text AS id) AS x
            ON CONFLICT (staging, part) DO UPDATE SET written_by = excluded.written_by, rows = excluded.rows, buckets = excluded.buckets
            """,
            cancellationToken, ("id", staged.Id), ("part", rows is RowSelection.Blocks ? PartOf(rows) : null), ("rows", count),
            ("buckets", rows is RowSelection.Buckets { Numbers: var numbers } ? numbers.ToArray() : []));

    /// <summary>Forgets some buckets, or all that is kept aside of a table.</summary>
    public static Task<long> ForgetAsync(NpgsqlConnection connection, StagedTable staged, IReadOnlyList<long>? buckets, CancellationToken cancellationToken) =>
        buckets is not null ? DropBucketsAsync(connection, staged, buckets, cancellationToken)
            : connection.ExecuteAsync(
                $"TRUNCATE {staged.Rows}, {staged.Gone}; DELETE FROM {TransferSchema.Parts} WHERE staging = @id", cancellationToken, ("id", staged.Id));

    /// <summary>Notes keys of rows that are to be deleted.</summary>
    public static Task<long> NoteGoneAsync(NpgsqlConnection connection, StagedTable staged, IReadOnlyList<RowKey> keys, CancellationToken cancellationToken) =>
        ExecuteAsync(
            connection, staged, keys, $"INSERT INTO {staged.Gone} (key) SELECT ARRAY[{KeySql.Parts(staged.Table)}] FROM {Given(staged)}", cancellationToken);

    public static Task DropAsync(NpgsqlConnection connection, long id, CancellationToken cancellationToken) => connection.ExecuteAsync(
        FormattableString.Invariant(
            $"""
            DROP TABLE IF EXISTS {TransferSchema.Of($"stage_{id}")}, {TransferSchema.Of($"gone_{id}")};
            DELETE FROM {TransferSchema.Parts} WHERE staging = {id}; DELETE FROM {TransferSchema.Staging} WHERE id = {id}
            """),
        cancellationToken);

    private static async Task<long> ClearPartAsync(NpgsqlConnection connection, StagedTable staged, string part, CancellationToken cancellationToken)
    {
        await using var command = SqlCommands.Command(
            connection, $"SELECT written_by FROM {TransferSchema.Parts} WHERE staging = @id AND part = @part", ("id", staged.Id), ("part", part));
        return await command.ExecuteScalarAsync(cancellationToken) is string writer
            ? await connection.ExecuteAsync($"DELETE FROM {staged.Rows} WHERE xmin = @writer::xid", cancellationToken, ("writer", writer)) : 0;
    }

    private static Task<long> DropBucketsAsync(
        NpgsqlConnection connection, StagedTable staged, IReadOnlyList<long> buckets, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(
            $"""
            DELETE FROM {staged.Rows} AS t WHERE {staged.Sql.Bucket} = ANY (@numbers);
            UPDATE {TransferSchema.Parts} SET buckets = array(SELECT b FROM unnest(buckets) AS b WHERE b <> ALL (@numbers))
            WHERE staging = @id AND buckets && @numbers
            """,
            cancellationToken, ("numbers", buckets.ToArray()), ("id", staged.Id));

    private static async Task<StagedTable> CreateAsync(
        NpgsqlConnection connection, TransferWrite write, TransferTable table, TargetTable target, CancellationToken cancellationToken)
    {
        var id = await connection.CountAsync(
            $"INSERT INTO {TransferSchema.Staging} (pipeline, table_name, shape, run) VALUES (@pipeline, @table, @shape, @run) RETURNING id", cancellationToken,
            ("pipeline", write.Pipeline), ("table", table.Name.ToString()), ("shape", ShapeOf(table, target)), ("run", write.Run));
        var staged = new StagedTable(id, table, target);
        await connection.ExecuteAsync(
            $"""
            CREATE UNLOGGED TABLE {staged.Rows} AS SELECT {staged.Sql.Columns} FROM {table.Name} WITH NO DATA;
            CREATE UNLOGGED TABLE {staged.Gone} (key text[] NOT NULL)
            """,
            cancellationToken);
        return staged;
    }

    private static async Task<Dictionary<(string Table, string Shape), long>> EarlierAsync(
        NpgsqlConnection connection, string pipeline, CancellationToken cancellationToken)
    {
        await using var command = SqlCommands.Command(
            connection, $"SELECT table_name, shape, id FROM {TransferSchema.Staging} WHERE pipeline = @pipeline FOR UPDATE", ("pipeline", pipeline));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new Dictionary<(string, string), long>();
        while (await reader.ReadAsync(cancellationToken)) found.Add((reader.GetString(0), reader.GetString(1)), reader.GetInt64(2));
        return found;
    }

    /// <summary>Whatever decides which rows are kept aside, how they are stored, and in which buckets they are.</summary>
    private static string ShapeOf(TransferTable table, TargetTable target) =>
        $"""
        {string.Join(", ", table.Columns.Select(column => $"{target[column.Name].Quoted} {target[column.Name].Type} {column.Hash} {column.Mask}"))}
        key {string.Join(", ", table.Key.Select(name => target[name].Quoted))}, buckets {table.Buckets.Kind} {FormattableString.Invariant($"{table.Buckets.Size}")}
        where {table.Where}
        """;

    private static string PartOf(RowSelection rows) => rows is RowSelection.Blocks blocks
        ? FormattableString.Invariant($"blocks {blocks.From} to {blocks.To}") : throw new ArgumentException("Only blocks have a name.", nameof(rows));

    /// <summary>Keys that are parameters, for a FROM clause.</summary>
    private static string Given(StagedTable staged) =>
        $"unnest({string.Join(", ", staged.Table.Key.Select((_, part) => FormattableString.Invariant($"${part + 1}::text[]")))}) AS k ({KeySql.Parts(staged.Table)})";

    private static async Task<long> ExecuteAsync(
        NpgsqlConnection connection, StagedTable staged, IReadOnlyList<RowKey> keys, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddRange(staged.Table.Key.Select((_, part) => KeySql.Part(keys, part)).ToArray());
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
