using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Sources;

namespace Tidemark.Engine.Destinations.Sql.Loading;

/// <summary>
/// Where each stream stands, in a table of the destination and not of the catalog, so that it is committed with the rows.
/// </summary>
internal sealed class SqlCheckpoints(ISqlSession session, string schema, string pipeline, string run)
{
    private static readonly string[] LaterColumns = ["table_id", "shape"];

    private readonly SqlName _checkpoints = new(schema, "_tidemark_checkpoints");

    private DbConnection Connection => session.Connection;

    /// <summary>Makes this table, and those of the inferred columns and of the fences, which are read wherever this one is.</summary>
    public async Task CreateAsync(CancellationToken cancellationToken)
    {
        await Connection.ExecuteAsync(
            $"""
            CREATE TABLE IF NOT EXISTS {_checkpoints} (
                pipeline text NOT NULL, stream text NOT NULL, kind text NOT NULL, run text NOT NULL,
                cursor text, staged text, started_at text, complete integer NOT NULL DEFAULT {(int)CheckpointState.Reading},
                table_id text, shape text, PRIMARY KEY (pipeline, stream, kind));
            """,
            cancellationToken);
        // Older versions kept neither.
        var existing = await session.ColumnsAsync(_checkpoints, cancellationToken);
        foreach (var column in LaterColumns.Where(column => !existing.ContainsKey(column)))
            await Connection.ExecuteAsync($"ALTER TABLE {_checkpoints} ADD COLUMN {column} text", cancellationToken);
        await new SqlInferredColumns(Connection, schema).CreateAsync(cancellationToken);
        await SqlFence.CreateAsync(Connection, schema, cancellationToken);
    }

    /// <summary>
    /// Takes a stream's checkpoint over for this run and returns it. From then on a run that held it before can no
    /// longer commit.
    /// </summary>
    public async Task<Checkpoint?> ClaimAsync(string stream, Staging staging, CancellationToken cancellationToken)
    {
        await Connection.ExecuteAsync(
            $"""
            INSERT INTO {_checkpoints} (pipeline, stream, kind, run) VALUES (@pipeline, @stream, @kind, @run)
            ON CONFLICT (pipeline, stream, kind) DO UPDATE SET run = excluded.run
            """,
            cancellationToken, Keys(stream, staging));
        return await PeekAsync(stream, staging, cancellationToken);
    }

    /// <summary>A stream's checkpoint, whoever holds it; null if there is none.</summary>
    public async Task<Checkpoint?> PeekAsync(string stream, Staging staging, CancellationToken cancellationToken)
    {
        await using var command = SqlCommands.Command(
            Connection,
            $"""
            SELECT cursor, staged, started_at, complete, run FROM {_checkpoints}
            WHERE pipeline = @pipeline AND stream = @stream AND kind = @kind
            """,
            Keys(stream, staging));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken) || await reader.IsDBNullAsync(0, cancellationToken)) return null;
        var state = (CheckpointState)Convert.ToInt32(reader.GetValue(3), CultureInfo.InvariantCulture);
        return new Checkpoint(
            new Cursor(reader.GetString(0)),
            JsonSerializer.Deserialize(reader.GetString(1), StagedCountsJson.Default.StagedCounts)!,
            DateTimeOffset.Parse(reader.GetString(2), CultureInfo.InvariantCulture))
        {
            IsComplete = state != CheckpointState.Reading,
            Parked = state == CheckpointState.Parked ? reader.GetString(4) : null,
        };
    }

    /// <summary>What this run has staged of a stream, and nobody else has claimed since; null if there is nothing.</summary>
    /// <exception cref="TidemarkException"><c>run.lease_lost</c>: another run has taken the stream over.</exception>
    public async Task<Checkpoint?> OwnAsync(string stream, Staging staging, CancellationToken cancellationToken)
    {
        var isOurs = await Connection.ExecuteAsync(
            $"UPDATE {_checkpoints} SET run = run WHERE pipeline = @pipeline AND stream = @stream AND kind = @kind AND run = @run",
            cancellationToken, Keys(stream, staging)) == 1;
        return isOurs ? await PeekAsync(stream, staging, cancellationToken) : throw TakenOver(stream);
    }

    /// <summary>Moves a stream's checkpoint, in the transaction of the rows that it speaks of.</summary>
    /// <exception cref="TidemarkException"><c>run.lease_lost</c>: another run has taken the stream over.</exception>
    public async Task SaveAsync(string stream, Staging staging, Checkpoint checkpoint, CancellationToken cancellationToken)
    {
        var moved = await Connection.ExecuteAsync(
            $"""
            UPDATE {_checkpoints} SET cursor = @cursor, staged = @staged, started_at = @started, complete = @complete
            WHERE pipeline = @pipeline AND stream = @stream AND kind = @kind AND run = @run
            """,
            cancellationToken,
            [
                .. Keys(stream, staging),
                ("cursor", checkpoint.Cursor.Json),
                ("staged", JsonSerializer.Serialize(checkpoint.Staged, StagedCountsJson.Default.StagedCounts)),
                ("started", checkpoint.StartedAt.ToString("O", CultureInfo.InvariantCulture)),
                ("complete", (int)(checkpoint.IsComplete ? CheckpointState.Complete : CheckpointState.Reading)),
            ]);
        if (moved != 1) throw TakenOver(stream);
    }

    /// <summary>
    /// Whether a checkpoint of a stream speaks of this very live table, whatever its name, and was saved for columns so
    /// defined. Both true where an older version saved it, which noted neither.
    /// </summary>
    /// <remarks>Where fields that nobody declared became no columns, their values are still to be read; the other way round none are.</remarks>
    public async Task<(bool IsOfTable, bool IsOfShape)> SpeaksOfAsync(
        SqlDialect dialect, SqlTable live, Staging staging, CancellationToken cancellationToken)
    {
        var (expression, name) = dialect.TableId(live.Name);
        await using var command = SqlCommands.Command(
            Connection,
            $"""
            SELECT CASE WHEN table_id IS NULL OR table_id = {expression} THEN 1 ELSE 0 END,
                CASE WHEN shape IS NULL OR @shape IN (shape, shape || '{TablePlan.Discards}') THEN 1 ELSE 0 END
            FROM {_checkpoints} WHERE pipeline = @pipeline AND stream = @stream AND kind = @kind
            """,
            [.. Keys(live.Stream.Name, staging), ("live", name), ("shape", live.Plan.Shape)]);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return !await reader.ReadAsync(cancellationToken) ? (true, true) : (IsTrue(0), IsTrue(1));

        bool IsTrue(int column) => Convert.ToInt32(reader.GetValue(column), CultureInfo.InvariantCulture) == 1;
    }

    /// <summary>Notes which live table, and which columns, a checkpoint of a stream speaks of.</summary>
    public Task BindAsync(SqlDialect dialect, SqlTable live, Staging staging, CancellationToken cancellationToken)
    {
        var (expression, name) = dialect.TableId(live.Name);
        return Connection.ExecuteAsync(
            $"""
            UPDATE {_checkpoints} SET table_id = {expression}, shape = @shape
            WHERE pipeline = @pipeline AND stream = @stream AND kind = @kind AND run = @run
            """,
            cancellationToken, [.. Keys(live.Stream.Name, staging), ("live", name), ("shape", live.Plan.Shape)]);
    }

    /// <summary>Lets the live checkpoint of a stream speak of no table, until everything has been compared.</summary>
    public Task UnbindAsync(string stream, CancellationToken cancellationToken) =>
        Connection.ExecuteAsync(
            $"UPDATE {_checkpoints} SET table_id = '' WHERE pipeline = @pipeline AND stream = @stream AND kind = @kind",
            cancellationToken, Keys(stream, Staging.None));

    /// <summary>Notes of all that this run has staged that it waits for approval.</summary>
    public Task ParkAsync(CancellationToken cancellationToken) =>
        Connection.ExecuteAsync(
            $"""
            UPDATE {_checkpoints} SET complete = {(int)CheckpointState.Parked}
            WHERE pipeline = @pipeline AND kind = '{Word(Staging.Resumable)}' AND run = @run AND complete = {(int)CheckpointState.Complete}
            """,
            cancellationToken, ("pipeline", pipeline), ("run", run));

    /// <summary>Lets a claimed stream stand at an earlier cursor, or, with null, nowhere.</summary>
    public Task RewindAsync(string stream, string? cursor, CancellationToken cancellationToken) =>
        Connection.ExecuteAsync(
            $"""
            UPDATE {_checkpoints} SET cursor = @cursor
            WHERE pipeline = @pipeline AND stream = @stream AND kind = @kind AND run = @run
            """,
            cancellationToken, [.. Keys(stream, Staging.None), ("cursor", cursor)]);

    public Task DropAsync(string stream, Staging staging, CancellationToken cancellationToken) =>
        Connection.ExecuteAsync(
            $"""
            DELETE FROM {_checkpoints}
            WHERE pipeline = @pipeline AND stream = @stream AND kind = @kind AND run = @run
            """,
            cancellationToken, Keys(stream, staging));

    /// <summary>Forgets what any run planned of a stream.</summary>
    public Task DropPlannedAsync(string stream, CancellationToken cancellationToken) =>
        Connection.ExecuteAsync(
            $"DELETE FROM {_checkpoints} WHERE pipeline = @pipeline AND stream = @stream AND kind = @kind",
            cancellationToken, Keys(stream, Staging.Compared));

    /// <summary>Streams that the pipeline has a checkpoint of, be it an empty one.</summary>
    public async Task<IReadOnlyList<string>> StreamsAsync(CancellationToken cancellationToken)
    {
        if ((await session.ColumnsAsync(_checkpoints, cancellationToken)).Count == 0) return [];
        await using var command = SqlCommands.Command(
            Connection, $"SELECT DISTINCT stream FROM {_checkpoints} WHERE pipeline = @pipeline ORDER BY stream",
            ("pipeline", pipeline));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var streams = new List<string>();
        while (await reader.ReadAsync(cancellationToken)) streams.Add(reader.GetString(0));
        return streams;
    }

    /// <summary>Makes the next run read a stream from its beginning, and forgets what is staged of it.</summary>
    public Task ForgetAsync(string stream, CancellationToken cancellationToken) =>
        Connection.ExecuteAsync(
            $"UPDATE {_checkpoints} SET run = @run, cursor = NULL WHERE pipeline = @pipeline AND stream = @stream",
            cancellationToken, ("run", run), ("pipeline", pipeline), ("stream", stream));

    private TidemarkException TakenOver(string stream) =>
        new(FailureKind.Transient, "run.lease_lost", $"Another run has taken over {stream} of {pipeline}.");

    private (string, object?)[] Keys(string stream, Staging staging) =>
        [("pipeline", pipeline), ("stream", stream), ("kind", Word(staging)), ("run", run)];

    /// <summary>What the column kind holds. Databases that older versions wrote have these words.</summary>
    private static string Word(Staging staging) => staging switch
    {
        Staging.None => "live",
        Staging.Resumable => "staged",
        _ => "planned",
    };
}

/// <summary>How counts are written.</summary>
[JsonSerializable(typeof(StagedCounts))]
internal sealed partial class StagedCountsJson : JsonSerializerContext;
