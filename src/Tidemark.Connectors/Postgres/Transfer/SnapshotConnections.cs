using System.Data;
using Npgsql;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Transfers;

namespace Tidemark.Connectors.Postgres.Transfer;

/// <summary>
/// Connections that all see a database as it was at one moment, and only read: one exports its snapshot and holds it, the others adopt it and are lent.
/// </summary>
/// <remarks>https://www.postgresql.org/docs/18/functions-admin.html#FUNCTIONS-SNAPSHOT-SYNCHRONIZATION.</remarks>
internal sealed class SnapshotConnections : IAsyncDisposable
{
    private readonly TransferConnections _connections;
    private readonly NpgsqlConnection _holder;
    private readonly string _snapshot;
    private readonly string _maskKey;
    private readonly SemaphoreSlim _free;
    private readonly Lock _lock = new();
    private readonly Stack<NpgsqlConnection> _idle = [];
    private bool _isDisposed;

    private SnapshotConnections(TransferConnections connections, NpgsqlConnection holder, string snapshot, string maskKey)
    {
        (_connections, _holder, _snapshot, _maskKey) = (connections, holder, snapshot, maskKey);
        _free = new SemaphoreSlim(connections.Parallel);
    }

    /// <param name="connections">Connections to the database; they outlive these.</param>
    /// <param name="tables">Tables that are read: none of them may be emptied or made anew meanwhile.</param>
    /// <param name="maskKey">Key of the masks.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    public static async Task<SnapshotConnections> OpenAsync(
        TransferConnections connections, IReadOnlyList<TransferTable> tables, ReadOnlyMemory<byte> maskKey, CancellationToken cancellationToken)
    {
        var holder = await connections.OpenAsync(cancellationToken);
        try
        {
            return await TransferErrors.ExplainedAsync(async () =>
            {
                await BeginAsync(holder, cancellationToken);
                // Before the snapshot: a TRUNCATE between the two would leave it an empty table.
                if (tables.Count > 0)
                    await holder.ExecuteAsync($"LOCK TABLE {string.Join(", ", tables.Select(table => table.Name))} IN ACCESS SHARE MODE", cancellationToken);
                await using var export = new NpgsqlCommand("SELECT pg_export_snapshot()", holder);
                var snapshot = (string)(await export.ExecuteScalarAsync(cancellationToken))!;
                return new SnapshotConnections(connections, holder, snapshot, Convert.ToHexString(maskKey.Span));
            });
        }
        catch
        {
            await holder.DisposeAsync();
            throw;
        }
    }

    /// <summary>A connection in a transaction of the snapshot; waits where as many are lent as may work at once.</summary>
    /// <exception cref="TidemarkException"><c>transfer.snapshot_lost</c> (transient): the connection that held it is gone.</exception>
    public async Task<TransferLink> LendAsync(CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken);
        try
        {
            NpgsqlConnection? idle;
            lock (_lock) _idle.TryPop(out idle);
            return new TransferLink(idle ?? await AdoptAsync(cancellationToken), GiveBackAsync);
        }
        catch
        {
            _free.Release();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection[] idle;
        lock (_lock)
        {
            _isDisposed = true;
            idle = [.. _idle];
            _idle.Clear();
        }

        foreach (var connection in idle) await connection.DisposeAsync();
        await _holder.DisposeAsync();
    }

    private async Task<NpgsqlConnection> AdoptAsync(CancellationToken cancellationToken)
    {
        var connection = await _connections.OpenAsync(cancellationToken);
        try
        {
            return await TransferErrors.ExplainedAsync(async () =>
            {
                // A setting of the session, so that it never stands in the text of a statement.
                await connection.ExecuteAsync($"SELECT set_config('{TransferSql.MaskKey}', @key, FALSE)", cancellationToken, ("key", _maskKey));
                await BeginAsync(connection, cancellationToken);
                await connection.ExecuteAsync($"SET TRANSACTION SNAPSHOT '{_snapshot.Replace("'", "''", StringComparison.Ordinal)}'", cancellationToken);
                return connection;
            });
        }
        catch (Exception failure)
        {
            await connection.DisposeAsync();
            // The name of a file that is there for as long as the transaction that exported it.
            if (failure.InnerException is not PostgresException { SqlState: PostgresErrorCodes.InvalidParameterValue or PostgresErrorCodes.UndefinedObject }) throw;
            throw new TidemarkException(
                FailureKind.Transient, "transfer.snapshot_lost", "The connection that held the source's tables as they were at one moment is gone.", failure)
            {
                Hint = "Run again: rows that are kept aside are compared with the tables as they are then, and only those that differ are read anew.",
            };
        }
    }

    private static async Task BeginAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        await connection.ExecuteAsync("SET TRANSACTION READ ONLY", cancellationToken);
    }

    private async ValueTask GiveBackAsync(NpgsqlConnection connection, bool isGood)
    {
        var isKept = false;
        lock (_lock)
        {
            if (isGood && !_isDisposed && connection.FullState == ConnectionState.Open)
            {
                _idle.Push(connection);
                isKept = true;
            }
        }

        if (!isKept) await connection.DisposeAsync();
        _free.Release();
    }
}
