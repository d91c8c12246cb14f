using Npgsql;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Errors;

namespace Tidemark.Connectors.Postgres.Transfer.Replacing;

/// <summary>
/// Looks whether one worker's connection waits for another's: a trigger, or a function of an index, reads a table that the other one replaces. Neither would ever go
/// on, and the server does not see it: the other one waits for its program.
/// </summary>
internal static class EntanglementWatch
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    /// <summary>Runs work, and ends it where it is entangled.</summary>
    /// <param name="connection">A connection that nothing else uses meanwhile.</param>
    /// <param name="processes">The server's processes of the workers.</param>
    /// <param name="work">The work; it ends when its token is cancelled.</param>
    /// <param name="cancellationToken">Ends both.</param>
    /// <exception cref="TidemarkException"><c>transfer.entangled</c>, and what the work fails for.</exception>
    public static async Task<T> RunAsync<T>(NpgsqlConnection connection, int[] processes, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var (working, watching) = (work(stop.Token), WatchAsync(connection, processes, over.Token));
        if (await Task.WhenAny(working, watching) == watching && await watching is { } table)
        {
            await stop.CancelAsync();
            await ((Task)working).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw new TidemarkException(FailureKind.Configuration, "transfer.entangled", $"The tables cannot be replaced apart: a trigger or an index of one reads {table}, which another connection replaces.")
            {
                Hint = "The tables are as they were. Set parallel to 1, turn the triggers off, or write the rows as upsert or mirror.",
            };
        }

        await over.CancelAsync();
        await ((Task)watching).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return await working;
    }

    /// <summary>Returns the table that one waits for; null once it is over.</summary>
    private static async Task<string?> WatchAsync(NpgsqlConnection connection, int[] processes, CancellationToken over)
    {
        try
        {
            using var timer = new PeriodicTimer(LookEvery);
            while (await timer.WaitForNextTickAsync(over))
            {
                await using var command = SqlCommands.Command(
                    connection,
                    """
                    SELECT coalesce(l.relation::regclass::text, 'a table') FROM pg_locks AS l
                    WHERE NOT l.granted AND l.pid = ANY (@processes) AND pg_blocking_pids(l.pid) && @processes LIMIT 1
                    """,
                    ("processes", processes));
                if (await command.ExecuteScalarAsync(over) is string table) return table;
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or NpgsqlException)
        {
            // It is over; or this connection is gone, and the work fails where it uses it next.
        }

        return null;
    }
}
