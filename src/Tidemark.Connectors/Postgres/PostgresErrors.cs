using System.Data.Common;
using System.Net.Sockets;
using Npgsql;
using Tidemark.Engine.Errors;

namespace Tidemark.Connectors.Postgres;

/// <summary>Tells PostgreSQL's failures apart by SQLSTATE. Source: https://www.postgresql.org/docs/18/errcodes-appendix.html.</summary>
internal static class PostgresErrors
{
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

    /// <summary>Values and constraints, limits that a row exceeds, and whatever a trigger raises, in the codes that are left to users.</summary>
    private static bool IsOfRow(string state) => state is ['2', '2' or '3', ..] or ['P', '0', ..] or [>= 'I' and <= 'W' or 'Y' or 'Z', ..]
        or PostgresErrorCodes.ProgramLimitExceeded or PostgresErrorCodes.StatementTooComplex;

    /// <summary>Any other failure: who must act, and what to do.</summary>
    public static TidemarkException Explain(DbException failure) => failure switch
    {
        PostgresException refused => FromServer(refused),
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
    public static TidemarkException Unreachable(NpgsqlConnectionStringBuilder address, Exception failure) =>
        failure is PostgresException refused
            ? FromServer(refused)
            : new TidemarkException(
                failure is TimeoutException or SocketException or NpgsqlException ? FailureKind.Configuration : FailureKind.Transient,
                "postgres.unreachable", $"PostgreSQL at {address.Host}:{address.Port} cannot be reached: {Innermost(failure)}", failure)
            {
                Hint = "Check host, port and firewall, and that the server is running.",
            };

    private static TidemarkException FromServer(PostgresException refused)
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
                    $"Another session has held a lock for {PostgresDatabase.LockSeconds} s; pg_stat_activity shows which. Run again once it is done."),
            PostgresErrorCodes.TooManyConnections =>
                (FailureKind.Transient, "postgres.too_many_connections",
                    "Allow the user more connections, or let the pipeline read fewer streams at once (in_order: true)."),
            ['0', '8', ..] or ['5', '3', ..] or ['5', '7', ..] or ['4', '0', ..] =>
                (FailureKind.Transient, "postgres.interrupted", "Run again: it resumes from the last checkpoint."),
            _ => (FailureKind.Defect, "postgres.refused", (string?)null),
        };
        return new TidemarkException(kind, code, $"PostgreSQL says: {refused.MessageText}", refused) { Hint = hint ?? refused.Hint };
    }

    private static string Innermost(Exception failure) => failure.GetBaseException().Message;
}
