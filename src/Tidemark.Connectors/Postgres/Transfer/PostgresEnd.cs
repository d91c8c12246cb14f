using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Transfers;

namespace Tidemark.Connectors.Postgres.Transfer;

/// <summary>A PostgreSQL database that is reached from here, as one end of a transfer.</summary>
/// <param name="connections">Its connections. Disposed of with this.</param>
/// <param name="maskKey">Key of masks' hashes; null where nothing is hashed.</param>
internal sealed class PostgresEnd(TransferConnections connections, byte[]? maskKey) : ITransferEnd
{
    public Action<Wait>? OnWait
    {
        set => connections.OnWait = value;
    }

    public Task<DatabaseShape> DescribeAsync(CancellationToken cancellationToken) => new DatabaseReader(connections).ReadAsync(cancellationToken);

    public async Task<ITransferSource> ReadAsync(IReadOnlyList<TransferTable> tables, CancellationToken cancellationToken) =>
        await PostgresSnapshot.OpenAsync(connections, tables, maskKey, cancellationToken);

    public async Task<ITransferTarget> WriteAsync(TransferWrite write, CancellationToken cancellationToken)
    {
        var live = new TransferRows(LendAsync, sql => sql.Live, connections.Parallel);
        return await PostgresTarget.OpenAsync(connections, write, live, cancellationToken);
    }

    // Rows as a transfer left them are kept whole: a later change shows without any records.
    public Task<IReadOnlyList<TablePlan>> UndoableAsync(string pipeline, string run, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<TablePlan>>([]);

    public Task<IReadOnlyList<UndoneTable>> UndoAsync(UndoPlan plan, CancellationToken cancellationToken) =>
        new PostgresTransferUndo(connections).UndoAsync(plan, cancellationToken);

    public Task<TouchedTable> TouchedAsync(TouchedQuery query, CancellationToken cancellationToken) =>
        new PostgresTransferUndo(connections).TouchedAsync(query, cancellationToken);

    public ValueTask DisposeAsync() => connections.DisposeAsync();

    /// <summary>A connection for one reading of tables as they are.</summary>
    private async Task<TransferLink> LendAsync(CancellationToken cancellationToken) =>
        new(await connections.OpenAsync(cancellationToken), (connection, _) => connection.DisposeAsync());
}
