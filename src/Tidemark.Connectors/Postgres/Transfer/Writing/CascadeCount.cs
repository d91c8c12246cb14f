using Npgsql;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Destinations.Sql;

namespace Tidemark.Connectors.Postgres.Transfer.Writing;

/// <summary>
/// Counts what a deletion takes of other tables by their foreign keys, however long the way: the server's own count of what the transaction has
/// done to them, before and after. Nothing is counted where the server is told to count nothing (<c>track_counts</c>).
/// </summary>
internal static class CascadeCount
{
    /// <param name="connection">A connection with a transaction open.</param>
    /// <param name="deleted">The table that loses rows.</param>
    /// <param name="written">All tables that are written; what they lose is known otherwise.</param>
    /// <param name="delete">Deletes the rows.</param>
    /// <param name="cancellationToken">Cancels between statements.</param>
    public static async Task<IReadOnlyList<Cascade>> OfAsync(
        NpgsqlConnection connection, TableWork deleted, IReadOnlyList<TableWork> written, Func<Task> delete, CancellationToken cancellationToken)
    {
        var before = await DoneAsync(connection, deleted, written, cancellationToken);
        await delete();
        if (before.Count == 0) return [];
        var cascades = new List<Cascade>();
        foreach (var (table, (deletes, updates)) in await DoneAsync(connection, deleted, written, cancellationToken))
        {
            var (gone, emptied) = (deletes - before[table].Deletes, updates - before[table].Updates);
            if (gone + emptied > 0)
                cascades.Add(new(table.Name, await connection.CountAsync($"SELECT count(*) FROM {table}", cancellationToken) + gone, gone, emptied));
        }

        return cascades;
    }

    private static async Task<Dictionary<SqlName, (long Deletes, long Updates)>> DoneAsync(
        NpgsqlConnection connection, TableWork deleted, IReadOnlyList<TableWork> written, CancellationToken cancellationToken)
    {
        await using var command = SqlCommands.Command(
            connection,
            """
            WITH RECURSIVE k AS (
                SELECT coalesce(pg_partition_root(conrelid), conrelid)::oid AS child, coalesce(pg_partition_root(confrelid), confrelid)::oid AS parent
                FROM pg_constraint WHERE contype = 'f' AND conparentid = 0 AND confdeltype IN ('c', 'n', 'd')),
            reached (id) AS (SELECT @table::oid UNION SELECT k.child FROM k JOIN reached ON k.parent = reached.id)
            SELECT n.nspname::text, c.relname::text,
                coalesce(sum(pg_stat_get_xact_tuples_deleted(p.id)), 0)::bigint, coalesce(sum(pg_stat_get_xact_tuples_updated(p.id)), 0)::bigint
            FROM reached JOIN pg_class AS c ON c.oid = reached.id JOIN pg_namespace AS n ON n.oid = c.relnamespace
            CROSS JOIN LATERAL (SELECT c.oid AS id UNION SELECT t.relid FROM pg_partition_tree(c.oid) AS t) AS p
            WHERE c.oid::bigint <> ALL (@written) GROUP BY 1, 2
            """,
            ("table", deleted.Target.Id), ("written", written.Select(work => work.Target.Id).ToArray()));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var done = new Dictionary<SqlName, (long, long)>();
        while (await reader.ReadAsync(cancellationToken)) done.Add(new SqlName(reader.GetString(0), reader.GetString(1)), (reader.GetInt64(2), reader.GetInt64(3)));
        return done;
    }
}
