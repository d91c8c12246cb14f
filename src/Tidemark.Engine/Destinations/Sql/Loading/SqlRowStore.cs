using System.Data.Common;
using Tidemark.Engine.Destinations.Sql.WritingBack;
using Tidemark.Engine.Destinations.Writing;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Records;

namespace Tidemark.Engine.Destinations.Sql.Loading;

/// <summary>The rows of one stream in a SQL database, for the engine's writer.</summary>
/// <param name="dialect">The database's words and failures.</param>
/// <param name="session">The stream's own session.</param>
/// <param name="fence">Whether the table is still this run's.</param>
/// <param name="checkpoints">The pipeline's checkpoints.</param>
/// <param name="plan">The run.</param>
/// <param name="note">The note of the run's first change; null if rows become live only when published.</param>
internal sealed class SqlRowStore(
    SqlDialect dialect, ISqlSession session, SqlFence fence, SqlCheckpoints checkpoints, LoadPlan plan, SqlRunNote? note) : IRowStore, IRowImages, IRowOutbox
{
    private StreamTables? _tables;

    // Whether this run is noted as the table's writer, with the columns that the stream has by now.
    private bool _isNoted;

    // What deletions have taken of other tables: those of the open unit, and those before it.
    private IReadOnlyList<Cascade> _taken = [];
    private IReadOnlyList<Cascade> _cascades = [];

    // Whether the checkpoint is known to speak of this table.
    private bool _isBound;

    public required StreamTables Tables
    {
        get => _tables!;
        set => (_tables, _isNoted) = (value, false);
    }

    public SqlWriteBack? WriteBack { get; init; }

    public required bool KeepsValues { get; init; }

    /// <summary>Where rows are kept that were proven; null where nothing changes them.</summary>
    public SqlProvenRows? Proven { get; init; }

    public bool TakesUnchanged => WriteBack!.TakesUnchanged;

    private SqlTable Live => Tables.Live;

    private ISqlBulk Bulk => session.Bulk;

    public async Task<IReadOnlyList<Cascade>> CascadesAsync(RowBatch batch, ReadOnlyMemory<int> rows, CancellationToken cancellationToken)
    {
        if (await SqlCascades.OfAsync(dialect, session, Live.Name, cancellationToken) is not { } cascades) return [];
        return _taken = await cascades.CountAsync(
            (into, values) => Bulk.InsertOfAsync(into, values, Live, batch, rows, cancellationToken), _ => null, cancellationToken);
    }

    public async Task<IWriteUnit> BeginAsync(bool mayBeLost, CancellationToken cancellationToken)
    {
        _taken = [];
        var unit = new Unit(this, await session.Connection.BeginTransactionAsync(cancellationToken));
        try
        {
            await fence.RequireAsync(Live.Name, session, cancellationToken);
            if (mayBeLost && dialect.MayBeLost.Length > 0) await session.Connection.ExecuteAsync(dialect.MayBeLost, cancellationToken);
            return unit;
        }
        catch
        {
            await unit.DisposeAsync();
            throw;
        }
    }

    public Problem? Refuses(RowBatch batch, int row) => dialect.Refuses(Tables.Target, batch, row);

    public bool CanHold(RowBatch batch, int row) => dialect.CanHold(Tables.Target, batch, row);

    public Problem? RowProblem(Exception failure) =>
        failure is DbException refused ? dialect.RowProblem(refused, Live.Name.Name) : null;

    public Task<Problem?> TryAsync(Func<Task> operation, CancellationToken cancellationToken) =>
        SqlSavepoint.TryAsync(session.Connection, operation, dialect, Live.Name, cancellationToken);

    public bool HasLooseKeys => Live.HasLooseKey;

    public Task<IReadOnlyList<KeyClash>> ClashesAsync(
        RowPlace place, RowBatch batch, ReadOnlyMemory<int> rows, CancellationToken cancellationToken) =>
        Bulk.ClashesAsync(At(place), batch, rows, cancellationToken);

    public Task ClassifyAsync(RowBatch batch, ReadOnlyMemory<int> rows, RowState[] states, CancellationToken cancellationToken) =>
        Bulk.ClassifyAsync(Live, batch, rows, states, cancellationToken);

    public Task InsertAsync(
        RowPlace place, RowBatch batch, ReadOnlyMemory<int> rows, RowState[] states, RowStamp stamp, CancellationToken cancellationToken) =>
        Bulk.InsertAsync(At(place), batch, rows, states, stamp, cancellationToken);

    public Task UpdateAsync(RowBatch batch, ReadOnlyMemory<int> rows, RowStamp stamp, CancellationToken cancellationToken) =>
        Bulk.UpdateAsync(Live, batch, rows, stamp, cancellationToken);

    public Task<Checksum> DeleteAsync(RowPlace place, RowBatch batch, ReadOnlyMemory<int> rows, CancellationToken cancellationToken) =>
        Bulk.DeleteAsync(At(place), batch, rows, cancellationToken);

    public Task<Checksum> MarkDeletedAsync(
        RowBatch batch, ReadOnlyMemory<int> rows, RowStamp stamp, CancellationToken cancellationToken) =>
        Bulk.MarkDeletedAsync(Live, batch, rows, stamp, cancellationToken);

    public async Task ReleaseAsync(RowBatch batch, ReadOnlyMemory<int> rows, CancellationToken cancellationToken)
    {
        var columns = await session.ReleasableAsync(Live.Name, cancellationToken);
        var emptied = Live.UpdatedColumns.Where(column => column.IsSources && columns.Contains(column.Name)).ToList();
        if (emptied.Count > 0) await Bulk.EmptyAsync(Live, emptied, batch, rows, cancellationToken);
    }

    public async Task<Checksum> ReadBackAsync(RowBatch batch, ReadOnlyMemory<int> rows, CancellationToken cancellationToken)
    {
        if (rows.Length == 0) return default;
        await dialect.SettleDeferredAsync(session.Connection, cancellationToken);
        return await Bulk.ReadBackAsync(Live, batch, rows, cancellationToken);
    }

    public Task KeepProvenAsync(RowBatch batch, ReadOnlyMemory<int> rows, ReadOnlyMemory<int> gone, CancellationToken cancellationToken) =>
        Proven is null ? Task.CompletedTask : Proven.KeepAsync(Live, batch, rows, gone, cancellationToken);

    public Task<Checksum> WrittenAsync(CancellationToken cancellationToken) =>
        session.Connection.ChecksumAsync(
            $"""SELECT "_hash" FROM {Live.Name} WHERE "_run" = @run""", cancellationToken, ("run", plan.Run));

    public Task SaveAsync(RowBatch batch, ReadOnlyMemory<int> rows, bool isDeletion, CancellationToken cancellationToken) =>
        Bulk.SaveImagesAsync(note!.Images!, Live, batch, rows, isDeletion, cancellationToken);

    public Task DropUntouchedAsync(CancellationToken cancellationToken) => note!.Images!.DropUntouchedAsync(session, cancellationToken);

    public Task EnqueueAsync(RowBatch batch, ReadOnlyMemory<int> rows, CancellationToken cancellationToken) =>
        Bulk.EnqueueAsync(WriteBack!, Live, batch, rows, cancellationToken);

    private SqlTable At(RowPlace place) => place == RowPlace.Live ? Live : Tables.Target;

    private async Task CommitAsync(DbTransaction transaction, Checkpoint after, bool hasChanged, CancellationToken cancellationToken)
    {
        var cascades = Cascade.Sum(_cascades, _taken);
        var isToNote = note is not null && hasChanged && (!_isNoted || _taken.Count > 0);
        if (isToNote) await note!.WriteAsync(session.Connection, Tables, cascades, cancellationToken);
        await checkpoints.SaveAsync(Live.Stream.Name, Tables.Plan.Staging, after, cancellationToken);
        var isToBind = !_isBound && Tables.Plan.Staging == Staging.None;
        if (isToBind) await checkpoints.BindAsync(dialect, Live, Staging.None, cancellationToken);
        // A cancellation in the middle of a commit would leave us in doubt whether it happened.
        await session.CommitAsync(transaction);
        _cascades = cascades;
        _isNoted |= isToNote;
        _isBound |= isToBind;
    }

    private sealed class Unit(SqlRowStore store, DbTransaction transaction) : IWriteUnit
    {
        public Task SaveAsync(Checkpoint after, bool hasChanged, CancellationToken cancellationToken) =>
            store.CommitAsync(transaction, after, hasChanged, cancellationToken);

        public ValueTask DisposeAsync() => transaction.DisposeAsync();
    }
}
