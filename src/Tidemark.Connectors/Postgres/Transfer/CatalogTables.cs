using Npgsql;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Transfers;

namespace Tidemark.Connectors.Postgres.Transfer;

/// <summary>All tables with what belongs to them.</summary>
internal static class CatalogTables
{
    // Rows are counted as the server's planner does: by their density when they were
    // last counted, and where they never were, by a usual width.
    private const string Tables =
        $"""
        WITH RECURSIVE {CatalogSql.Parts},
        {CatalogSql.Busy},
        sizes AS (
            SELECT p.root, bool_or(c.relkind = 'f') AS is_foreign, bool_or(c.relpersistence = 'u') AS is_unlogged, sum(s.bytes) AS bytes,
                sum(CASE WHEN c.reltuples > 0 AND c.relpages > 0 THEN c.reltuples::numeric / c.relpages * s.rows / 8192 ELSE s.rows / 100 END) AS rows
            FROM parts AS p JOIN pg_class AS c ON c.oid = p.part LEFT JOIN busy AS b ON b.relation = c.oid
            CROSS JOIN LATERAL (SELECT
                CASE WHEN c.relkind <> 'r' THEN 0 WHEN b.relation IS NULL THEN coalesce(pg_relation_size(c.oid), 0) ELSE c.relpages * 8192::bigint END AS rows,
                CASE WHEN c.relkind <> 'r' THEN 0 WHEN b.relation IS NULL THEN coalesce(pg_table_size(c.oid), 0) ELSE c.relpages * 8192::bigint END AS bytes) AS s
            GROUP BY p.root),
        triggers AS (
            SELECT p.root, array_agg(DISTINCT t.tgname::text) AS names FROM pg_trigger AS t JOIN parts AS p ON p.part = t.tgrelid
            WHERE NOT t.tgisinternal AND t.tgparentid = 0 AND t.tgenabled IN ('O', 'A') GROUP BY p.root),
        rules AS (
            SELECT p.root, array_agg(DISTINCT w.rulename::text) AS names FROM pg_rewrite AS w JOIN parts AS p ON p.part = w.ev_class WHERE w.ev_enabled IN ('O', 'A') GROUP BY p.root),
        parents AS (
            SELECT i.inhrelid, array_agg(n.nspname::text ORDER BY i.inhseqno) AS schemas, array_agg(c.relname::text ORDER BY i.inhseqno) AS names
            FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhparent JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'f') GROUP BY i.inhrelid)
        SELECT c.oid::bigint, n.nspname::text, c.relname::text, c.relkind = 'p', s.is_foreign, s.is_unlogged, s.rows::bigint, s.bytes::bigint,
            c.relrowsecurity AND row_security_active(c.oid), x.extname::text,
            coalesce(t.names, ARRAY[]::text[]), coalesce(r.names, ARRAY[]::text[]), coalesce(i.schemas, ARRAY[]::text[]), coalesce(i.names, ARRAY[]::text[]),
            array(SELECT p FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) AS p
                WHERE NOT has_table_privilege(c.oid, p) OR NOT has_schema_privilege(n.oid, 'USAGE'))
        FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace JOIN sizes AS s ON s.root = c.oid
        LEFT JOIN triggers AS t ON t.root = c.oid LEFT JOIN rules AS r ON r.root = c.oid LEFT JOIN parents AS i ON i.inhrelid = c.oid
        LEFT JOIN pg_depend AS d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.objsubid = 0 AND d.deptype = 'e' LEFT JOIN pg_extension AS x ON x.oid = d.refobjid
        ORDER BY n.nspname, c.relname
        """;

    public static async Task<IReadOnlyList<TableShape>> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var columns = await CatalogColumns.ReadAsync(connection, cancellationToken);
        var indexes = await CatalogKeys.IndexesAsync(connection, cancellationToken);
        var constraints = await CatalogKeys.ConstraintsAsync(connection, cancellationToken);
        var foreignKeys = await CatalogKeys.ForeignKeysAsync(connection, cancellationToken);
        return await connection.RowsAsync(Tables, row => Table(row, columns, indexes, constraints, foreignKeys), cancellationToken);
    }

    private static TableShape Table(
        NpgsqlDataReader row, ILookup<long, ColumnShape> columns, ILookup<long, UniqueIndex> indexes, ILookup<long, KeyValuePair<string, string>> constraints,
        ILookup<long, ForeignKeyShape> foreignKeys)
    {
        var number = row.GetInt64(0);
        var keys = indexes[number].Where(index => index.IsKey).ToList();
        return new(new(row.GetString(1), row.GetString(2)), [.. columns[number]])
        {
            Key = keys is [var best, ..] ? best.Columns : [],
            Keys = [.. keys.Select(key => key.Columns)],
            KeyBounds = keys is [var counted, ..] ? counted.Bounds : [],
            ForeignKeys = [.. foreignKeys[number]],
            Constraints = indexes[number].Except(keys.Take(1)).Where(index => index.Definition is not null).Select(index => KeyValuePair.Create(index.Name, index.Definition!)).Concat(constraints[number])
                .DistinctBy(constraint => constraint.Key, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal),
            IsPartitioned = row.GetBoolean(3),
            IsForeign = row.GetBoolean(4),
            IsUnlogged = row.GetBoolean(5),
            EstimatedRows = row.GetInt64(6),
            Bytes = row.GetInt64(7),
            HidesRows = row.GetBoolean(8),
            Extension = row.IsDBNull(9) ? null : row.GetString(9),
            Triggers = row.GetFieldValue<string[]>(10),
            Rules = row.GetFieldValue<string[]>(11),
            Inherits = [.. row.GetFieldValue<string[]>(12).Zip(row.GetFieldValue<string[]>(13), (schema, name) => new SqlName(schema, name))],
            Denied = row.GetFieldValue<string[]>(14),
        };
    }
}
