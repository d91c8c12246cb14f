using System.Diagnostics;
using Npgsql;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Errors;

namespace Tidemark.Connectors.Postgres.Transfer.Replacing;

/// <summary>
/// Takes tables that others use, in turns: whoever comes later waits behind one who waits for a table, and the transactions of two workers with a
/// reader between them wait for each other unseen by the server. So a turn is short, and what was taken is let go before the next.
/// </summary>
internal static class LockTurns
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Takes tables for a transaction alone, in one turn; later statements wait longer.</summary>
    public static async Task LockAsync(NpgsqlConnection connection, IReadOnlyList<ReplacedTable> tables, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync($"SET LOCAL lock_timeout = '{PostgresDatabase.ShortLockSeconds}s'", cancellationToken);
        var names = tables.Select(table => $"{(table.IsPartitioned ? "" : "ONLY ")}{table.Table.Name}").Order(StringComparer.Ordinal);
        await connection.ExecuteAsync($"LOCK TABLE {string.Join(", ", names)} IN ACCESS EXCLUSIVE MODE", cancellationToken);
        await connection.ExecuteAsync($"SET LOCAL lock_timeout = '{PostgresDatabase.LockSeconds}s'", cancellationToken);
    }

    /// <summary>Tries until it has succeeded, or has waited for <see cref="PostgresDatabase.LockSeconds"/>.</summary>
    /// <param name="attempt">Takes locks in short turns; what it took, it has let go when it throws.</param>
    /// <param name="waiting">Hears that it waits.</param>
    /// <param name="cancellationToken">Ends the trying.</param>
    /// <exception cref="TidemarkException"><c>postgres.locked</c> (transient), and whatever else the attempt fails for.</exception>
    public static async Task TakeAsync(Func<Task> attempt, Action<Wait>? waiting, CancellationToken cancellationToken)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await attempt();
                return;
            }
            catch (PostgresException locked) when (
                locked.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected && waited.Elapsed.TotalSeconds < PostgresDatabase.LockSeconds)
            {
                waiting?.Invoke(new(
                    WaitKind.Lock, "The tables are replaced as soon as nobody uses them.", (Pause + TimeSpan.FromSeconds(PostgresDatabase.ShortLockSeconds)) * 1.2));
            }
            catch (NpgsqlException failure)
            {
                throw PostgresErrors.Explain(failure);
            }

            await Task.Delay(Pause, cancellationToken);
        }
    }
}
