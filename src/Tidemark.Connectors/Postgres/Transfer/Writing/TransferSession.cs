using System.Diagnostics;
using Npgsql;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Errors;

namespace Tidemark.Connectors.Postgres.Transfer.Writing;

/// <summary>The connections of a run that writes tables of a transfer, and its locks, which keep other runs from them for as long as it lives.</summary>
internal sealed class TransferSession : IAsyncDisposable
{
    // A server ends one of those that wait for each other; what it had done is begun again.
    private const int Deadlocks = 5;

    private static readonly TimeSpan PauseBetweenTurns = TimeSpan.FromSeconds(1);

    private readonly TransferConnections _connections;
    private readonly PostgresConnections _lent;
    private readonly SemaphoreSlim _turns;
    private readonly PostgresDialect _dialect = new(schema: "public", PostgresJson.Json);
    private PostgresLocks? _locks;

    public TransferSession(TransferConnections connections)
    {
        _connections = connections;
        _turns = new(connections.Parallel, connections.Parallel);
        _lent = new PostgresConnections(async cancellationToken =>
        {
            var connection = await connections.OpenAsync(cancellationToken);
            return new PostgresLink(_dialect, connection, (int)await connection.CountAsync("SELECT pg_backend_pid()", cancellationToken));
        });
    }

    /// <summary>How long a lock is waited for that another program holds, turn by turn.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(PostgresDatabase.LockSeconds);

    /// <summary>Keeps other runs from some tables.</summary>
    /// <exception cref="TidemarkException"><c>destination.in_use</c> (transient): another run writes one of them.</exception>
    public async Task LockAsync(IEnumerable<SqlName> tables, CancellationToken cancellationToken)
    {
        try
        {
            var locks = _locks ??= new PostgresLocks(await _lent.TakeAsync(name: null, cancellationToken), () => _lent.Processes, Waiting);
            foreach (var table in InOrder(tables))
            {
                await TableLock.TakeAsync(
                    table, () => locks.TryTakeAsync(table, cancellationToken), () => locks.HolderAsync(table, cancellationToken), Waiting, cancellationToken);
            }
        }
        catch (Exception failure) when (TransferErrors.Explain(null, failure) is { } explained)
        {
            throw explained;
        }
    }

    /// <summary>Fails unless the tables are still this run's; so they stay until the transaction that is open on the connection has ended.</summary>
    /// <exception cref="TidemarkException"><c>run.lease_lost</c> (transient).</exception>
    public async Task RequireAsync(IEnumerable<SqlName> tables, NpgsqlConnection writer, CancellationToken cancellationToken)
    {
        foreach (var table in InOrder(tables))
        {
            if (_locks is not null && await _locks.HoldsAsync(table, writer, cancellationToken)) continue;
            throw new TidemarkException(
                FailureKind.Transient, "run.lease_lost", $"The connection that kept other runs from writing {table.Name} is gone.")
            {
                Hint = "Run again: what is kept aside is found again.",
            };
        }
    }

    /// <summary>A connection that nobody else uses meanwhile; waits where as many are lent as may work at once.</summary>
    public async Task<TransferLink> LendAsync(CancellationToken cancellationToken)
    {
        await _turns.WaitAsync(cancellationToken);
        try
        {
            var link = await _lent.LendAsync(name: null, cancellationToken);
            return new TransferLink(link.Connection, (_, isGood) => GiveBackAsync(link, isGood));
        }
        catch
        {
            _turns.Release();
            throw;
        }
    }

    /// <summary>Work on a connection that nobody else uses meanwhile.</summary>
    /// <exception cref="TidemarkException"><c>postgres.connection_lost</c>, <c>postgres.permission</c>…</exception>
    public Task<T> UseAsync<T>(Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellationToken) =>
        TransferErrors.ExplainedAsync(() => WorkAsync(work, cancellationToken));

    /// <summary>Work in one transaction that keeps all others from writing the tables, and lets them read.</summary>
    /// <param name="tables">The tables.</param>
    /// <param name="work">The work; it is begun anew where a lock was not to be had, or where the server ended it for a deadlock.</param>
    /// <param name="isTrial">True where all of it is taken back.</param>
    /// <param name="cancellationToken">Takes all back.</param>
    /// <exception cref="TidemarkException"><c>postgres.locked</c> (transient), which names who holds the lock.</exception>
    public async Task<T> WriteAsync<T>(
        IReadOnlyList<SqlName> tables, Func<NpgsqlConnection, Task<T>> work, bool isTrial, CancellationToken cancellationToken)
    {
        var (waited, deadlocks) = (Stopwatch.StartNew(), 0);
        while (true)
        {
            try
            {
                return await WorkAsync(connection => TransactAsync(connection, tables, work, isTrial, cancellationToken), cancellationToken);
            }
            catch (PostgresException busy) when (busy.SqlState == PostgresErrorCodes.DeadlockDetected && ++deadlocks < Deadlocks)
            {
                Waiting(new(WaitKind.Retry, "Another program and this run waited for each other; the tables are written again.", PauseBetweenTurns));
            }
            catch (PostgresException busy) when (busy.SqlState == PostgresErrorCodes.LockNotAvailable)
            {
                if (waited.Elapsed > Patience) throw PostgresErrors.Explain(busy, await HoldersAsync(tables, cancellationToken));
                Waiting(new(WaitKind.Lock, "The tables are written as soon as nobody else writes them.", PauseBetweenTurns * 3.6));
            }
            catch (Exception failure) when (TransferErrors.Explain(null, failure) is { } explained)
            {
                throw explained;
            }

            // Those who waited behind this run have their turn.
            await Task.Delay(PauseBetweenTurns, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _locks, null) is { } locks) await locks.DisposeAsync();
        await _lent.DisposeAsync();
        _turns.Dispose();
    }

    private async Task<T> TransactAsync<T>(
        NpgsqlConnection connection, IReadOnlyList<SqlName> tables, Func<NpgsqlConnection, Task<T>> work, bool isTrial, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await RequireAsync(tables, connection, cancellationToken);
        await connection.ExecuteAsync(
            $"SET LOCAL lock_timeout = '{PostgresDatabase.ShortLockSeconds}s'; LOCK TABLE {string.Join(", ", InOrder(tables))} IN SHARE ROW EXCLUSIVE MODE",
            cancellationToken);
        var result = await work(connection);
        cancellationToken.ThrowIfCancellationRequested();
        if (!isTrial) await transaction.CommitAsync(CancellationToken.None);
        return result;
    }

    private async Task<T> WorkAsync<T>(Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellationToken)
    {
        await using var link = await LendAsync(cancellationToken);
        try
        {
            return await work(link.Connection);
        }
        catch
        {
            link.Spoil();
            throw;
        }
    }

    private async ValueTask GiveBackAsync(PostgresLink link, bool isGood)
    {
        if (!isGood) await link.Connection.CloseAsync();
        _lent.GiveBack(link);
        _turns.Release();
    }

    /// <summary>Who keeps the tables, in sentences; readers only where nobody else is at them.</summary>
    private Task<string> HoldersAsync(IReadOnlyList<SqlName> tables, CancellationToken cancellationToken) => WorkAsync(
        async connection =>
        {
            const string At = "l.locktype = 'relation' AND l.relation IN (SELECT coalesce(p.relid, c) FROM unnest(@tables::regclass[]) AS c LEFT JOIN LATERAL pg_partition_tree(c) AS p ON TRUE)";
            (string, object?) named = ("tables", tables.Select(table => table.ToString()).ToArray());
            var writers = await PostgresActivity.HoldersAsync(connection, $"{At} AND l.mode NOT IN ('AccessShareLock', 'RowShareLock')", cancellationToken, named);
            return writers.Length > 0 ? writers : await PostgresActivity.HoldersAsync(connection, At, cancellationToken, named);
        },
        cancellationToken);

    /// <summary>Always the same order: two runs that take several tables must not wait for each other.</summary>
    private static IEnumerable<SqlName> InOrder(IEnumerable<SqlName> tables) => tables.OrderBy(table => table.ToString(), StringComparer.Ordinal);

    private void Waiting(Wait wait) => _connections.OnWait?.Invoke(wait);
}
