using System.Collections.ObjectModel;
using Tidemark.Engine.Destinations.Sql.Undoing;
using Tidemark.Engine.Destinations.Writing;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Records;
using Tidemark.Engine.Sources;

namespace Tidemark.Engine.Destinations.Sql.Loading;

/// <summary>Makes a stream's tables ready, and gathers the facts by which the engine decides what is resumed.</summary>
internal sealed class SqlTableSetup(
    SqlDialect dialect, ISqlSession session, LoadPlan plan, TablePlan table, TimeProvider clock)
{
    private readonly SqlCheckpoints _checkpoints =
        new(session, dialect.OwnSchema, plan.Pipeline, plan.Run);

    private Cursor? _before;

    /// <summary>Where the live rows stood before this run.</summary>
    public Cursor? Before => _before;

    /// <inheritdoc cref="StreamStart.Compares"/>
    public string? Compares { get; private set; }

    public async Task<(StreamTables Tables, Checkpoint? Checkpoint)> RunAsync(SqlName live, CancellationToken cancellationToken)
    {
        var existing = await session.ColumnsAsync(live, cancellationToken);
        // A first load that was interrupted has its columns in the staging alone.
        var known = existing.Count == 0 && table.Staging == Staging.Resumable
            ? await session.ColumnsAsync(StagingName(live), cancellationToken) : existing;
        var shaped = table with
        {
            Stream = await WithInferredAsync(dialect, session, plan, table, known, cancellationToken),
        };
        // The table is locked, so the plan is that of a run which was killed.
        await DropPlanAsync(live, cancellationToken);
        await session.Connection.ExecuteAsync($"DROP TABLE IF EXISTS {SqlProvenRows.NameOf(dialect, live)}", cancellationToken);
        var shape = StagingChoice.Shape(table, existing.Count > 0);
        var adapted = dialect.Adapted(shaped, existing);
        var found = new SqlTable(live, shaped, TableKind.Live, adapted);
        return shape switch
        {
            StagingShape.Direct => await ForMergeAsync(found, existing, cancellationToken),
            _ when table.Staging == Staging.Compared => await ForComparisonAsync(found, shape, existing, cancellationToken),
            _ => await ForReplaceAsync(found, shape, existing, cancellationToken),
        };
    }

    /// <summary>A table's stream with the fields that earlier runs inferred, also where the table was called otherwise then.</summary>
    public static async Task<StreamSchema> WithInferredAsync(
        SqlDialect dialect, ISqlSession session, LoadPlan plan, TablePlan table, IReadOnlyDictionary<string, TableColumn> existing,
        CancellationToken cancellationToken)
    {
        var inferred = new SqlInferredColumns(session.Connection, dialect.OwnSchema);
        var former = await new SqlWriters(session.Connection, dialect.OwnSchema).TableAsync(plan.Pipeline, table.Stream.Name, cancellationToken);
        if (former is not null && former != table.Table && existing.Count > 0)
        {
            var checkpoints = new SqlCheckpoints(session, dialect.OwnSchema, plan.Pipeline, plan.Run);
            var live = new SqlTable(new SqlName(dialect.Schema, table.Table), table);
            if (await checkpoints.SpeaksOfAsync(dialect, live, Staging.None, cancellationToken) is (true, _))
                await inferred.FollowAsync(former, table.Table, cancellationToken);
        }

        return await inferred.WithInferredAsync(table, existing, cancellationToken);
    }

    private async Task<(StreamTables Tables, Checkpoint? Checkpoint)> ForMergeAsync(
        SqlTable live, IReadOnlyDictionary<string, TableColumn> existing, CancellationToken cancellationToken)
    {
        var facts = await LiveFactsAsync(live, existing, cancellationToken);
        var decision = StagingChoice.Of(facts);
        if (decision == StagingDecision.Compare)
        {
            // Nothing is touched here: everything is read and staged, by a load of its own.
            Compares = StagingChoice.Comparison(facts, live.Stream.Name, live.Name.Name);
            return (new StreamTables(live, live, table, StagingShape.Direct), null);
        }

        if (existing.Count == 0) await CreateAsync(live, "CREATE TABLE", cancellationToken);
        else await AddColumnsAsync(dialect, session, live, cancellationToken);
        // A staging that a full run left behind is older than what this run writes; one that waits for a person is not ours to drop.
        var staged = await _checkpoints.PeekAsync(live.Stream.Name, Staging.Resumable, cancellationToken);
        if (staged?.Parked is not { } parked || !plan.Waiting.Contains(parked)) await DropStagingAsync(live.Name, cancellationToken);
        var checkpoint = await _checkpoints.ClaimAsync(live.Stream.Name, Staging.None, cancellationToken);
        if (checkpoint is not null && decision == StagingDecision.Begin)
        {
            checkpoint = null;
            await _checkpoints.RewindAsync(live.Stream.Name, cursor: null, cancellationToken);
        }

        _before = checkpoint?.Cursor;
        return (new StreamTables(live, live, table, StagingShape.Direct), checkpoint);
    }

    private async Task<(StreamTables Tables, Checkpoint? Checkpoint)> ForReplaceAsync(
        SqlTable live, StagingShape shape, IReadOnlyDictionary<string, TableColumn> existing, CancellationToken cancellationToken)
    {
        var stream = live.Stream.Name;
        _before = (await _checkpoints.ClaimAsync(stream, Staging.None, cancellationToken))?.Cursor;
        var staged = await _checkpoints.PeekAsync(stream, Staging.Resumable, cancellationToken);
        await _checkpoints.ClaimAsync(stream, Staging.Resumable, cancellationToken);
        var isDifference = shape == StagingShape.Difference;
        if (isDifference && existing.Count == 0) await CreateAsync(live, "CREATE TABLE", cancellationToken);
        var target = new SqlTable(StagingName(live.Name), live.Plan, isDifference ? TableKind.Difference : TableKind.Live, live.Adapted);
        var tables = new StreamTables(live, target, table, shape);
        if (isDifference)
        {
            var isTidemarks = existing.ContainsKey(ColumnNames.Hash);
            await AddColumnsAsync(dialect, session, live, cancellationToken);
            // Until this is published, its rows have no values in the new columns.
            if (isTidemarks && Missing(live, existing).Count > 0) await _checkpoints.UnbindAsync(stream, cancellationToken);
        }

        switch (StagingChoice.Of(await StagingFactsAsync(live, target, staged, cancellationToken)))
        {
            case StagingDecision.Resume:
                // It publishes these rows as its own, so that they are taken back with it.
                await session.Connection.ExecuteAsync(
                    $"""UPDATE {target.Name} SET "_run" = @run WHERE "_run" <> @run""", cancellationToken, ("run", plan.Run));
                return (tables, staged);
            case StagingDecision.Refuse: throw StagingChoice.Refusal(plan.Continues!, stream);
        }

        await DropStagingAsync(live.Name, cancellationToken);
        await _checkpoints.ClaimAsync(stream, Staging.Resumable, cancellationToken);
        // A first load becomes the live table by its name, so it has to be as durable as that from the start.
        await CreateAsync(target, isDifference ? dialect.CreateStaging : "CREATE TABLE", cancellationToken);
        await _checkpoints.BindAsync(dialect, live, Staging.Resumable, cancellationToken);
        return (tables, null);
    }

    /// <summary>A staging that is compared with the live table, which is left alone.</summary>
    private async Task<(StreamTables Tables, Checkpoint? Checkpoint)> ForComparisonAsync(
        SqlTable found, StagingShape shape, IReadOnlyDictionary<string, TableColumn> existing, CancellationToken cancellationToken)
    {
        var (name, shaped, stream) = (found.Name, found.Plan, found.Stream.Name);
        var target = new SqlTable(PlanName(name), shaped, TableKind.Difference, found.Adapted);
        var live = new SqlTable(name, shaped, TableKind.Live, found.Adapted)
        {
            Missing = shaped.ColumnNames.Where(column => !existing.ContainsKey(column)).ToHashSet(StringComparer.Ordinal),
        };
        await _checkpoints.ClaimAsync(stream, Staging.Compared, cancellationToken);
        await CreateAsync(target, dialect.CreateStaging, cancellationToken);
        var stands = await _checkpoints.PeekAsync(stream, Staging.None, cancellationToken);
        _before = stands?.Cursor;
        if (table.Mode != WriteMode.Merge) return (new StreamTables(live, target, table, shape), null);
        var facts = await LiveFactsAsync(live, existing, cancellationToken);
        var decision = StagingChoice.Of(facts);
        if (decision == StagingDecision.Compare) Compares = StagingChoice.Comparison(facts, stream, name.Name);
        return (new StreamTables(live, target, table, shape), decision == StagingDecision.Resume ? stands : null);
    }

    /// <summary>Makes the live table ready for what was planned.</summary>
    public async Task<SqlRunNote> PromoteAsync(StreamTables tables, CancellationToken cancellationToken)
    {
        if (!tables.HasLive) await CreateAsync(tables.Live, "CREATE TABLE", cancellationToken);
        else await AddColumnsAsync(dialect, session, tables.Live, cancellationToken);
        _before = (await _checkpoints.ClaimAsync(table.Stream.Name, Staging.None, cancellationToken))?.Cursor;
        return await PrepareNoteAsync(tables, cancellationToken);
    }

    /// <summary>Drops what was planned and is not published, by whichever run.</summary>
    public async Task DropPlanAsync(SqlName live, CancellationToken cancellationToken)
    {
        await session.Connection.ExecuteAsync($"DROP TABLE IF EXISTS {PlanName(live)}", cancellationToken);
        await _checkpoints.DropPlannedAsync(table.Stream.Name, cancellationToken);
    }

    /// <summary>Makes room for the before images of this run, where runs can be undone.</summary>
    public async Task<SqlRunNote> PrepareNoteAsync(StreamTables tables, CancellationToken cancellationToken)
    {
        if (table.UndoRuns == 0) return new SqlRunNote(dialect.OwnSchema, plan, _before, images: null, clock);
        var images = new SqlBeforeImages(dialect, tables.Live.Name, tables.Live.Stream.Key, plan.Run);
        // A table that is not there has no rows to keep.
        if (!tables.IsFirst) await images.EnsureAsync(session, cancellationToken);
        return new SqlRunNote(dialect.OwnSchema, plan, _before, images, clock);
    }

    /// <summary>Makes room for copies of the rows that are read back, where the table may change them while others are written.</summary>
    public async Task<SqlProvenRows?> PrepareProvenAsync(StreamTables tables, CancellationToken cancellationToken)
    {
        if (!await session.MayChangeOthersAsync(tables.Live.Name, cancellationToken)) return null;
        await CreateAsync(SqlProvenRows.TableOf(dialect, tables.Live), dialect.CreateStaging, cancellationToken);
        return new SqlProvenRows(dialect, session);
    }

    private SqlName PlanName(SqlName live) => dialect.Own("_tidemark_plan_" + live.Name);

    private SqlName StagingName(SqlName live) => StagingName(dialect, live);

    public static SqlName StagingName(SqlDialect dialect, SqlName live) => dialect.Own("_tidemark_stage_" + live.Name);

    /// <summary>Adds the columns that a table lacks.</summary>
    public static async Task AddColumnsAsync(
        SqlDialect dialect, ISqlSession session, SqlTable table, CancellationToken cancellationToken)
    {
        var existing = await session.ColumnsAsync(table.Name, cancellationToken);
        foreach (var column in table.Columns.Where(column => !existing.ContainsKey(column.Name)))
        {
            await session.AlterAsync(
                table.Name, $"ALTER TABLE {table.Name} ADD COLUMN {column.Quoted} {column.Stored?.Copy ?? dialect.TypeOf(column)}", cancellationToken);
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

    /// <summary>Gives the columns of fields that became text that type, where they have another.</summary>
    public static async Task WidenAsync(
        SqlDialect dialect, ISqlSession session, SqlTable table, IReadOnlyList<Field> fields, CancellationToken cancellationToken)
    {
        var existing = await session.ColumnsAsync(table.Name, cancellationToken);
        foreach (var field in fields.Where(field => field.Type == FieldType.Text && existing.ContainsKey(field.Name)))
        {
            if (dialect.Accepts(existing[field.Name], field.Type)) continue;
            await session.AlterAsync(
                table.Name, dialect.Retype(table.Name, SqlName.Column(field.Name), dialect.TypeOf(field.Type)), cancellationToken);
        }
    }

    private static List<string> Missing(SqlTable live, IReadOnlyDictionary<string, TableColumn> existing) =>
        [.. live.Columns.Where(column => column.IsSources && !existing.ContainsKey(column.Name)).Select(column => column.Name)];

    private async Task<LiveFacts> LiveFactsAsync(
        SqlTable live, IReadOnlyDictionary<string, TableColumn> existing, CancellationToken cancellationToken)
    {
        var isTidemarks = existing.ContainsKey(ColumnNames.Hash);
        var hasRows = isTidemarks && await session.Connection.CountAsync(
            $"""SELECT CASE WHEN EXISTS (SELECT 1 FROM {live.Name} WHERE "_hash" IS NOT NULL) THEN 1 ELSE 0 END""", cancellationToken) == 1;
        var writers = new SqlWriters(session.Connection, dialect.OwnSchema);
        var wasWritten = !hasRows && await writers.ColumnsAsync(plan.Pipeline, table.Stream.Name, cancellationToken) is not null;
        var (isOfTable, isOfShape) = await _checkpoints.SpeaksOfAsync(dialect, live, Staging.None, cancellationToken);
        return new LiveFacts(isTidemarks, hasRows, wasWritten)
        {
            IsOther = !isOfTable,
            IsRedefined = !isOfShape,
            Missing = isTidemarks ? Missing(live, existing) : [],
        };
    }

    private async Task<StagingFacts> StagingFactsAsync(SqlTable live, SqlTable target, Checkpoint? staged, CancellationToken cancellationToken)
    {
        var facts = new StagingFacts(staged, plan.Continues, clock.GetUtcNow());
        if (!facts.IsCurrent) return facts;
        var columns = await session.ColumnsAsync(target.Name, cancellationToken);
        if (columns.Count != target.Columns.Count || target.Columns.Any(column => !columns.ContainsKey(column.Name))) return facts;
        return facts with
        {
            HasColumns = await _checkpoints.SpeaksOfAsync(dialect, live, Staging.Resumable, cancellationToken) is (true, true),
            Content = await session.Connection.ChecksumAsync($"""SELECT "_hash" FROM {target.Name}""", cancellationToken),
        };
    }

    private async Task DropStagingAsync(SqlName live, CancellationToken cancellationToken)
    {
        await session.Connection.ExecuteAsync($"DROP TABLE IF EXISTS {StagingName(live)}", cancellationToken);
        await _checkpoints.DropAsync(table.Stream.Name, Staging.Resumable, cancellationToken);
    }

    private Task CreateAsync(SqlTable made, string create, CancellationToken cancellationToken)
    {
        var columns = made.Columns.Select((column, at) =>
            $"{column.Quoted} {column.Stored?.Copy ?? dialect.TypeOf(column)}{(made.Layout.IsKeyColumn[at] ? " NOT NULL" : "")}");
        var references = made.Kind == TableKind.Live ? table.References : ReadOnlyDictionary<string, string>.Empty;
        var constraints = references.Select(reference =>
            $", FOREIGN KEY ({SqlName.Column(reference.Key)}) REFERENCES {dialect.Reference(made.Name.Beside(reference.Value))}");
        // A table that is referred to is locked too.
        return session.AlterAsync(
            references.Count == 0 ? made.Name : made.Name.Beside(references.Values.First()),
            $"{create} {made.Name} ({string.Join(", ", columns)}, PRIMARY KEY ({made.KeyList}){string.Concat(constraints)})",
            cancellationToken);
    }
}
