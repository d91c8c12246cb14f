using Npgsql;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Transfers;

namespace Tidemark.Connectors.Postgres.Transfer.Writing;

/// <summary>Which runs of a pipeline can be undone: it is in the target, so that it is committed with the rows.</summary>
internal sealed class TransferLog(NpgsqlConnection connection, string pipeline)
{
    /// <summary>Notes that a run is about to write tables, and makes the table for their rows as they were and as they are.</summary>
    /// <returns>Number of the run.</returns>
    public async Task<long> BeginAsync(string run, TriggerUse triggers, IReadOnlyList<LoggedTable> tables, CancellationToken cancellationToken)
    {
        var id = await connection.CountAsync(
            $"INSERT INTO {TransferSchema.Runs} (pipeline, run, triggers) VALUES (@pipeline, @run, @triggers) RETURNING id", cancellationToken,
            ("pipeline", pipeline), ("run", run), ("triggers", triggers.ToString()));
        foreach (var (table, at) in tables.Select((table, at) => (table, at)))
        {
            await connection.ExecuteAsync(
                $"INSERT INTO {TransferSchema.Tables} (run_id, position, schema_name, table_name, key, shape) VALUES (@id, @at, @schema, @table, @key, @shape)",
                cancellationToken, ("id", id), ("at", at), ("schema", table.Name.Schema ?? ""), ("table", table.Name.Name), ("key", table.Key.ToArray()), ("shape", table.Shape));
        }

        await connection.ExecuteAsync(
            $"CREATE TABLE {TransferSchema.Images(id)} (position integer NOT NULL, op text NOT NULL, key text[] NOT NULL, before text, after text)", cancellationToken);
        return id;
    }

    /// <summary>Forgets a run that turned out to change nothing.</summary>
    public Task ForgetAsync(long id, CancellationToken cancellationToken) =>
        connection.ExecuteAsync($"DROP TABLE IF EXISTS {TransferSchema.Images(id)}; DELETE FROM {TransferSchema.Runs} WHERE id = @id", cancellationToken, ("id", id));

    /// <summary>Forgets all but the latest runs.</summary>
    public async Task PruneAsync(int keep, CancellationToken cancellationToken)
    {
        var old = new List<long>();
        await using (var command = SqlCommands.Command(
            connection, $"SELECT id FROM {TransferSchema.Runs} WHERE pipeline = @pipeline ORDER BY id DESC OFFSET @keep", ("pipeline", pipeline), ("keep", keep)))
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken)) old.Add(reader.GetInt64(0));
        }

        foreach (var id in old) await ForgetAsync(id, cancellationToken);
    }

    /// <summary>What is known of a run; null where nothing is.</summary>
    public async Task<LoggedRun?> FindAsync(string run, CancellationToken cancellationToken)
    {
        await using var command = SqlCommands.Command(
            connection,
            $"""
            SELECT r.id, r.undone_by, r.triggers, t.schema_name, t.table_name, t.key, t.shape, t.position
            FROM {TransferSchema.Runs} AS r JOIN {TransferSchema.Tables} AS t ON t.run_id = r.id
            WHERE r.pipeline = @pipeline AND r.run = @run ORDER BY t.position
            """,
            ("pipeline", pipeline), ("run", run));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        LoggedRun? found = null;
        var tables = new List<LoggedTable>();
        while (await reader.ReadAsync(cancellationToken))
        {
            found ??= new(reader.GetInt64(0), reader.GetValue(1) as string, Enum.Parse<TriggerUse>(reader.GetString(2)), tables);
            var schema = reader.GetString(3);
            tables.Add(new(new SqlName(schema.Length == 0 ? null : schema, reader.GetString(4)), await reader.GetFieldValueAsync<string[]>(5, cancellationToken), reader.GetString(6))
            {
                Position = reader.GetInt32(7),
            });
        }

        return found;
    }

    /// <summary>Notes that an undo has undone a run; what that run itself had undone, if it was an undo, is done again.</summary>
    public Task MarkAsync(string run, string undo, CancellationToken cancellationToken) => connection.ExecuteAsync(
        $"""
        UPDATE {TransferSchema.Runs} SET undone_by = NULL WHERE pipeline = @pipeline AND undone_by = @run;
        UPDATE {TransferSchema.Runs} SET undone_by = @undo WHERE pipeline = @pipeline AND run = @run
        """,
        cancellationToken, ("pipeline", pipeline), ("run", run), ("undo", undo));
}

/// <summary>A run that can be undone.</summary>
/// <param name="Id">Its number.</param>
/// <param name="UndoneBy">The undo that took it back; null where none did.</param>
/// <param name="Triggers">Whether the tables' triggers fired.</param>
/// <param name="Tables">The tables that it wrote, those first that others refer to.</param>
internal sealed record LoggedRun(long Id, string? UndoneBy, TriggerUse Triggers, IReadOnlyList<LoggedTable> Tables);

/// <summary>A table that a run wrote.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Key">Names of the columns of its key; empty for none.</param>
/// <param name="Shape">Its columns as they were then.</param>
internal sealed record LoggedTable(SqlName Name, IReadOnlyList<string> Key, string Shape)
{
    /// <summary>Its place among the tables of the run.</summary>
    public int Position { get; init; }

    /// <summary>As a person writes it: without the schema where that is <c>public</c>.</summary>
    public string Label => Name.Schema is null or "public" ? Name.Name : $"{Name.Schema}.{Name.Name}";
}
