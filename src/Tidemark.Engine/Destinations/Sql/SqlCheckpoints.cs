using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Records;
using Tidemark.Engine.Sources;

namespace Tidemark.Engine.Destinations.Sql;

/// <summary>
/// The engine's own two tables in a destination: where each stream stands, and which columns were inferred. They are
/// there, and not in the catalog, so that they are committed with the rows.
/// </summary>
internal sealed class SqlCheckpoints(DbConnection connection, string schema, string pipeline, string run)
{
    private readonly SqlName _checkpoints = new(schema, "_tidemark_checkpoints");
    private readonly SqlName _columns = new(schema, "_tidemark_columns");

    public const string Live = "live";
    public const string Staged = "staged";
    public const string Planned = "planned";

    // What the column complete holds.
    private const int IsComplete = 1;
    private const int IsParked = 2;

    public Task CreateAsync(CancellationToken cancellationToken) =>
        connection.ExecuteAsync(
            $"""
            CREATE TABLE IF NOT EXISTS {_checkpoints} (
                pipeline text NOT NULL, stream text NOT NULL, kind text NOT NULL, run text NOT NULL,
                cursor text, staged text, started_at text, complete integer NOT NULL DEFAULT 0,
                PRIMARY KEY (pipeline, stream, kind));
            CREATE TABLE IF NOT EXISTS {_columns} (
                table_name text NOT NULL, column_name text NOT NULL, path text NOT NULL, type text NOT NULL,
                PRIMARY KEY (table_name, column_name));
            """,
            cancellationToken);

    /// <summary>
    /// Takes a stream's checkpoint over for this run and returns it. From then on a run that held it before can no
    /// longer commit.
    /// </summary>
    public async Task<Checkpoint?> ClaimAsync(string stream, string kind, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync(
            $"""
            INSERT INTO {_checkpoints} (pipeline, stream, kind, run) VALUES (@pipeline, @stream, @kind, @run)
            ON CONFLICT (pipeline, stream, kind) DO UPDATE SET run = excluded.run
            """,
            cancellationToken, Keys(stream, kind));
        return await PeekAsync(stream, kind, cancellationToken);
    }

    /// <summary>A stream's checkpoint, whoever holds it; null where there is none.</summary>
    public async Task<Checkpoint?> PeekAsync(string stream, string kind, CancellationToken cancellationToken)
    {
        await using var command = SqlCommands.Command(
            connection,
            $"""
            SELECT cursor, staged, started_at, complete, run FROM {_checkpoints}
            WHERE pipeline = @pipeline AND stream = @stream AND kind = @kind
            """,
            Keys(stream, kind));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken) || await reader.IsDBNullAsync(0, cancellationToken)) return null;
        var complete = Convert.ToInt32(reader.GetValue(3), CultureInfo.InvariantCulture);
        return new Checkpoint(
            new Cursor(reader.GetString(0)),
            JsonSerializer.Deserialize<StagedCounts>(reader.GetString(1))!,
            DateTimeOffset.Parse(reader.GetString(2), CultureInfo.InvariantCulture))
        {
            IsComplete = complete >= IsComplete,
            Parked = complete == IsParked ? reader.GetString(4) : null,
        };
    }

    /// <summary>Moves a stream's checkpoint, in the transaction of the rows that it speaks of.</summary>
    /// <exception cref="TidemarkException"><c>run.lease_lost</c>: another run has taken the stream over.</exception>
    public async Task SaveAsync(string stream, string kind, Checkpoint checkpoint, CancellationToken cancellationToken)
    {
        var moved = await connection.ExecuteAsync(
            $"""
            UPDATE {_checkpoints} SET cursor = @cursor, staged = @staged, started_at = @started, complete = @complete
            WHERE pipeline = @pipeline AND stream = @stream AND kind = @kind AND run = @run
            """,
            cancellationToken,
            [
                .. Keys(stream, kind),
                ("cursor", checkpoint.Cursor.Json),
                ("staged", JsonSerializer.Serialize(checkpoint.Staged)),
                ("started", checkpoint.StartedAt.ToString("O", CultureInfo.InvariantCulture)),
                ("complete", checkpoint.IsComplete ? IsComplete : 0),
            ]);
        if (moved != 1)
        {
            throw new TidemarkException(
                FailureKind.Transient, "run.lease_lost", $"Another run has taken over {stream} of {pipeline}.");
        }
    }

    /// <summary>Notes of all that this run has staged that it waits for approval.</summary>
    public Task ParkAsync(CancellationToken cancellationToken) =>
        connection.ExecuteAsync(
            $"""
            UPDATE {_checkpoints} SET complete = {IsParked}
            WHERE pipeline = @pipeline AND kind = '{Staged}' AND run = @run AND complete = {IsComplete}
            """,
            cancellationToken, ("pipeline", pipeline), ("run", run));

    /// <summary>Lets a claimed stream stand at an earlier cursor, or, with null, nowhere.</summary>
    public Task RewindAsync(string stream, string? cursor, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(
            $"""
            UPDATE {_checkpoints} SET cursor = @cursor
            WHERE pipeline = @pipeline AND stream = @stream AND kind = @kind AND run = @run
            """,
            cancellationToken, [.. Keys(stream, Live), ("cursor", cursor)]);

    public Task DropAsync(string stream, string kind, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(
            $"""
            DELETE FROM {_checkpoints}
            WHERE pipeline = @pipeline AND stream = @stream AND kind = @kind AND run = @run
            """,
            cancellationToken, Keys(stream, kind));

    /// <summary>Streams that the pipeline has a checkpoint of, be it an empty one.</summary>
    public async Task<IReadOnlyList<string>> StreamsAsync(ISqlSession session, CancellationToken cancellationToken)
    {
        if ((await session.ColumnsAsync(_checkpoints, cancellationToken)).Count == 0) return [];
        await using var command = SqlCommands.Command(
            connection, $"SELECT DISTINCT stream FROM {_checkpoints} WHERE pipeline = @pipeline ORDER BY stream",
            ("pipeline", pipeline));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var streams = new List<string>();
        while (await reader.ReadAsync(cancellationToken)) streams.Add(reader.GetString(0));
        return streams;
    }

    /// <summary>Makes the next run read a stream from its beginning, and forgets what is staged of it.</summary>
    public Task ForgetAsync(string stream, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(
            $"UPDATE {_checkpoints} SET run = @run, cursor = NULL WHERE pipeline = @pipeline AND stream = @stream",
            cancellationToken, ("run", run), ("pipeline", pipeline), ("stream", stream));

    /// <summary>Fields of a table that earlier runs inferred.</summary>
    private async Task<IReadOnlyList<Field>> InferredAsync(string table, CancellationToken cancellationToken)
    {
        await using var command = SqlCommands.Command(
            connection, $"SELECT column_name, type, path FROM {_columns} WHERE table_name = @table ORDER BY column_name",
            ("table", table));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var fields = new List<Field>();
        while (await reader.ReadAsync(cancellationToken))
        {
            fields.Add(new Field(reader.GetString(0), Enum.Parse<FieldType>(reader.GetString(1)))
            {
                Path = reader.GetString(2),
                IsInferred = true,
            });
        }

        return fields;
    }

    /// <summary>A table's stream with the fields that earlier runs inferred, as far as their columns are there.</summary>
    public async Task<StreamSchema> WithInferredAsync(
        TablePlan table, IReadOnlyDictionary<string, string> existing, CancellationToken cancellationToken)
    {
        var declared = table.Stream.Fields.Select(field => field.Name).ToHashSet(StringComparer.Ordinal);
        var inferred = await InferredAsync(table.Table, cancellationToken);
        return table.Stream.With(inferred.Where(field => existing.ContainsKey(field.Name) && !declared.Contains(field.Name)));
    }

    public async Task RememberAsync(string table, IEnumerable<Field> inferred, CancellationToken cancellationToken)
    {
        foreach (var field in inferred)
        {
            await connection.ExecuteAsync(
                $"""
                INSERT INTO {_columns} (table_name, column_name, path, type) VALUES (@table, @column, @path, @type)
                ON CONFLICT (table_name, column_name) DO NOTHING
                """,
                cancellationToken,
                ("table", table), ("column", field.Name), ("path", field.Path), ("type", field.Type.ToString()));
        }
    }

    private (string, object?)[] Keys(string stream, string kind) =>
        [("pipeline", pipeline), ("stream", stream), ("kind", kind), ("run", run)];
}
