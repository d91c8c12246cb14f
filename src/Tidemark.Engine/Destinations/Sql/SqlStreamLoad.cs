using System.Data.Common;
using Tidemark.Engine.Records;
using Tidemark.Engine.Sources;

namespace Tidemark.Engine.Destinations.Sql;

/// <summary>
/// The writing of one stream. A batch is first written in the fast way, which supposes that its keys are new; where
/// that proves wrong, its keys are looked up; where a constraint refuses it, it is halved until the bad rows are alone.
/// </summary>
internal sealed class SqlStreamLoad : IStreamLoad
{
    private readonly SqlDialect _dialect;
    private readonly ISqlSession _session;
    private readonly LoadPlan _plan;
    private readonly TimeProvider _clock;
    private readonly SqlCheckpoints _checkpoints;
    private readonly List<Field> _planned = [];
    private SqlRunNote? _note;
    private RowState[] _states = [];

    // True as long as the table holds nothing but rows that this run has inserted: then keys need no look-up, and all
    // rows are read back in one scan at the end.
    private bool _isFresh;
    private bool _hasUnverifiedRows;

    // Whether this run is among those that can be undone, with the columns that the stream has by now.
    private bool _isNoted;

    private SqlStreamLoad(
        SqlDialect dialect, ISqlSession session, LoadPlan plan, TimeProvider clock, SqlStaging staging, SqlRunNote? note)
    {
        _note = note;
        _dialect = dialect;
        _session = session;
        _plan = plan;
        _clock = clock;
        Staging = staging;
        _checkpoints = new SqlCheckpoints(session.Connection, dialect.Schema, plan.Pipeline, plan.Run);
    }

    public required StreamStart Start { get; init; }

    public Checkpoint? Checkpoint { get; private set; }

    public StreamSchema Stream => Staging.Target.Stream;

    internal SqlStaging Staging { get; private set; }

    internal SqlRunNote? Note => _note;

    internal SqlWriteBack? WriteBack { get; private init; }

    private DbConnection Connection => _session.Connection;

    public static async Task<SqlStreamLoad> OpenAsync(
        SqlDialect dialect, ISqlSession session, LoadPlan plan, TablePlan table, TimeProvider clock, CancellationToken cancellationToken)
    {
        var live = new SqlName(dialect.Schema, table.Table);
        await session.LockAsync(live, cancellationToken);
        using var turn = await session.EnterAsync(cancellationToken);
        var setup = new SqlTableSetup(dialect, session, plan, table, clock);
        await using var transaction = await session.Connection.BeginTransactionAsync(cancellationToken);
        var (staging, checkpoint) = await setup.RunAsync(live, cancellationToken);
        // What is only planned touches nothing until it is published.
        var note = table.IsPlanned ? null : await setup.PrepareNoteAsync(staging, cancellationToken);
        var isFilled = await session.Connection.CountAsync(
            $"SELECT CASE WHEN EXISTS (SELECT 1 FROM {staging.Target.Name}) THEN 1 ELSE 0 END", cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        // The staging, or the rows as they were, have columns beside those of the live table.
        var beside = Math.Max(1, note?.Images is null ? 0 : SqlBeforeImages.OwnColumns);
        var columns = await session.ColumnsAsync(live, cancellationToken);
        return new SqlStreamLoad(dialect, session, plan, clock, staging, note)
        {
            Start = new StreamStart(
                checkpoint, setup.Before, staging.HasLive,
                dialect.Limits.MaxColumns - Math.Max(staging.Live.Columns.Count, columns.Count) - beside),
            Checkpoint = checkpoint,
            _isFresh = isFilled == 0,
            WriteBack = table.WriteBack is { } back ? new SqlWriteBack(dialect, staging.Live, back, plan, clock.GetUtcNow()) : null,
        };
    }

    public Task<WriteResult> WriteAsync(
        RowBatch batch, Checkpoint after, Func<WriteResult, Task> beforeCommit, CancellationToken cancellationToken) =>
        _dialect.ExplainedAsync(() => WriteBatchAsync(batch, after, beforeCommit, cancellationToken));

    public Task EvolveAsync(IReadOnlyList<Field> fields, CancellationToken cancellationToken) =>
        _dialect.ExplainedAsync(() => AddAsync(fields, cancellationToken));

    public Task AbandonAsync(CancellationToken cancellationToken) =>
        _dialect.ExplainedAsync(async () =>
        {
            using var turn = await _session.EnterAsync(cancellationToken);
            if (Staging.Plan.IsStaged) await _checkpoints.DropAsync(Stream.Name, Staging.Kind, cancellationToken);
            return true;
        });

    public Task<Checksum> VerifyAsync(CancellationToken cancellationToken) =>
        _dialect.ExplainedAsync(async () =>
        {
            using var turn = await _session.EnterAsync(cancellationToken);
            var settled = await SettleAsync(cancellationToken);
            if (WriteBack is not null) await WriteBack.ForgetGoneAsync(Connection, cancellationToken);
            return settled;
        });

    private async Task<WriteResult> WriteBatchAsync(
        RowBatch batch, Checkpoint after, Func<WriteResult, Task> beforeCommit, CancellationToken cancellationToken)
    {
        using var turn = await _session.EnterAsync(cancellationToken);
        if (_isFresh && await TryFreshAsync(batch, after, cancellationToken) is { } quick) return quick;

        var settled = await SettleAsync(cancellationToken);
        try
        {
            return await WriteCarefullyAsync(batch, after, settled, beforeCommit, isBisecting: false, cancellationToken);
        }
        catch (DbException failure) when (_dialect.RowProblem(failure, Staging.Live.Name.Name) is not null)
        {
            return await WriteCarefullyAsync(batch, after, settled, beforeCommit, isBisecting: true, cancellationToken);
        }
    }

    private async Task<bool> AddAsync(IReadOnlyList<Field> fields, CancellationToken cancellationToken)
    {
        using var turn = await _session.EnterAsync(cancellationToken);
        await using var transaction = await Connection.BeginTransactionAsync(cancellationToken);
        var evolved = Staging.With(Stream.With(fields));
        await SqlTableSetup.AddColumnsAsync(_dialect, _session, evolved.Target, cancellationToken);
        if (Staging.Plan.IsPlanned) _planned.AddRange(fields);
        else
        {
            if (Staging.IsDifference) await SqlTableSetup.AddColumnsAsync(_dialect, _session, evolved.Live, cancellationToken);
            await _checkpoints.RememberAsync(Staging.Live.Name.Name, fields, cancellationToken);
        }

        // A table that is not there yet has no rows to keep.
        if (_note?.Images is { } images && !Staging.IsFirst) await images.EnsureAsync(_session, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        Staging = evolved;
        _isNoted = false;
        return true;
    }

    public async Task<PublishPreview> PreviewAsync(ISqlSession session, CancellationToken cancellationToken)
    {
        var (live, target) = (Staging.Live, Staging.Target);
        // A first load has nothing to delete, and its rows are counted when it is published.
        if (!Staging.IsDifference || !Staging.HasLive) return new PublishPreview(live.Name.Name, 0, 0, 0);
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
            SharedWith = gone == 0 || live.Plan.Mode == WriteMode.Merge ? null
                : await new SqlWriters(session.Connection, _dialect.Schema).OtherAsync(_plan.Pipeline, live.Name.Name, cancellationToken),
        };
    }

    /// <summary>Makes the live table ready for what was planned, in the transaction that publishes it.</summary>
    public async Task PromoteAsync(ISqlSession session, CancellationToken cancellationToken)
    {
        if (!Staging.Plan.IsPlanned) return;
        var setup = new SqlTableSetup(_dialect, session, _plan, Staging.Plan, _clock);
        _note = await setup.PromoteAsync(Staging, cancellationToken);
        await new SqlCheckpoints(session.Connection, _dialect.Schema, _plan.Pipeline, _plan.Run)
            .RememberAsync(Staging.Live.Name.Name, _planned, cancellationToken);
        Staging = Staging with { HasLive = true, Live = new SqlTable(Staging.Live.Name, Staging.Live.Plan) };
    }

    public async ValueTask DisposeAsync()
    {
        if (Staging.Plan.IsPlanned)
        {
            await DropPlanAsync();
        }

        await _session.DisposeAsync();
    }

    private async Task DropPlanAsync()
    {
        try
        {
            using var turn = await _session.EnterAsync(CancellationToken.None);
            await new SqlTableSetup(_dialect, _session, _plan, Staging.Plan, _clock)
                .DropPlanAsync(Staging.Live.Name, CancellationToken.None);
        }
        catch (DbException)
        {
            // The connection is gone; the next plan drops what this one has left.
        }
    }

    public Task<long> CountAsync(CancellationToken cancellationToken) =>
        _dialect.ExplainedAsync(() => Connection.CountAsync(
            $"SELECT count(*) FROM {Staging.Live.Name} AS l WHERE {Staging.Live.IsPresent("l")}", cancellationToken));

    /// <summary>Inserts the batch as it is; null where that failed, and then nothing is written.</summary>
    private async Task<WriteResult?> TryFreshAsync(RowBatch batch, Checkpoint after, CancellationToken cancellationToken)
    {
        var rows = Prepare(batch, out var refused, out var deletions);
        if (deletions.Length > 0 || refused.Count > 0 || _states.AsSpan(0, batch.Count).Contains(RowState.Kept)) return null;
        await using var transaction = await BeginAsync(after, cancellationToken);
        try
        {
            if (Staging.IsDifference && Staging.HasLive)
                await _session.Bulk.ClassifyAsync(Staging.Live, batch, rows, _states, cancellationToken);
            await _session.Bulk.InsertAsync(Staging.Target, batch, rows, _states, Stamp(), cancellationToken);
            if (WriteBack is not null && !Staging.Plan.IsStaged)
                await _session.Bulk.EnqueueAsync(WriteBack, Staging.Live, batch, rows, cancellationToken);
        }
        catch (DbException failure) when (_dialect.RowProblem(failure, Staging.Live.Name.Name) is not null)
        {
            await transaction.RollbackAsync(cancellationToken);
            return null;
        }

        await CommitAsync(transaction, after, hasChanged: rows.Length > 0, cancellationToken);
        _hasUnverifiedRows = true;
        return new WriteResult { Created = rows.Length };
    }

    private async Task<WriteResult> WriteCarefullyAsync(
        RowBatch batch, Checkpoint after, Checksum settled, Func<WriteResult, Task> beforeCommit, bool isBisecting,
        CancellationToken cancellationToken)
    {
        var rows = Prepare(batch, out var refused, out var deletions);
        await using var transaction = await BeginAsync(after, cancellationToken);
        var bulk = _session.Bulk;
        var writer = new BatchWriter(_dialect, _session, Staging, Stamp(), isBisecting, refused, cancellationToken)
        {
            Images = _note?.Images,
            WriteBack = WriteBack,
        };
        WriteResult result;
        if (!Staging.Plan.IsStaged)
        {
            await bulk.ClassifyAsync(Staging.Live, batch, rows, _states, cancellationToken);
            result = await writer.MergeAsync(batch, rows, deletions, _states);
        }
        else
        {
            if (Staging.IsDifference && Staging.HasLive) await bulk.ClassifyAsync(Staging.Live, batch, rows, _states, cancellationToken);
            result = await writer.StageAsync(batch, rows, deletions, _states);
        }

        after = after with
        {
            Staged = after.Staged with
            {
                Skipped = after.Staged.Skipped + result.Replaced,
                Quarantined = after.Staged.Quarantined + refused.Count,
                Checksum = after.Staged.Checksum - result.ReplacedChecksum - writer.RefusedChecksum,
            },
        };
        result = result with { Verified = result.Verified + settled, Refused = refused };
        await beforeCommit(result);
        await CommitAsync(transaction, after, result.Created + result.Updated + result.Deleted > 0, cancellationToken);
        return result;
    }

    /// <summary>Rows to write, rows to delete, and rows that cannot be written at all.</summary>
    private ReadOnlyMemory<int> Prepare(RowBatch batch, out List<RefusedRow> refused, out ReadOnlyMemory<int> deletions)
    {
        refused = [];
        if (_states.Length < batch.Count) _states = new RowState[batch.Count];
        var rows = new List<int>(batch.Count);
        var gone = new List<int>();
        for (var row = 0; row < batch.Count; row++)
        {
            _states[row] = RowState.Passed;
            if (batch.IsSuperseded(row)) continue;
            if (batch.Kind(row) == RowKind.Deletion)
            {
                _states[row] = RowState.Deletion;
                gone.Add(row);
            }
            else if (batch.Kind(row) == RowKind.Unfit) _states[row] = RowState.Kept;
            else if (_dialect.Refuses(Staging.Target, batch, row) is { } reason) refused.Add(new(row, reason));
            else
            {
                _states[row] = RowState.New;
                rows.Add(row);
            }
        }

        deletions = gone.ToArray();
        return rows.ToArray();
    }

    private async Task<DbTransaction> BeginAsync(Checkpoint after, CancellationToken cancellationToken)
    {
        var transaction = await Connection.BeginTransactionAsync(cancellationToken);
        if (!after.IsComplete && _dialect.MayBeLost.Length > 0)
            await Connection.ExecuteAsync(_dialect.MayBeLost, cancellationToken);
        return transaction;
    }

    private async Task CommitAsync(
        DbTransaction transaction, Checkpoint after, bool hasChanged, CancellationToken cancellationToken)
    {
        // What is staged changes nothing until it is published.
        var isToNote = _note is not null && hasChanged && !_isNoted && !Staging.Plan.IsStaged;
        if (isToNote) await _note!.WriteAsync(Connection, Staging, cancellationToken);
        await _checkpoints.SaveAsync(Stream.Name, Staging.Kind, after, cancellationToken);
        // A cancellation in the middle of a commit would leave us in doubt whether it happened.
        await transaction.CommitAsync(CancellationToken.None);
        _isNoted |= isToNote;
        Checkpoint = after;
    }

    /// <summary>Reads back in one scan what the fast way has written so far, and ends the fast way.</summary>
    private async Task<Checksum> SettleAsync(CancellationToken cancellationToken)
    {
        _isFresh = false;
        if (!_hasUnverifiedRows || Staging.Plan.IsStaged) return default;
        _hasUnverifiedRows = false;
        return await Connection.ChecksumAsync(
            $"""SELECT "_hash" FROM {Staging.Live.Name} WHERE "_run" = @run""", cancellationToken, ("run", _plan.Run));
    }

    private RowStamp Stamp() => new(_plan.Run, _clock.GetUtcNow());
}
