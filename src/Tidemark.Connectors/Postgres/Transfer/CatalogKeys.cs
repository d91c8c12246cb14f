using Npgsql;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Transfers;

namespace Tidemark.Connectors.Postgres.Transfer;

/// <summary>Keys, constraints and foreign keys of all tables.</summary>
internal static class CatalogKeys
{
    // A key without overlaps is an index that excludes. Columns that an index only includes are no part of the key.
    private const string Indexes =
        $"""
        WITH {CatalogSql.Busy}
        SELECT c.oid::bigint, x.relname::text, CASE WHEN c.oid NOT IN (SELECT b.relation FROM busy AS b) THEN 'UNIQUE' || substring(pg_get_indexdef(x.oid) FROM ' USING .*') END, array_agg(a.attname::text ORDER BY k.place),
            i.indisvalid AND i.indisready AND i.indimmediate AND NOT i.indisexclusion AND i.indpred IS NULL AND i.indexprs IS NULL AND m.amname = 'btree'
                AND bool_and(a.attnotnull AND r.oid IS NULL),
            coalesce(s.histogram_bounds::text::bigint[], ARRAY[]::bigint[])
        FROM pg_index AS i JOIN pg_class AS x ON x.oid = i.indexrelid JOIN pg_am AS m ON m.oid = x.relam
        JOIN pg_class AS c ON c.oid = i.indrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
        CROSS JOIN LATERAL unnest((i.indkey::smallint[])[0:i.indnkeyatts - 1]) WITH ORDINALITY AS k (number, place)
        LEFT JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = k.number
        LEFT JOIN pg_constraint AS r ON r.conrelid = c.oid AND r.contype = 'n' AND NOT r.convalidated AND r.conkey[1] = a.attnum
        LEFT JOIN pg_attribute AS f ON f.attrelid = c.oid AND i.indnkeyatts = 1 AND f.attnum = i.indkey[0] AND f.atttypid IN (20, 21, 23)
        LEFT JOIN pg_stats AS s ON s.schemaname = n.nspname AND s.tablename = c.relname AND s.attname = f.attname AND s.inherited = (c.relkind = 'p')
        WHERE i.indisunique AND {CatalogSql.IsTold}
        GROUP BY c.oid, x.oid, x.relname, i.indisprimary, i.indisreplident, i.indnkeyatts, i.indisvalid, i.indisready, i.indimmediate, i.indisexclusion,
            (i.indpred IS NULL), (i.indexprs IS NULL), m.amname, s.histogram_bounds::text
        ORDER BY c.oid, i.indisprimary DESC, i.indisreplident DESC, i.indnkeyatts, x.relname
        """;

    private const string Constraints =
        $"""
        WITH {CatalogSql.Busy}
        SELECT c.oid::bigint, k.conname::text, pg_get_constraintdef(k.oid)
        FROM pg_constraint AS k JOIN pg_class AS c ON c.oid = k.conrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE k.contype IN ('c', 'x') AND {CatalogSql.IsTold} AND c.oid NOT IN (SELECT b.relation FROM busy AS b)
        """;

    // Those of partitions follow from their root's, except for a partition that has one of its own.
    private const string ForeignKeys =
        $"""
        WITH RECURSIVE {CatalogSql.Parts}
        SELECT p.root::bigint, k.conname::text, n.nspname::text, c.relname::text,
            (SELECT array_agg(a.attname::text ORDER BY f.place) FROM unnest(k.conkey) WITH ORDINALITY AS f (number, place)
                JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = f.number),
            (SELECT array_agg(a.attname::text ORDER BY f.place) FROM unnest(k.confkey) WITH ORDINALITY AS f (number, place)
                JOIN pg_attribute AS a ON a.attrelid = k.confrelid AND a.attnum = f.number),
            pg_get_constraintdef(k.oid), k.condeferrable, k.convalidated AND coalesce((to_jsonb(k) ->> 'conenforced')::boolean, TRUE), p.root = p.part,
            p.root = p.part AND NOT coalesce((to_jsonb(k) ->> 'conperiod')::boolean, FALSE)
        FROM pg_constraint AS k JOIN parts AS p ON p.part = k.conrelid JOIN parts AS t ON t.part = k.confrelid
        JOIN pg_class AS c ON c.oid = t.root JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE k.contype = 'f' AND k.conparentid = 0
        ORDER BY p.root, k.conname
        """;

    /// <summary>Unique indexes by the oid of their table, the best keys first.</summary>
    public static async Task<ILookup<long, UniqueIndex>> IndexesAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        (await connection.RowsAsync(
            Indexes,
            row => (Table: row.GetInt64(0), Index: new UniqueIndex(
                row.GetString(1), row.IsDBNull(2) ? null : row.GetString(2), [.. row.GetFieldValue<string?[]>(3).OfType<string>()], !row.IsDBNull(4) && row.GetBoolean(4), row.GetFieldValue<long[]>(5))),
            cancellationToken))
        .ToLookup(index => index.Table, index => index.Index);

    /// <summary>Check and exclusion constraints by the oid of their table.</summary>
    public static async Task<ILookup<long, KeyValuePair<string, string>>> ConstraintsAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        (await connection.RowsAsync(Constraints, row => (Table: row.GetInt64(0), Constraint: KeyValuePair.Create(row.GetString(1), row.GetString(2))), cancellationToken))
        .ToLookup(constraint => constraint.Table, constraint => constraint.Constraint);

    public static async Task<ILookup<long, ForeignKeyShape>> ForeignKeysAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        (await connection.RowsAsync(
            ForeignKeys,
            row => (Table: row.GetInt64(0), Key: new ForeignKeyShape(
                row.GetString(1), row.GetFieldValue<string[]>(4), new SqlName(row.GetString(2), row.GetString(3)), row.GetFieldValue<string[]>(5), row.GetString(6))
            {
                IsDeferrable = row.GetBoolean(7),
                IsProven = row.GetBoolean(8) && row.GetBoolean(9),
                IsPlain = row.GetBoolean(10),
            }),
            cancellationToken))
        .ToLookup(key => key.Table, key => key.Key);
}

/// <summary>A unique index.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Definition">What it is, without its name and its table's; null where it would have been waited for.</param>
/// <param name="Columns">Its columns.</param>
/// <param name="IsKey">Whether it tells any two rows apart, at every moment.</param>
/// <param name="Bounds">Values of its column that divide the rows into equal parts, where it is one whole number and they are known.</param>
internal sealed record UniqueIndex(string Name, string? Definition, IReadOnlyList<string> Columns, bool IsKey, IReadOnlyList<long> Bounds);
