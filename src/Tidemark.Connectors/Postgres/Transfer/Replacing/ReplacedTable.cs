using Npgsql;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Transfers;

namespace Tidemark.Connectors.Postgres.Transfer.Replacing;

/// <summary>A table of the target whose rows are replaced.</summary>
/// <param name="Table">What is transferred of it.</param>
/// <param name="Oid">Its number in the target's catalog.</param>
/// <param name="IsPartitioned">Whether it is divided into partitions, which are replaced along with it.</param>
internal sealed record ReplacedTable(TransferTable Table, long Oid, bool IsPartitioned)
{
    /// <summary>Set <c>tree</c> of SQL: the numbers (<c>id</c>) of the tables of the parameter <c>tables</c> and of their partitions, with that of the table itself (<c>root</c>).</summary>
    public const string Tree =
        "tree AS (SELECT t.id AS root, coalesce(p.relid::oid, t.id) AS id, coalesce(p.level, 0) AS level FROM unnest(@tables::oid[]) AS t (id) LEFT JOIN LATERAL pg_partition_tree(t.id) AS p ON TRUE)";

    /// <summary>Its rows in SQL, under the alias <c>t</c>: with those of its partitions, without those of tables that inherit from it.</summary>
    public string Rows => $"{(IsPartitioned ? "" : "ONLY ")}{Table.Name} AS t";

    /// <summary>What loading it takes, beside other tables.</summary>
    public long Weight => (Table.EstimatedRows + 1) * (Table.Columns.Count + 1);

    /// <summary>Finds the tables, and whatever keeps them from being replaced.</summary>
    /// <exception cref="TidemarkException"><c>transfer.no_such_table</c>, <c>transfer.not_owner</c>, <c>transfer.referenced_from_outside</c>, all at once.</exception>
    public static async Task<IReadOnlyList<ReplacedTable>> FindAsync(
        NpgsqlConnection connection, IReadOnlyList<TransferTable> tables, CancellationToken cancellationToken)
    {
        var (found, problems) = (new List<ReplacedTable>(), new List<Problem>());
        await using (var command = SqlCommands.Command(
            connection,
            """
            SELECT o.place, c.oid::bigint, c.relkind = 'p', pg_has_role(c.relowner, 'USAGE')
            FROM unnest(@names) WITH ORDINALITY AS o (name, place) LEFT JOIN pg_class AS c ON c.oid = to_regclass(o.name) AND c.relkind IN ('r', 'p')
            ORDER BY o.place
            """,
            ("names", tables.Select(table => table.Name.ToString()).ToArray())))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                var table = tables[(int)reader.GetInt64(0) - 1];
                if (await reader.IsDBNullAsync(1, cancellationToken))
                    problems.Add(new("transfer.no_such_table", $"table {table.Label}", $"The target has no table {table.Label}.", "Make it first, with the columns of the source's."));
                else if (!reader.GetBoolean(3))
                    problems.Add(new("transfer.not_owner", $"table {table.Label}", $"The user does not own {table.Label}, and so may not make its indexes and foreign keys anew.", "Let the owner do it, or write the rows as upsert or mirror."));
                else found.Add(new(table, reader.GetInt64(1), reader.GetBoolean(2)));
            }
        }

        problems.AddRange(await ReferencedFromOutsideAsync(connection, found, cancellationToken));
        return problems.Count == 0 ? found : throw TidemarkException.ForAll(problems);
    }

    private static async Task<List<Problem>> ReferencedFromOutsideAsync(
        NpgsqlConnection connection, IReadOnlyList<ReplacedTable> tables, CancellationToken cancellationToken)
    {
        await using var command = SqlCommands.Command(
            connection,
            $"""
            WITH {Tree}
            SELECT k.conname::text, k.conrelid::regclass::text, k.confrelid::regclass::text FROM pg_constraint AS k
            WHERE k.contype = 'f' AND k.conparentid = 0 AND k.confrelid IN (SELECT id FROM tree) AND k.conrelid NOT IN (SELECT id FROM tree)
            ORDER BY 2, 1
            """,
            ("tables", tables.Select(table => table.Oid).ToArray()));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var problems = new List<Problem>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var (name, referring, referenced) = (reader.GetString(0), reader.GetString(1), reader.GetString(2));
            problems.Add(new(
                "transfer.referenced_from_outside", $"table {referenced}",
                $"{referenced} cannot be replaced: rows of {referring}, which is not transferred, refer to it (foreign key {name}).",
                $"Transfer {referring} as well, or write the rows as upsert or mirror."));
        }

        return problems;
    }
}
