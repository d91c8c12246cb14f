using System.Data.Common;
using System.Runtime.CompilerServices;
using Tidemark.Engine.Destinations.Sql.Backups;
using Tidemark.Engine.Destinations.Sql.Undoing;
using Tidemark.Engine.Destinations.Sql.WritingBack;
using Tidemark.Engine.Destinations.Writing;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Records;

namespace Tidemark.Engine.Destinations.Sql.Loading;

/// <summary>The writing of one stream into a SQL database: its tables, and the engine's writer over them.</summary>
internal sealed class SqlStreamLoad : IStreamLoad
{
    private readonly SqlDialect _dialect;
    private readonly ISqlSession _session;
    private readonly SqlFence _fence;
    private readonly LoadPlan _plan;
    private readonly TimeProvider _clock;
    private readonly SqlCheckpoints _checkpoints;
    private readonly SqlRowStore _store;
    private readonly RowWriter _writer;
    private readonly List<Field> _planned = [];

    private SqlStreamLoad(
        SqlDialect dialect, ISqlSession session, SqlFence fence, LoadPlan plan, TimeProvider clock, StreamTables tables, SqlRunNote? note,
        bool isEmpty, bool keepsValues, SqlProvenRows? proven, StreamStart start)
    {
        (_dialect, _session, _fence, _plan, _clock, Note, Start) = (dialect, session, fence, plan, clock, note, start);
        _checkpoints = new SqlCheckpoints(session, dialect.OwnSchema, plan.Pipeline, plan.Run);
        WriteBack = tables.Plan.WriteBack is { } back ? new SqlWriteBack(dialect, tables.Live, back, plan, clock.GetUtcNow()) : null;
        _store = new SqlRowStore(dialect, session, fence, _checkpoints, plan, note) { Tables = tables, WriteBack = WriteBack, KeepsValues = keepsValues, Proven = proven };
        _writer = new RowWriter(_store, tables.Plan, tables.Shape, dialect.Limits, plan.Run, clock)
        {
            // Rows that go into a table that may change them are read back one by one.
            BeginsEmpty = isEmpty && keepsValues,
            Checkpoint = start.Checkpoint,
            Images = note?.Images is null ? null : _store,
            Outbox = WriteBack is null ? null : _store,
        };
    }

    public StreamStart Start { get; }

    public Checkpoint? Checkpoint => _writer.Checkpoint;

    public StreamSchema Stream => Tables.Target.Stream;

    internal StreamTables Tables
    {
        get => _store.Tables;
        private set => _store.Tables = value;
    }

    internal SqlRunNote? Note { get; private set; }

    internal SqlWriteBack? WriteBack { get; }

    private DbConnection Connection => _session.Connection;

    private bool IsCompared => Tables.Plan.Staging == Staging.Compared;

    public static async Task<SqlStreamLoad> OpenAsync(
        SqlDialect dialect, ISqlSession session, SqlFence fence, LoadPlan plan, TablePlan table, TimeProvider clock,
        CancellationToken cancellationToken)
    {
        var live = new SqlName(dialect.Schema, table.Table);
        await fence.LockAsync(live, session, cancellationToken);
        using var turn = await session.EnterAsync(cancellationToken);
        var setup = new SqlTableSetup(dialect, session, plan, table, clock);
        await using var transaction = await session.Connection.BeginTransactionAsync(cancellationToken);
        await fence.TakeAsync(live, session, cancellationToken);
        var (tables, checkpoint) = await setup.RunAsync(live, cancellationToken);
        // What is only compared touches nothing until it is published.
        var note = table.Staging == Staging.Compared ? null : await setup.PrepareNoteAsync(tables, cancellationToken);
        var isFilled = await session.Connection.CountAsync(
            $"SELECT CASE WHEN EXISTS (SELECT 1 FROM {tables.Target.Name}) THEN 1 ELSE 0 END", cancellationToken);
        var keepsValues = tables.Shape != StagingShape.Direct || await session.KeepsValuesAsync(tables.Live, cancellationToken);
        var proven = keepsValues ? null : await setup.PrepareProvenAsync(tables, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        // The staging, or the before images, have columns beside those of the live table.
        var beside = Math.Max(1, note?.Images is null ? 0 : SqlBeforeImages.OwnColumns);
        var columns = await session.ColumnsAsync(live, cancellationToken);
        var room = dialect.Limits.MaxColumns - Math.Max(tables.Live.Columns.Count, columns.Count) - beside;
        var start = new StreamStart(checkpoint, setup.Before, tables.HasLive, room)
        {
            Compares = setup.Compares,
            RowBytes = dialect.Limits.MaxRowBytes,
            Widenable = dialect.Widenable,
            Remarks = [.. tables.Live.Key.Where(column => column.Stored?.Overlooks is not null).Select(column =>
                $"{live.Name} takes keys for one that differ in {column.Stored!.Overlooks} ({column.Name}): the second of two such records waits in quarantine.")],
            IsTaken = (name, type) => columns.TryGetValue(name, out var there) && !dialect.CanFill(there, type),
            Held = await session.HeldColumnsAsync(live, cancellationToken),
        };
        return new SqlStreamLoad(dialect, session, fence, plan, clock, tables, note, isFilled == 0, keepsValues, proven, start);
    }

    public Task<WriteResult> WriteAsync(
        RowBatch batch, Checkpoint after, Func<WriteResult, Task> beforeCommit, CancellationToken cancellationToken) =>
        _dialect.ExplainedAsync(async () =>
        {
            using var turn = await _session.EnterAsync(cancellationToken);
            return await _writer.WriteAsync(batch, after, beforeCommit, cancellationToken);
        });

    public Task EvolveAsync(IReadOnlyList<Field> fields, CancellationToken cancellationToken) =>
        _dialect.ExplainedAsync(() => AddAsync(fields, cancellationToken));

    public IAsyncEnumerable<StoredRow> UnchangedAsync(CancellationToken cancellationToken) =>
        _dialect.ExplainedAsync(ReadUnchangedAsync(cancellationToken), cancellationToken);

    private async IAsyncEnumerable<StoredRow> ReadUnchangedAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (Tables.Shape != StagingShape.Difference) yield break;
        using var turn = await _session.EnterAsync(cancellationToken);
        var (live, staged) = (Tables.Live, Tables.Target);
        var existing = await _session.ColumnsAsync(live.Name, cancellationToken);
        var isStaged = $"""AND EXISTS (SELECT 1 FROM {staged.Name} AS s WHERE s."_op" = 0 AND s."_hash" IS NOT NULL AND {live.KeyMatch("s", "l")})""";
        await foreach (var row in SqlTableReader.ReadAsync(_dialect, _session, live, existing, isStaged, [], cancellationToken)) yield return row;
    }

    public Task<string?> FindEditedAsync(CancellationToken cancellationToken) =>
        _dialect.ExplainedAsync(async () =>
        {
            if (Tables.Shape != StagingShape.Difference) return null;
            using var turn = await _session.EnterAsync(cancellationToken);
            var (live, staged) = (Tables.Live, Tables.Target);
            await using var command = SqlCommands.Command(
                Connection,
                $"""
                SELECT {live.KeyTexts("s")} FROM {staged.Name} AS s
                WHERE s."_op" = 0 AND s."_hash" IS NOT NULL AND NOT EXISTS (
                    SELECT 1 FROM {live.Name} AS l WHERE {live.KeyMatch("s", "l")} AND {live.IsPresent("l")} AND {_dialect.SameValues(live, "l", "s")})
                LIMIT 1
                """);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            return await reader.ReadAsync(cancellationToken) ? live.KeyIn(reader) : null;
        });

    public Task<string?> FindGoneAsync(RowBatch records, CancellationToken cancellationToken) =>
        _dialect.ExplainedAsync(async () =>
        {
            using var turn = await _session.EnterAsync(cancellationToken);
            int[] rows = [.. Enumerable.Range(0, records.Count).Where(row => !records.IsSuperseded(row) && _store.CanHold(records, row))];
            rows = [.. (await InAsync(Tables.Live, rows)).Where(row => row.IsThere).Select(row => row.Number)];
            var gone = (await InAsync(Tables.Target, rows)).Where(row => !row.IsThere).Select(row => records.KeyText(row.Number));
            return gone.FirstOrDefault();

            async Task<IEnumerable<(int Number, bool IsThere)>> InAsync(SqlTable table, int[] those)
            {
                var states = new RowState[records.Count];
                await _session.Bulk.ClassifyAsync(table, records, those, states, cancellationToken);
                return those.Select(row => (row, states[row] != RowState.New));
            }
        });

    public Task AbandonAsync(CancellationToken cancellationToken) =>
        _dialect.ExplainedAsync(async () =>
        {
            using var turn = await _session.EnterAsync(cancellationToken);
            if (Tables.Plan.IsStaged) await _checkpoints.DropAsync(Stream.Name, Tables.Plan.Staging, cancellationToken);
            return true;
        });

    public Task<Checksum> VerifyAsync(CancellationToken cancellationToken) =>
        _dialect.ExplainedAsync(async () =>
        {
            using var turn = await _session.EnterAsync(cancellationToken);
            var settled = await _writer.SettleAsync(cancellationToken);
            if (_store.Proven is { } proven) settled -= await proven.SettleAsync(Tables.Live, cancellationToken);
            if (WriteBack is not null) await WriteBack.ForgetGoneAsync(Connection, cancellationToken);
            return settled;
        });

    private async Task<bool> AddAsync(IReadOnlyList<Field> fields, CancellationToken cancellationToken)
    {
        using var turn = await _session.EnterAsync(cancellationToken);
        await using var transaction = await Connection.BeginTransactionAsync(cancellationToken);
        await _fence.RequireAsync(Tables.Live.Name, _session, cancellationToken);
        var stream = Stream.With(fields);
        var there = await _session.ColumnsAsync(Tables.Live.Name, cancellationToken);
        var evolved = Tables.With(stream, _dialect.Adapted(Tables.Plan with { Stream = stream }, there));
        await SqlTableSetup.AddColumnsAsync(_dialect, _session, evolved.Target, cancellationToken);
        await SqlTableSetup.WidenAsync(_dialect, _session, evolved.Target, fields, cancellationToken);
        if (IsCompared) _planned.AddRange(fields);
        else
        {
            if (Tables.IsDifference)
            {
                await SqlTableSetup.AddColumnsAsync(_dialect, _session, evolved.Live, cancellationToken);
                await SqlTableSetup.WidenAsync(_dialect, _session, evolved.Live, fields, cancellationToken);
            }

            if (_store.Proven is not null)
            {
                var copies = SqlProvenRows.TableOf(_dialect, evolved.Live);
                await SqlTableSetup.AddColumnsAsync(_dialect, _session, copies, cancellationToken);
                await SqlTableSetup.WidenAsync(_dialect, _session, copies, fields, cancellationToken);
            }

            await new SqlInferredColumns(Connection, _dialect.OwnSchema).NoteColumnsAsync(Tables.Live.Name.Name, fields, cancellationToken);
        }

        // A table that is not there yet has no rows to keep.
        if (Note?.Images is { } images && !Tables.IsFirst) await images.EnsureAsync(_session, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        Tables = evolved;
        return true;
    }

    public async Task<PublishPreview> PreviewAsync(
        ISqlSession session, IReadOnlyList<StreamTables> all, CancellationToken cancellationToken)
    {
        var (live, target) = (Tables.Live, Tables.Target);
        // A first load has nothing to delete, and its rows are counted when it is published.
        if (Tables.Shape != StagingShape.Difference) return new PublishPreview(live.Name.Name, 0, 0, 0);
        var staged = await session.Connection.CountAsync($"SELECT count(*) FROM {target.Name}", cancellationToken);
        var rows = await session.Connection.CountAsync(
            $"SELECT count(*) FROM {live.Name} AS l WHERE {live.IsPresent("l")}", cancellationToken);
        var gone = await session.Connection.CountAsync(
            $"SELECT count(*) FROM {live.Name} AS l WHERE {SqlPublish.IsGone(live, target)}", cancellationToken);
        var updates = await session.Connection.CountAsync(
            $"""SELECT count(*) FROM {target.Name} AS s JOIN {live.Name} AS l ON {live.KeyMatch("l", "s")} WHERE s."_op" >= 1""",
            cancellationToken);
        return new PublishPreview(live.Name.Name, rows, live.Plan.Mode == WriteMode.Merge ? rows : staged, gone)
        {
            Updates = updates,
            Cascades = gone == 0 ? [] : await SqlPublish.CascadesAsync(_dialect, session, Tables, all, cancellationToken),
            SharedWith = gone == 0 || live.Plan.Mode == WriteMode.Merge ? null
                : await new SqlWriters(session.Connection, _dialect.OwnSchema).OtherAsync(_plan.Pipeline, live.Name.Name, cancellationToken),
        };
    }

    /// <summary>Makes the live table ready for what was planned, in the transaction that publishes it.</summary>
    public async Task PromoteAsync(ISqlSession session, CancellationToken cancellationToken)
    {
        if (!IsCompared) return;
        var setup = new SqlTableSetup(_dialect, session, _plan, Tables.Plan, _clock);
        if (Tables.HasLive) await SqlTableSetup.WidenAsync(_dialect, session, Tables.Live, _planned, cancellationToken);
        Note = await setup.PromoteAsync(Tables, cancellationToken);
        await new SqlInferredColumns(session.Connection, _dialect.OwnSchema)
            .NoteColumnsAsync(Tables.Live.Name.Name, _planned, cancellationToken);
        Tables = Tables with { Shape = StagingShape.Difference, Live = new SqlTable(Tables.Live.Name, Tables.Live.Plan, Tables.Live.Kind, Tables.Live.Adapted) };
    }

    public async ValueTask DisposeAsync()
    {
        if (IsCompared) await DropPlanAsync();
        await _session.DisposeAsync();
    }

    private async Task DropPlanAsync()
    {
        try
        {
            await _dialect.ExplainedAsync(async () =>
            {
                using var turn = await _session.EnterAsync(CancellationToken.None);
                await using var transaction = await Connection.BeginTransactionAsync(CancellationToken.None);
                await _fence.RequireAsync(Tables.Live.Name, _session, CancellationToken.None);
                await new SqlTableSetup(_dialect, _session, _plan, Tables.Plan, _clock)
                    .DropPlanAsync(Tables.Live.Name, CancellationToken.None);
                await _session.CommitAsync(transaction);
                return true;
            });
        }
        catch (TidemarkException)
        {
            // The database is gone, or another run has the table; the next plan drops what this one has left.
        }
    }

    public Task<long> CountAsync(CancellationToken cancellationToken) =>
        _dialect.ExplainedAsync(() => Connection.CountAsync(
            $"SELECT count(*) FROM {Tables.Live.Name} AS l WHERE {Tables.Live.IsPresent("l")}", cancellationToken));
}
