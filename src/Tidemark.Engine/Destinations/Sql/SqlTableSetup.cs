using System.Collections.ObjectModel;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Records;
using Tidemark.Engine.Sources;

namespace Tidemark.Engine.Destinations.Sql;

/// <summary>Makes a stream's tables ready, and decides whether a staging that an earlier run left can be gone on with.</summary>
internal sealed class SqlTableSetup(
    SqlDialect dialect, ISqlSession session, LoadPlan plan, TablePlan table, TimeProvider clock)
{
    // What was read longer ago may have changed at the source since, and only a source with a change feed would tell.
    private static readonly TimeSpan StagingKeeps = TimeSpan.FromHours(1);

    private readonly SqlCheckpoints _checkpoints =
        new(session.Connection, dialect.Schema, plan.Pipeline, plan.Run);

    private Cursor? _before;

    /// <summary>Where the live rows stood before this run.</summary>
    public Cursor? Before => _before;

    public async Task<(SqlStaging Staging, Checkpoint? Checkpoint)> RunAsync(
        SqlName live, CancellationToken cancellationToken)
    {
        var existing = await session.ColumnsAsync(live, cancellationToken);
        var stream = await _checkpoints.WithInferredAsync(table, existing, cancellationToken);
        if (table.IsPlanned) return await PlanAsync(live, stream, existing, cancellationToken);
        var liveTable = new SqlTable(live, table with { Stream = stream });
        if (table.Mode == WriteMode.Merge)
        {
            if (existing.Count == 0) await CreateAsync(liveTable, "CREATE TABLE", cancellationToken);
            else await AddColumnsAsync(dialect, session, liveTable, cancellationToken);
            // A staging that a full run left behind is older than what this run writes.
            await DropStagingAsync(live, cancellationToken);
            var checkpoint = await _checkpoints.ClaimAsync(stream.Name, SqlCheckpoints.Live, cancellationToken);
            if (checkpoint is not null && await HasNothingAsync(live, existing, cancellationToken))
            {
                // What is no longer there is not read again by what has changed since.
                checkpoint = null;
                await _checkpoints.RewindAsync(stream.Name, cursor: null, cancellationToken);
            }

            _before = checkpoint?.Cursor;
            return (new SqlStaging(liveTable, liveTable, table), checkpoint);
        }

        _before = (await _checkpoints.ClaimAsync(stream.Name, SqlCheckpoints.Live, cancellationToken))?.Cursor;
        var staged = await _checkpoints.PeekAsync(stream.Name, SqlCheckpoints.Staged, cancellationToken);
        await _checkpoints.ClaimAsync(stream.Name, SqlCheckpoints.Staged, cancellationToken);
        var isDifference = existing.Count > 0;
        if (!isDifference && (table.References.Count > 0 || table.IsReferredTo))
        {
            // Tables that refer to each other are filled in their order, by publishing.
            await CreateAsync(liveTable, "CREATE TABLE", cancellationToken);
            isDifference = true;
        }

        var target = new SqlTable(
            StagingName(live), table with { Stream = stream }, isDifference ? SqlTableKind.Difference : SqlTableKind.Live);
        if (isDifference) await AddColumnsAsync(dialect, session, liveTable, cancellationToken);
        if (staged is not null && await CanResumeAsync(target, staged, cancellationToken))
        {
            // It publishes these rows as its own, so that they are taken back with it.
            await session.Connection.ExecuteAsync(
                $"""UPDATE {target.Name} SET "_run" = @run WHERE "_run" <> @run""", cancellationToken, ("run", plan.Run));
            return (new SqlStaging(liveTable, target, table), staged);
        }

        if (plan.Continues is not null)
        {
            throw new TidemarkException(
                FailureKind.Usage, "run.staging_gone", $"What {plan.Continues} had read of {stream.Name} is no longer there.")
            {
                Hint = "Run the pipeline again; it parks again if it would still go too far.",
            };
        }

        await DropStagingAsync(live, cancellationToken);
        await _checkpoints.ClaimAsync(stream.Name, SqlCheckpoints.Staged, cancellationToken);
        // A first load becomes the live table by its name, so it has to be as durable as that from the start.
        await CreateAsync(target, isDifference ? dialect.CreateStaging : "CREATE TABLE", cancellationToken);
        return (new SqlStaging(liveTable, target, table), null);
    }

    /// <summary>A staging that says what would change, beside a live table that is left alone.</summary>
    private async Task<(SqlStaging Staging, Checkpoint? Checkpoint)> PlanAsync(
        SqlName live, StreamSchema stream, IReadOnlyDictionary<string, string> existing, CancellationToken cancellationToken)
    {
        var shaped = table with { Stream = stream };
        var target = new SqlTable(PlanName(live), shaped, SqlTableKind.Difference);
        var liveTable = new SqlTable(live, shaped);
        liveTable = new SqlTable(live, shaped)
        {
            Missing = liveTable.Columns.Select(column => column.Name).Where(name => !existing.ContainsKey(name))
                .ToHashSet(StringComparer.Ordinal),
        };
        await session.Connection.ExecuteAsync($"DROP TABLE IF EXISTS {target.Name}", cancellationToken);
        await _checkpoints.ClaimAsync(stream.Name, SqlCheckpoints.Planned, cancellationToken);
        await _checkpoints.DropAsync(stream.Name, SqlCheckpoints.Planned, cancellationToken);
        await _checkpoints.ClaimAsync(stream.Name, SqlCheckpoints.Planned, cancellationToken);
        await CreateAsync(target, dialect.CreateStaging, cancellationToken);
        var stands = await _checkpoints.PeekAsync(stream.Name, SqlCheckpoints.Live, cancellationToken);
        _before = stands?.Cursor;
        var from = table.Mode == WriteMode.Merge && !await HasNothingAsync(live, existing, cancellationToken) ? stands : null;
        return (new SqlStaging(liveTable, target, table) { HasLive = existing.Count > 0 }, from);
    }

    /// <summary>Makes the live table ready for what was planned.</summary>
    public async Task<SqlRunNote> PromoteAsync(SqlStaging staging, CancellationToken cancellationToken)
    {
        if (!staging.HasLive) await CreateAsync(staging.Live, "CREATE TABLE", cancellationToken);
        else await AddColumnsAsync(dialect, session, staging.Live, cancellationToken);
        _before = (await _checkpoints.ClaimAsync(table.Stream.Name, SqlCheckpoints.Live, cancellationToken))?.Cursor;
        return await PrepareNoteAsync(staging, cancellationToken);
    }

    /// <summary>Drops what was planned and is not published.</summary>
    public async Task DropPlanAsync(SqlName live, CancellationToken cancellationToken)
    {
        await session.Connection.ExecuteAsync($"DROP TABLE IF EXISTS {PlanName(live)}", cancellationToken);
        await _checkpoints.DropAsync(table.Stream.Name, SqlCheckpoints.Planned, cancellationToken);
    }

    /// <summary>Makes room for the before images of this run, where runs can be undone.</summary>
    public async Task<SqlRunNote> PrepareNoteAsync(SqlStaging staging, CancellationToken cancellationToken)
    {
        if (table.UndoRuns == 0) return new SqlRunNote(dialect.Schema, plan, _before, images: null, clock);
        var images = new SqlBeforeImages(dialect, staging.Live.Name, staging.Live.Stream.Key, plan.Run);
        // A table that is not there has no rows to keep.
        if (!staging.IsFirst) await images.EnsureAsync(session, cancellationToken);
        return new SqlRunNote(dialect.Schema, plan, _before, images, clock);
    }

    private static SqlName PlanName(SqlName live) => live.Beside(ColumnNames.Shorten("_tidemark_plan_" + live.Name));

    public static SqlName StagingName(SqlName live) =>
        live.Beside(ColumnNames.Shorten("_tidemark_stage_" + live.Name));

    /// <summary>Adds the columns that a table lacks.</summary>
    public static async Task AddColumnsAsync(
        SqlDialect dialect, ISqlSession session, SqlTable table, CancellationToken cancellationToken)
    {
        var existing = await session.ColumnsAsync(table.Name, cancellationToken);
        foreach (var column in table.Columns.Where(column => !existing.ContainsKey(column.Name)))
        {
            await session.Connection.ExecuteAsync(
                $"ALTER TABLE {table.Name} ADD COLUMN {column.Quoted} {dialect.TypeOf(column.Type)}", cancellationToken);
        }

        var key = table.Stream.Key.ToHashSet(StringComparer.Ordinal);
        if (!await session.HasUniqueKeyAsync(table.Name, key, cancellationToken))
        {
            throw new TidemarkException(
                FailureKind.Configuration, $"{dialect.Name}.key_not_unique",
                $"The table {table.Name.Name} has no primary key or unique constraint on {string.Join(", ", table.Stream.Key)}.")
            {
                Hint = $"Create one: CREATE UNIQUE INDEX ON {table.Name} ({table.KeyList}).",
            };
        }
    }

    /// <summary>
    /// Whether the table is gone or another than it was, or earlier runs have written rows and none is left. Where all records
    /// are in quarantine, none has.
    /// </summary>
    private async Task<bool> HasNothingAsync(
        SqlName live, IReadOnlyDictionary<string, string> existing, CancellationToken cancellationToken)
    {
        if (!existing.ContainsKey("_hash")) return true;
        var rows = await session.Connection.CountAsync(
            $"""SELECT CASE WHEN EXISTS (SELECT 1 FROM {live} WHERE "_hash" IS NOT NULL) THEN 1 ELSE 0 END""", cancellationToken);
        return rows == 0
            && await new SqlWriters(session.Connection, dialect.Schema)
                .ColumnsAsync(plan.Pipeline, table.Stream.Name, cancellationToken) is not null;
    }

    private async Task<bool> CanResumeAsync(SqlTable target, Checkpoint staged, CancellationToken cancellationToken)
    {
        if (staged.Parked != plan.Continues) return false;
        if (plan.Continues is null && clock.GetUtcNow() - staged.StartedAt > StagingKeeps) return false;
        var columns = await session.ColumnsAsync(target.Name, cancellationToken);
        if (columns.Count != target.Columns.Count || target.Columns.Any(column => !columns.ContainsKey(column.Name))) return false;
        // A database server that crashed has emptied a staging that was not logged.
        var found = await session.Connection.ChecksumAsync($"""SELECT "_hash" FROM {target.Name}""", cancellationToken);
        return found == staged.Staged.Checksum;
    }

    private async Task DropStagingAsync(SqlName live, CancellationToken cancellationToken)
    {
        await session.Connection.ExecuteAsync($"DROP TABLE IF EXISTS {StagingName(live)}", cancellationToken);
        await _checkpoints.DropAsync(table.Stream.Name, SqlCheckpoints.Staged, cancellationToken);
    }

    private Task<long> CreateAsync(SqlTable made, string create, CancellationToken cancellationToken)
    {
        var columns = made.Columns.Select((column, at) =>
            $"{column.Quoted} {dialect.TypeOf(column.Type)}{(made.IsKeyColumn[at] ? " NOT NULL" : "")}");
        var references = made.Kind == SqlTableKind.Live ? table.References : ReadOnlyDictionary<string, string>.Empty;
        var constraints = references.Select(reference =>
            $", FOREIGN KEY ({SqlName.Column(reference.Key)}) REFERENCES {dialect.Reference(made.Name.Beside(reference.Value))}");
        return session.Connection.ExecuteAsync(
            $"{create} {made.Name} ({string.Join(", ", columns)}, PRIMARY KEY ({made.KeyList}){string.Concat(constraints)})",
            cancellationToken);
    }
}
