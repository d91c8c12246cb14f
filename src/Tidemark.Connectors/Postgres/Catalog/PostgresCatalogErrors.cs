using System.Data.Common;
using Npgsql;
using Tidemark.Engine.Errors;

namespace Tidemark.Connectors.Postgres.Catalog;

/// <summary>
/// What PostgreSQL's failures mean for a catalog, by SQLSTATE. Source:
/// https://www.postgresql.org/docs/18/errcodes-appendix.html. The server repeats no password.
/// </summary>
internal static class PostgresCatalogErrors
{
    /// <summary>Whether the same attempt may succeed a moment later: a restart, a full server, a broken line.</summary>
    public static bool MayPass(Exception failure) => failure is not PostgresException
        ? failure is not InvalidCastException and not ArgumentException
        : failure is PostgresException { SqlState: ['0', '8', ..] or ['5', '3', ..] or ['5', '7', ..] };

    /// <summary>A connection that could not be opened.</summary>
    /// <param name="failure">The driver's exception.</param>
    /// <param name="place">The catalog's place.</param>
    /// <param name="wasThere">Whether the server has answered before: then it is likely to be back soon.</param>
    public static TidemarkException Unreachable(Exception failure, string place, bool wasThere)
    {
        if (failure is PostgresException refused && Explain(refused, place) is { } known) return known;
        // https://github.com/npgsql/npgsql/blob/main/src/Npgsql/Internal/NpgsqlConnector.Auth.cs: a login that asks for a password.
        if (failure.Message.Contains("No password has been provided", StringComparison.Ordinal)) return LoginRefused(place, failure);
        return new TidemarkException(
            wasThere ? FailureKind.Transient : FailureKind.Configuration, "catalog.unreachable",
            $"The catalog in {place} cannot be reached: {failure.GetBaseException().Message}", failure)
        {
            Hint = "Check host, port and firewall in TIDEMARK_CATALOG, and that the server is running.",
        };
    }

    /// <summary>Who must act, and what to do; null where it is a defect.</summary>
    public static TidemarkException? Explain(DbException failure, string place)
    {
        if (failure is not PostgresException refused) return failure is NpgsqlException ? Lost(failure, place) : null;
        return refused.SqlState switch
        {
            PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification => LoginRefused(place, refused),
            PostgresErrorCodes.InvalidCatalogName => Refused("no_such_database",
                "Create the database, or name another one in TIDEMARK_CATALOG."),
            PostgresErrorCodes.InsufficientPrivilege => Refused("permission",
                "GRANT CREATE ON DATABASE to the user; or make the schema and GRANT USAGE, CREATE ON SCHEMA, where its tables are the user's."),
            PostgresErrorCodes.DuplicateTable or PostgresErrorCodes.DuplicateObject or PostgresErrorCodes.UndefinedTable
                or PostgresErrorCodes.UndefinedColumn => Refused("unreadable",
                "The schema has tables of another program: choose another one with ?schema= in TIDEMARK_CATALOG."),
            PostgresErrorCodes.DiskFull => Refused("unwritable", "Make room on the database server."),
            PostgresErrorCodes.ReadOnlySqlTransaction => Refused("unwritable",
                "Name a server that can be written in TIDEMARK_CATALOG: this one is a standby, or set to read only."),
            ['0', '8', ..] or ['5', '3', ..] or ['5', '7', ..] => Lost(refused, place),
            _ => null,
        };

        TidemarkException Refused(string code, string hint) =>
            new(FailureKind.Configuration, $"catalog.{code}", $"The catalog in {place} cannot be used: {refused.MessageText}", refused)
            {
                Hint = hint,
            };
    }

    private static TidemarkException LoginRefused(string place, Exception failure) =>
        new(FailureKind.Configuration, "catalog.login_refused", $"The server of the catalog in {place} refuses the login.", failure)
        {
            Hint = "Check user and password in TIDEMARK_CATALOG.",
        };

    private static TidemarkException Lost(Exception failure, string place) =>
        new(FailureKind.Transient, "catalog.connection_lost",
            $"The connection to the catalog in {place} broke: {failure.GetBaseException().Message}", failure)
        {
            Hint = "Run again once the server is back: a run resumes from its checkpoint.",
        };
}
