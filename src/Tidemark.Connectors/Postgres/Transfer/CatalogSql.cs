using Npgsql;

namespace Tidemark.Connectors.Postgres.Transfer;

/// <summary>What the queries of a catalog have in common.</summary>
internal static class CatalogSql
{
    /// <summary>Whether a relation <c>c</c> in the schema <c>n</c> is neither the server's, nor of one session, nor Tidemark's.</summary>
    public const string IsOfUser = @"n.nspname !~ '^(pg_|_tidemark|information_schema$)' AND c.relname !~ '^_tidemark' AND c.relpersistence <> 't'";

    /// <summary>Whether such a relation is a table that is told: no partition of another one.</summary>
    public const string IsTold = $"c.relkind IN ('r', 'p', 'f') AND NOT c.relispartition AND {IsOfUser}";

    /// <summary>Each told table with its partitions and itself, for WITH RECURSIVE.</summary>
    public const string Parts =
        $"""
        parts (root, part) AS (
            SELECT c.oid, c.oid FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE {IsTold}
            UNION ALL
            SELECT p.root, i.inhrelid FROM parts AS p JOIN pg_inherits AS i ON i.inhparent = p.part JOIN pg_class AS c ON c.oid = i.inhrelid WHERE c.relispartition)
        """;

    /// <summary>Tables that somebody has for himself, or waits to have: their sizes and definitions would be waited for. For WITH.</summary>
    public const string Busy =
        """
        busy (relation) AS (
            SELECT DISTINCT l.relation FROM pg_locks AS l
            WHERE l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock' AND l.database = (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database()))
        """;

    public static async Task<IReadOnlyList<T>> RowsAsync<T>(this NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, T> row, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken)) rows.Add(row(reader));
        return rows;
    }
}
