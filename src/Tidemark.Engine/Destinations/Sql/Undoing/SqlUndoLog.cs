using System.Data.Common;
using System.Globalization;

namespace Tidemark.Engine.Destinations.Sql.Undoing;

/// <summary>
/// Which runs of a pipeline can be undone: a row a stream and run, with where the stream stood before. It is in the
/// destination, so that it is committed with the rows.
/// </summary>
internal sealed class SqlUndoLog(DbConnection connection, string schema)
{
    private readonly SqlName _log = new(schema, "_tidemark_undo");

    public SqlName Name => _log;

    public Task CreateAsync(CancellationToken cancellationToken) =>
        connection.ExecuteAsync(
            $"""
            CREATE TABLE IF NOT EXISTS {_log} (
                pipeline text NOT NULL, stream text NOT NULL, run text NOT NULL, table_name text NOT NULL,
                started_at text NOT NULL, cursor text, shape text NOT NULL, undone_by text,
                PRIMARY KEY (pipeline, stream, run));
            """,
            cancellationToken);

    /// <summary>Notes that a run writes a stream. Of a run that is noted already, only what it writes of a row is new.</summary>
    public async Task BeginAsync(string pipeline, UndoEntry entry, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync(
            $"""
            INSERT INTO {_log} (pipeline, stream, run, table_name, started_at, cursor, shape)
            VALUES (@pipeline, @stream, @run, @table, @at, @cursor, @shape)
            ON CONFLICT (pipeline, stream, run) DO UPDATE SET shape = excluded.shape
            """,
            cancellationToken,
            ("pipeline", pipeline), ("stream", entry.Stream), ("run", entry.Run), ("table", entry.Table),
            ("at", (await AfterAllAsync(pipeline, entry, cancellationToken)).ToString("O", CultureInfo.InvariantCulture)), ("cursor", entry.Cursor),
            ("shape", UndoShapeJson.Write(entry.Shape)));
    }

    /// <summary>
    /// The time of an entry, after those of the stream's others: which of them are kept goes by it, and a clock may have been set
    /// back.
    /// </summary>
    private async Task<DateTimeOffset> AfterAllAsync(string pipeline, UndoEntry entry, CancellationToken cancellationToken)
    {
        await using var command = SqlCommands.Command(
            connection, $"SELECT max(started_at) FROM {_log} WHERE pipeline = @pipeline AND stream = @stream AND run <> @run",
            ("pipeline", pipeline), ("stream", entry.Stream), ("run", entry.Run));
        return await command.ExecuteScalarAsync(cancellationToken) is string text
            && DateTimeOffset.Parse(text, CultureInfo.InvariantCulture) is var latest && latest >= entry.StartedAt
            ? latest.AddTicks(1) : entry.StartedAt;
    }

    /// <summary>What a run wrote, stream by stream; empty where nothing is known of it.</summary>
    public async Task<IReadOnlyList<UndoEntry>> FindAsync(string pipeline, string run, CancellationToken cancellationToken)
    {
        await using var command = SqlCommands.Command(
            connection,
            $"""
            SELECT stream, table_name, started_at, cursor, shape, undone_by FROM {_log}
            WHERE pipeline = @pipeline AND run = @run ORDER BY stream
            """,
            ("pipeline", pipeline), ("run", run));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var entries = new List<UndoEntry>();
        while (await reader.ReadAsync(cancellationToken))
        {
            entries.Add(new UndoEntry(
                reader.GetString(0), run, reader.GetString(1),
                DateTimeOffset.Parse(reader.GetString(2), CultureInfo.InvariantCulture),
                await TextAsync(3), UndoShapeJson.Read(reader.GetString(4)))
            {
                UndoneBy = await TextAsync(5),
            });
        }

        return entries;

        async Task<string?> TextAsync(int column) =>
            await reader.IsDBNullAsync(column, cancellationToken) ? null : reader.GetString(column);
    }

    /// <summary>What the latest run that is noted wrote of a stream's rows; null where none is.</summary>
    public async Task<UndoShape?> LastShapeAsync(string pipeline, string stream, CancellationToken cancellationToken)
    {
        await using var command = SqlCommands.Command(
            connection,
            $"""
            SELECT shape FROM {_log} WHERE pipeline = @pipeline AND stream = @stream
            ORDER BY started_at DESC, run DESC LIMIT 1
            """,
            ("pipeline", pipeline), ("stream", stream));
        return await command.ExecuteScalarAsync(cancellationToken) is string shape
            ? UndoShapeJson.Read(shape) : null;
    }

    /// <summary>Notes that a run was undone, or, with null, that it is no longer.</summary>
    public Task MarkAsync(string pipeline, string run, string? undoneBy, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(
            $"UPDATE {_log} SET undone_by = @by WHERE pipeline = @pipeline AND run = @run",
            cancellationToken, ("pipeline", pipeline), ("run", run), ("by", undoneBy));

    /// <summary>The run that an undo undid; null where the run was none.</summary>
    public async Task<string?> UndoneAsync(string pipeline, string undo, CancellationToken cancellationToken)
    {
        await using var command = SqlCommands.Command(
            connection, $"SELECT run FROM {_log} WHERE pipeline = @pipeline AND undone_by = @undo LIMIT 1",
            ("pipeline", pipeline), ("undo", undo));
        return await command.ExecuteScalarAsync(cancellationToken) as string;
    }

    /// <summary>Forgets the runs of other pipelines that wrote a table, with their before images, where there are any.</summary>
    public async Task TakeOverAsync(string pipeline, string table, SqlName? images, CancellationToken cancellationToken)
    {
        var others = $"FROM {_log} WHERE table_name = @table AND pipeline <> @pipeline";
        (string, object?)[] values = [("table", table), ("pipeline", pipeline)];
        if (images is not null)
        {
            await connection.ExecuteAsync(
                $"""DELETE FROM {images} WHERE "_undo_run" IN (SELECT run {others} UNION ALL SELECT {SqlBeforeImages.AfterOf("run")} {others})""",
                cancellationToken, values);
        }

        await connection.ExecuteAsync($"DELETE {others}", cancellationToken, values);
    }

    /// <summary>Forgets all but the latest runs of a stream, with the rows that were kept for them.</summary>
    /// <param name="pipeline">Name of the pipeline.</param>
    /// <param name="stream">Name of the stream.</param>
    /// <param name="images">The table of the kept rows.</param>
    /// <param name="keep">How many runs stay.</param>
    /// <param name="cancellationToken">Cancels between runs.</param>
    public async Task PruneAsync(
        string pipeline, string stream, SqlName images, int keep, CancellationToken cancellationToken)
    {
        var old = new List<string>();
        await using (var command = SqlCommands.Command(
            connection,
            $"""
            SELECT run FROM {_log} WHERE pipeline = @pipeline AND stream = @stream
            ORDER BY started_at DESC, run DESC LIMIT 1000000 OFFSET {keep.ToString(CultureInfo.InvariantCulture)}
            """,
            ("pipeline", pipeline), ("stream", stream)))
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken)) old.Add(reader.GetString(0));
        }

        foreach (var run in old)
        {
            await connection.ExecuteAsync(
                $"""DELETE FROM {images} WHERE "_undo_run" IN (@run, {SqlBeforeImages.AfterOf("@run")})""",
                cancellationToken, ("run", run));
            await connection.ExecuteAsync(
                $"DELETE FROM {_log} WHERE pipeline = @pipeline AND stream = @stream AND run = @run",
                cancellationToken, ("pipeline", pipeline), ("stream", stream), ("run", run));
        }
    }
}
