using System.Diagnostics;
using Npgsql;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Errors;

namespace Tidemark.Connectors.Postgres;

/// <summary>
/// The tables that a run keeps others from writing: advisory locks of a connection that does nothing else, gone when it is gone. It asks the
/// server something every few seconds, so that a run which was stopped is known by its silence; its connections are then ended.
/// </summary>
/// <remarks>
/// A transaction that writes takes a second lock beside, shared, until it ends: a server goes on with a statement of a client that is gone.
/// https://www.postgresql.org/docs/18/explicit-locking.html#ADVISORY-LOCKS
/// </remarks>
internal sealed class PostgresLocks : IAsyncDisposable
{
    private const string Holds = "hashtextextended(@holds, 0)";
    private const string Writes = "hashtextextended(@writes, 0)";

    private static readonly TimeSpan BeatEvery = TimeSpan.FromSeconds(5);

    // As a lease of a run.
    private const int SilentSeconds = 30;

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private readonly PostgresLink _link;
    private readonly Func<int[]> _processes;
    private readonly Action<Wait> _waiting;
    private readonly HashSet<SqlName> _held = [];
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly CancellationTokenSource _end = new();
    private readonly Task _beating;
    private long _looked = Stopwatch.GetTimestamp();

    /// <param name="link">Its own from now on.</param>
    /// <param name="processes">The server's processes that work for the run.</param>
    /// <param name="waiting">Hears that one of them waits for a lock.</param>
    public PostgresLocks(PostgresLink link, Func<int[]> processes, Action<Wait> waiting)
    {
        (_link, _processes, _waiting) = (link, processes, waiting);
        _beating = BeatAsync();
    }

    private NpgsqlConnection Connection => _link.Connection;

    /// <summary>Takes a table, or has it already; false while another run has it or still writes it.</summary>
    public async Task<bool> TryTakeAsync(SqlName table, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_held.Contains(table) || await AskAsync($"SELECT pg_try_advisory_lock({Holds})", table, cancellationToken)) _held.Add(table);
            // Nobody else begins to write it now; who was at it may still be.
            if (_held.Contains(table) && await AskAsync($"SELECT pg_try_advisory_xact_lock({Writes})", table, cancellationToken)) return true;
            if (Stopwatch.GetElapsedTime(_looked) < LookEvery) return false;
            _looked = Stopwatch.GetTimestamp();
            await EndSilentAsync(table, cancellationToken);
            return false;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Whether this connection is still there and has the lock, asked of the server in a transaction that writes the table.</summary>
    public async Task<bool> HoldsAsync(SqlName table, NpgsqlConnection writer, CancellationToken cancellationToken)
    {
        await using var command = Command(
            writer,
            $"""
            SELECT pg_advisory_xact_lock_shared({Writes});
            SELECT EXISTS (SELECT 1 FROM pg_locks AS l WHERE l.pid = @process AND {PostgresActivity.IsAdvisory(Holds)})
            """,
            table);
        command.Parameters.AddWithValue("process", _link.Process);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.NextResultAsync(cancellationToken) && await reader.ReadAsync(cancellationToken) && reader.GetBoolean(0);
    }

    /// <summary>Who has a table, or still writes it, in a sentence.</summary>
    public async Task<string> HolderAsync(SqlName table, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            return await PostgresActivity.HoldersAsync(
                Connection, PostgresActivity.IsAdvisory($"{Holds}, {Writes}"), cancellationToken, [.. Keys(Connection, table)]);
        }
        finally
        {
            _turn.Release();
        }
    }

    public async Task ReleaseAllAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            await Connection.ExecuteAsync("SELECT pg_advisory_unlock_all()", cancellationToken);
            _held.Clear();
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
#pragma warning disable VSTHRD003 // Started by the constructor, on no context that could wait for this one.
        await _beating;
#pragma warning restore VSTHRD003
        await _link.DisposeAsync();
        _end.Dispose();
        _turn.Dispose();
    }

    private async Task BeatAsync()
    {
        try
        {
            using var timer = new PeriodicTimer(BeatEvery);
            while (await timer.WaitForNextTickAsync(_end.Token))
            {
                await _turn.WaitAsync(_end.Token);
                try
                {
                    await BeatOnceAsync();
                }
                finally
                {
                    _turn.Release();
                }
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or NpgsqlException or InvalidOperationException)
        {
            // The run is over, or the connection is gone: its next transaction hears of that.
        }
    }

    private async Task BeatOnceAsync()
    {
        var blockers = await PostgresActivity.BlockersAsync(Connection, _processes(), _end.Token);
        if (blockers.Length > 0) _waiting(new(WaitKind.Lock, $"A statement waits for a lock.{blockers}", BeatEvery * 1.2));
    }

    /// <summary>Ends the sessions of a run that has been silent for as long as a lease, as far as the user may.</summary>
    private async Task EndSilentAsync(SqlName table, CancellationToken cancellationToken)
    {
        try
        {
            await AskAsync(
                $"""
                WITH s AS (
                    SELECT a.pid, (l.classid::bigint << 32) | l.objid::bigint = {Holds} AS holds,
                        a.state <> 'active' AND a.state_change < clock_timestamp() - make_interval(secs => {SilentSeconds}) AS silent
                    FROM pg_locks AS l JOIN pg_stat_activity AS a ON a.pid = l.pid
                    WHERE {PostgresActivity.IsAdvisory($"{Holds}, {Writes}")} AND a.pid <> pg_backend_pid())
                SELECT bool_or(pg_terminate_backend(s.pid)) FROM s
                WHERE EXISTS (SELECT 1 FROM s AS h WHERE h.holds AND h.silent) OR (s.silent AND NOT EXISTS (SELECT 1 FROM s AS h WHERE h.holds))
                """,
                table, cancellationToken);
        }
        catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            // Another user's: the lock stays, and its holder is named.
        }
    }

    private async Task<bool> AskAsync(string question, SqlName table, CancellationToken cancellationToken)
    {
        await using var command = Command(Connection, question, table);
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, SqlName table) =>
        (NpgsqlCommand)SqlCommands.Command(connection, sql, [.. Keys(connection, table).Where(key => sql.Contains($"@{key.Name}", StringComparison.Ordinal))]);

    private static IEnumerable<(string Name, object? Value)> Keys(NpgsqlConnection connection, SqlName table) =>
        [("holds", $"tidemark {connection.Database} {table}"), ("writes", $"tidemark {connection.Database} {table} writes")];
}
