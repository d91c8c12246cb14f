using System.Data.Common;
using System.Globalization;
using Npgsql;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Errors;

namespace Tidemark.Connectors.Postgres;

/// <summary>
/// Whose sessions hold a lock, as far as the user may see: https://www.postgresql.org/docs/18/monitoring-stats.html. Never what they run, which
/// may have secrets in it.
/// </summary>
internal static class PostgresActivity
{
    private const int Most = 3;

    /// <summary>Condition: an entry <c>l</c> of pg_locks is an advisory lock of one of these keys (SQL) of this database.</summary>
    public static string IsAdvisory(string keys) =>
        $"""
        l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
            AND (l.classid::bigint << 32) | l.objid::bigint IN ({keys})
        """;

    /// <summary>Other sessions that hold a lock, in a sentence each; empty where there is none.</summary>
    /// <param name="connection">A connection that no command runs on.</param>
    /// <param name="which">SQL condition on an entry <c>l</c> of pg_locks and its session <c>a</c>.</param>
    /// <param name="cancellationToken">Cancels the asking.</param>
    /// <param name="parameters">Parameters of the condition.</param>
    public static async Task<string> HoldersAsync(
        NpgsqlConnection connection, string which, CancellationToken cancellationToken, params (string Name, object? Value)[] parameters)
    {
        await using var command = SqlCommands.Command(
            connection,
            $"""
            SELECT DISTINCT a.pid, coalesce(a.application_name, ''), coalesce(a.usename, ''), coalesce(a.state, ''), coalesce(a.xact_start, a.state_change)
            FROM pg_locks AS l JOIN pg_stat_activity AS a ON a.pid = l.pid
            WHERE l.granted AND l.pid <> pg_backend_pid() AND {which} ORDER BY a.pid LIMIT {Most}
            """,
            parameters);
        return await SentencesAsync(command, cancellationToken);
    }

    /// <summary>The sessions that some of the server's processes wait for, in a sentence each; empty where none waits.</summary>
    /// <param name="connection">A connection that no command runs on.</param>
    /// <param name="processes">Those that may wait.</param>
    /// <param name="cancellationToken">Cancels the asking.</param>
    public static async Task<string> BlockersAsync(NpgsqlConnection connection, int[] processes, CancellationToken cancellationToken)
    {
        await using var command = SqlCommands.Command(
            connection,
            $"""
            SELECT DISTINCT a.pid, coalesce(a.application_name, ''), coalesce(a.usename, ''), coalesce(a.state, ''), coalesce(a.xact_start, a.state_change)
            FROM pg_stat_activity AS w, unnest(pg_blocking_pids(w.pid)) AS b (pid), pg_stat_activity AS a
            WHERE w.pid = ANY (@processes) AND w.wait_event_type = 'Lock' AND a.pid = b.pid AND a.pid <> ALL (@processes)
            ORDER BY a.pid LIMIT {Most}
            """,
            ("processes", processes));
        return await SentencesAsync(command, cancellationToken);
    }

    private static async Task<string> SentencesAsync(DbCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var holders = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var (program, state) = (reader.GetString(1), reader.GetString(3));
            holders.Add(string.Create(CultureInfo.InvariantCulture,
                $" It is held by {(program.Length > 0 ? program : "a program without a name")} (user {reader.GetString(2)}, pid {reader.GetInt32(0)} of the server")
                + (state.Length > 0 ? $", {state}" : "")
                + (await reader.IsDBNullAsync(4, cancellationToken) ? ")." : $", since {MomentText.Of(new DateTimeOffset(reader.GetDateTime(4).ToUniversalTime()))})."));
        }

        return string.Concat(holders);
    }
}
