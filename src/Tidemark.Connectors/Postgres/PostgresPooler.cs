using Npgsql;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Errors;

namespace Tidemark.Connectors.Postgres;

/// <summary>
/// Notices a pooler that lends a server's connection for one transaction or one statement. Settings, locks and temporary tables of such a
/// connection come and go with it, and its settings reach other programs.
/// </summary>
/// <remarks>
/// A server names its process when a connection begins (BackendKeyData), and a pooler names itself in its place, since cancellations go
/// through it. So where pg_backend_pid() is what was named, nothing shares connections, whatever passes the bytes on (NAT, a TCP proxy, a
/// tunnel). Where it differs, a second connection tells how it shares: in session mode each has a process of its own for good. Else the
/// second gets the process that the first has just used, or, with other clients about or a pooler that takes turns, the first gets another.
/// https://www.postgresql.org/docs/18/protocol-flow.html#PROTOCOL-FLOW-START-UP, https://www.pgbouncer.org/config.html#pool_mode.
/// </remarks>
internal static class PostgresPooler
{
    private const int Attempts = 10;

    // A pooler of one connection a client lets a second client wait.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <param name="first">A new connection, on which nothing was set.</param>
    /// <param name="connect">Opens another.</param>
    /// <param name="cancellationToken">Cancels between statements.</param>
    /// <exception cref="TidemarkException"><c>postgres.pooler_mode</c> (configuration).</exception>
    public static async Task RequireOwnConnectionAsync(
        NpgsqlConnection first, Func<CancellationToken, ValueTask<NpgsqlConnection>> connect, CancellationToken cancellationToken)
    {
        if (await ProcessAsync(first, cancellationToken) == first.ProcessID) return;
        using var soon = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        soon.CancelAfter(Patience);
        try
        {
            await using var second = await connect(soon.Token);
            for (var attempt = 0; attempt < Attempts; attempt++)
            {
                var process = await ProcessAsync(first, soon.Token);
                if (await ProcessAsync(second, soon.Token) == process || await ProcessAsync(first, soon.Token) != process) throw Shared();
            }
        }
        catch (Exception refused) when (refused is NpgsqlException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            // There is no second connection to be had, or not soon: what the first has, nobody else gets.
        }
    }

    private static Task<long> ProcessAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        connection.CountAsync("SELECT pg_backend_pid()", cancellationToken);

    private static TidemarkException Shared() =>
        new(FailureKind.Configuration, "postgres.pooler_mode",
            "A connection pooler lends the server's connections for one transaction or statement at a time (pool_mode transaction or statement): settings and locks of a run would not hold.")
        {
            Hint = "Give the address of the server itself, or of a pool in session mode (pgbouncer: pool_mode=session for this database or user).",
        };
}
