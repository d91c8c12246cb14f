using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using Tidemark.Engine.Destinations.Sql.Undoing;
using Tidemark.Engine.Json;

namespace Tidemark.Engine.Destinations.Sql.Loading;

/// <summary>
/// Which pipeline last wrote a stream's table, and which columns it filled: a row a pipeline and stream. It is noted in
/// the transaction that writes the rows, whether or not runs can be undone.
/// </summary>
/// <remarks>A database that an older version wrote has the same facts in the undo log alone, and only there.</remarks>
internal sealed class SqlWriters(DbConnection connection, string schema)
{
    private readonly SqlName _writers = new(schema, "_tidemark_writers");
    private readonly SqlUndoLog _log = new(connection, schema);

    public Task CreateAsync(CancellationToken cancellationToken) =>
        connection.ExecuteAsync(
            $"""
            CREATE TABLE IF NOT EXISTS {_writers} (
                pipeline text NOT NULL, stream text NOT NULL, table_name text NOT NULL, columns text NOT NULL, written_at text NOT NULL,
                PRIMARY KEY (pipeline, stream));
            """,
            cancellationToken);

    /// <summary>Notes that a pipeline has written a stream's table.</summary>
    public Task NoteAsync(string pipeline, SqlTable live, DateTimeOffset at, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(
            $"""
            INSERT INTO {_writers} (pipeline, stream, table_name, columns, written_at)
            VALUES (@pipeline, @stream, @table, @columns, @at)
            ON CONFLICT (pipeline, stream) DO UPDATE SET
                table_name = excluded.table_name, columns = excluded.columns, written_at = excluded.written_at
            """,
            cancellationToken,
            ("pipeline", pipeline), ("stream", live.Stream.Name), ("table", live.Name.Name),
            ("columns", JsonSerializer.Serialize([.. live.UpdatedColumns.Select(column => column.Name)], PlainJson.Default.IReadOnlyListString)),
            ("at", at.ToString("O", CultureInfo.InvariantCulture)));

    /// <summary>What a stream's table was called when the pipeline last wrote it; null where it is not known to have.</summary>
    public async Task<string?> TableAsync(string pipeline, string stream, CancellationToken cancellationToken)
    {
        await using var command = SqlCommands.Command(
            connection, $"SELECT table_name FROM {_writers} WHERE pipeline = @pipeline AND stream = @stream",
            ("pipeline", pipeline), ("stream", stream));
        return await command.ExecuteScalarAsync(cancellationToken) as string;
    }

    /// <summary>The columns that the pipeline last filled; null where it is not known to have written the stream.</summary>
    public async Task<IReadOnlyList<string>?> ColumnsAsync(string pipeline, string stream, CancellationToken cancellationToken)
    {
        await using var command = SqlCommands.Command(
            connection, $"SELECT columns FROM {_writers} WHERE pipeline = @pipeline AND stream = @stream",
            ("pipeline", pipeline), ("stream", stream));
        if (await command.ExecuteScalarAsync(cancellationToken) is string columns)
            return JsonSerializer.Deserialize(columns, PlainJson.Default.IReadOnlyListString)!;
        return await _log.LastShapeAsync(pipeline, stream, cancellationToken) is { } shape
            ? [.. shape.Columns.Select(column => column.Name)] : null;
    }

    /// <summary>The last pipeline other than this one that wrote the table; null if there is none.</summary>
    public async Task<string?> OtherAsync(string pipeline, string table, CancellationToken cancellationToken)
    {
        await using var command = SqlCommands.Command(
            connection,
            $"""
            SELECT pipeline FROM (
                SELECT pipeline, table_name, written_at AS at FROM {_writers}
                UNION ALL SELECT pipeline, table_name, started_at FROM {_log.Name}) AS w
            WHERE table_name = @table AND pipeline <> @pipeline ORDER BY at DESC LIMIT 1
            """,
            ("table", table), ("pipeline", pipeline));
        return await command.ExecuteScalarAsync(cancellationToken) as string;
    }

    /// <summary>Makes a table one pipeline's alone.</summary>
    /// <param name="pipeline">Name of the pipeline.</param>
    /// <param name="table">Name of the table.</param>
    /// <param name="images">The before images of the table's rows; null if there are none.</param>
    /// <param name="cancellationToken">Cancels between statements.</param>
    public async Task TakeOverAsync(string pipeline, string table, SqlName? images, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync(
            $"DELETE FROM {_writers} WHERE table_name = @table AND pipeline <> @pipeline",
            cancellationToken, ("table", table), ("pipeline", pipeline));
        await _log.TakeOverAsync(pipeline, table, images, cancellationToken);
    }
}
