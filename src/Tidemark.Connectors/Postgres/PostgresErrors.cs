using System.Data.Common;
using System.Net.Sockets;
using System.Security.Authentication;
using Npgsql;
using Tidemark.Engine.Errors;

namespace Tidemark.Connectors.Postgres;

/// <summary>Tells PostgreSQL's failures apart by SQLSTATE. Source: https://www.postgresql.org/docs/18/errcodes-appendix.html.</summary>
internal static class PostgresErrors
{
    /// <summary>The server, or a pooler before it, gives no further connection.</summary>
    public const string TooManyConnections = "postgres.too_many_connections";

    private const string MoreConnections =
        "A run needs two connections, and one more for each further stream at once. Run again once other programs have let go of theirs, or allow the user more.";

    /// <summary>The reason where a row's content is refused: constraint (class 23), value (class 22), too large to index.</summary>
    public static Problem? RowProblem(DbException failure, string table)
    {
        if (failure is not PostgresException refused) return null;
        if (!IsOfRow(refused.SqlState)) return null;
        var where = refused.ConstraintName is { } constraint && !refused.MessageText.Contains(constraint, StringComparison.Ordinal)
            ? $" (constraint {constraint})" : "";
        return new Problem(
            refused.SqlState switch
            {
                PostgresErrorCodes.UniqueViolation => "postgres.unique",
                PostgresErrorCodes.ForeignKeyViolation => "postgres.foreign_key",
                PostgresErrorCodes.NotNullViolation => "postgres.not_null",
                PostgresErrorCodes.CheckViolation => "postgres.check",
                PostgresErrorCodes.ExclusionViolation => "postgres.exclusion",
                _ => "postgres.value_refused",
            },
            $"table {table}", $"{refused.MessageText}{where}", refused.Hint);
    }

    /// <summary>The column of a place such as <c>COPY people, line 1, column name: "x"</c>.</summary>
    public static string? CopiedColumn(string? where)
    {
        const string Before = ", column ";
        if (where is null || !where.StartsWith("COPY ", StringComparison.Ordinal)) return null;
        var start = where.IndexOf(Before, StringComparison.Ordinal);
        if (start < 0) return null;
        start += Before.Length;
        var end = where.IndexOf(':', start);
        return end < 0 ? where[start..] : where[start..end];
    }

    /// <summary>Values and constraints, limits that a row exceeds, and whatever a trigger raises, in the codes that are left to users.</summary>
    private static bool IsOfRow(string state) => state is ['2', '2' or '3', ..] or ['P', '0', ..] or [>= 'I' and <= 'W' or 'Y' or 'Z', ..]
        or PostgresErrorCodes.ProgramLimitExceeded or PostgresErrorCodes.StatementTooComplex;

    /// <summary>Any other failure: who must act, and what to do.</summary>
    /// <param name="failure">The failure.</param>
    /// <param name="holders">Sentences about who holds the lock that was waited for, each with a space before it.</param>
    public static TidemarkException Explain(DbException failure, string holders = "") => failure switch
    {
        PostgresException refused => FromServer(refused, holders),
        _ => Lost(failure),
    };

    /// <summary>A connection that broke is closed for whoever uses it next, which its driver takes for a mistake of the caller.</summary>
    public static TidemarkException? ExplainOther(InvalidOperationException failure) =>
        failure is ObjectDisposedException || (failure.Source == "Npgsql" && failure.Message.Contains("not open", StringComparison.Ordinal))
            ? Lost(failure) : null;

    private static TidemarkException Lost(Exception failure) =>
        new(FailureKind.Transient, "postgres.connection_lost", $"The connection to PostgreSQL broke: {Innermost(failure)}", failure)
        {
            Hint = "Run again: it resumes from the last checkpoint.",
        };

    /// <summary>A connection that could not be opened.</summary>
    /// <param name="address">Its address.</param>
    /// <param name="failure">The reason.</param>
    /// <param name="isConnected">Whether somebody answered, and nothing came after.</param>
    public static TidemarkException Unreachable(NpgsqlConnectionStringBuilder address, Exception failure, bool isConnected) => failure switch
    {
        PostgresException refused => FromServer(refused),
        NpgsqlException { InnerException: TimeoutException } when isConnected =>
            new(FailureKind.Transient, TooManyConnections, "A connection was opened, but PostgreSQL, or the pooler before it, did not answer.", failure) { Hint = MoreConnections },
        _ => new(
            // A server that restarts at night may pass; a certificate or a form of encryption that does not fit will not.
            failure is NpgsqlException && failure.GetBaseException() is not (SocketException or TimeoutException or IOException)
                ? FailureKind.Configuration : FailureKind.Transient,
            "postgres.unreachable", $"PostgreSQL at {address.Host}:{address.Port} cannot be reached: {Innermost(failure)}", failure)
        {
            Hint = failure.GetBaseException() is AuthenticationException
                ? "Check sslmode and sslrootcert in the setting url, the server's certificate and name, and this machine's clock."
                : "Check host, port and firewall, and that the server is running.",
        },
    };

    private static TidemarkException FromServer(PostgresException refused, string holders = "")
    {
        var (kind, code, hint) = refused.SqlState switch
        {
            PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification =>
                (FailureKind.Configuration, "postgres.login_refused", "Check user and password in the setting url."),
            PostgresErrorCodes.InvalidCatalogName =>
                (FailureKind.Configuration, "postgres.no_such_database", "Create the database, or name another one in the setting url."),
            PostgresErrorCodes.InsufficientPrivilege =>
                (FailureKind.Configuration, "postgres.permission", "Grant the user USAGE and CREATE on the schema, and its tables."),
            PostgresErrorCodes.DiskFull =>
                (FailureKind.Configuration, "postgres.disk_full", "Make room on the database server; the old rows are as they were."),
            PostgresErrorCodes.TooManyColumns =>
                (FailureKind.Configuration, "postgres.too_many_columns", "Choose fewer fields; the whole record is kept in raw."),
            PostgresErrorCodes.DuplicateTable or PostgresErrorCodes.DuplicateObject =>
                (FailureKind.Configuration, "postgres.name_taken", "Give what has the name another, or let the pipeline write to another table."),
            PostgresErrorCodes.ObjectNotInPrerequisiteState =>
                (FailureKind.Configuration, "postgres.not_ready", refused.Hint ?? "Bring the table into the state that the message speaks of."),
            PostgresErrorCodes.LockNotAvailable =>
                (FailureKind.Transient, "postgres.locked",
                    $"Another session has held a lock for {PostgresDatabase.LockSeconds} s. Run again once it is done."),
            PostgresErrorCodes.TooManyConnections => (FailureKind.Transient, TooManyConnections, MoreConnections),
            // pgbouncer's own words, under the code of a broken protocol: max_client_conn, query_wait_timeout.
            PostgresErrorCodes.ProtocolViolation when refused.MessageText.StartsWith("no more connections allowed", StringComparison.Ordinal)
                || refused.MessageText.StartsWith("query_wait_timeout", StringComparison.Ordinal) =>
                (FailureKind.Transient, TooManyConnections, MoreConnections),
            ['0', '8', ..] or ['5', '3', ..] or ['5', '7', ..] or ['4', '0', ..] =>
                (FailureKind.Transient, "postgres.interrupted", "Run again: it resumes from the last checkpoint."),
            _ => (FailureKind.Defect, "postgres.refused", (string?)null),
        };
        return new TidemarkException(kind, code, $"PostgreSQL says: {refused.MessageText}{(holders.Length > 0 ? "." : "")}{holders}", refused) { Hint = hint ?? refused.Hint };
    }

    private static string Innermost(Exception failure) => failure.GetBaseException().Message;
}
