using Npgsql;
using Tidemark.Engine.Destinations.Sql;

namespace Tidemark.Connectors.Postgres;

/// <summary>Which columns a constraint is about that has refused a row, as the catalog of PostgreSQL has it: a name says nothing.</summary>
internal static class PostgresConstraints
{
    /// <summary>Columns of a table; empty where the server speaks of another table, or does not tell.</summary>
    /// <param name="connection">A connection that no command runs on.</param>
    /// <param name="refused">What the server said.</param>
    /// <param name="table">The table that was written.</param>
    /// <param name="cancellationToken">Cancels the asking.</param>
    /// <remarks>
    /// https://www.postgresql.org/docs/18/catalog-pg-constraint.html; an index is named like a constraint. An expression of an index is made of the
    /// columns that it depends on; the condition of a partial one is made of columns too, and those are not told apart.
    /// </remarks>
    public static async Task<IReadOnlyList<string>> ColumnsAsync(
        NpgsqlConnection connection, PostgresException refused, SqlName table, CancellationToken cancellationToken)
    {
        if (refused is not { SchemaName: { } schema, TableName: { } name }) return PostgresErrors.CopiedColumn(refused.Where) is { } copied ? [copied] : [];
        await using var command = new NpgsqlCommand(
            """
            SELECT a.attname::text
            FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
            WHERE c.oid = to_regclass(@refused)
                AND (c.oid = to_regclass(@table) OR to_regclass(@table) IN (SELECT p.relid FROM pg_partition_ancestors(c.oid) AS p (relid)))
                AND (a.attname = @column
                    OR EXISTS (SELECT 1 FROM pg_constraint AS k WHERE k.conrelid = c.oid AND k.conname = @constraint AND a.attnum = ANY (k.conkey))
                    OR EXISTS (
                        SELECT 1 FROM pg_index AS i JOIN pg_class AS x ON x.oid = i.indexrelid
                        WHERE i.indrelid = c.oid AND x.relname = @constraint
                            AND (a.attnum = ANY ((i.indkey::smallint[])[0:i.indnkeyatts - 1])
                                OR i.indexprs IS NOT NULL AND i.indpred IS NULL AND EXISTS (
                                    SELECT 1 FROM pg_depend AS d
                                    WHERE d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid AND d.refobjid = c.oid AND d.refobjsubid = a.attnum))))
            ORDER BY a.attnum
            """,
            connection);
        command.Parameters.AddWithValue("refused", new SqlName(schema, name).ToString());
        command.Parameters.AddWithValue("table", table.ToString());
        command.Parameters.AddWithValue("column", refused.ColumnName ?? "");
        command.Parameters.AddWithValue("constraint", refused.ConstraintName ?? "");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var columns = new List<string>();
        while (await reader.ReadAsync(cancellationToken)) columns.Add(reader.GetString(0));
        return columns;
    }
}
