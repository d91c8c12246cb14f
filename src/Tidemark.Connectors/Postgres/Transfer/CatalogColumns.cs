using Npgsql;
using Tidemark.Engine.Transfers;

namespace Tidemark.Connectors.Postgres.Transfer;

/// <summary>Columns of all tables.</summary>
internal static class CatalogColumns
{
    // Domains are resolved from their bases upwards. A modifier is the domain's own, wherever in the line it is.
    private const string Columns =
        $"""
        WITH RECURSIVE bases (type, base, modifier, collates) AS (
            SELECT t.oid, t.oid, -1, FALSE FROM pg_type AS t WHERE t.typtype <> 'd'
            UNION ALL
            SELECT d.oid, b.base, greatest(b.modifier, d.typtypmod), b.collates OR d.typcollation <> t.typcollation
            FROM bases AS b JOIN pg_type AS d ON d.typbasetype = b.type AND d.typtype = 'd' JOIN pg_type AS t ON t.oid = b.type),
        extensions (type, name) AS (
            SELECT d.objid, x.extname::text FROM pg_depend AS d JOIN pg_extension AS x ON x.oid = d.refobjid WHERE d.classid = 'pg_type'::regclass AND d.deptype = 'e')
        SELECT c.oid::bigint, a.attname::text, format_type(a.atttypid, a.atttypmod),
            a.attnotnull AND k.oid IS NULL, a.attgenerated <> '', a.attidentity::text,
            CASE WHEN y.oid IN (25, 1043) THEN coalesce(o.collisdeterministic, TRUE) AND NOT b.collates
                WHEN y.oid = 1700 THEN greatest(b.modifier, a.atttypmod) >= 0
                ELSE y.oid < {CatalogTypes.FirstOfUser} AND y.typname IN ('bool', 'int2', 'int4', 'int8', 'oid', 'uuid', 'date', 'time', 'timestamp', 'timestamptz', 'bytea', 'inet', 'cidr', 'macaddr') END,
            CASE WHEN t.typtype = 'd' THEN format_type(b.base, b.modifier) END,
            a.atthasdef OR t.typdefault IS NOT NULL,
            y.typtype = 'e' OR (y.oid < {CatalogTypes.FirstOfUser} AND y.typtype IN ('b', 'r', 'm') AND y.typsend <> 0
                AND e.typtype IN ('b', 'r', 'm') AND e.typsend <> 0 AND e.typname !~ '^reg'),
            CASE WHEN u.oid >= {CatalogTypes.FirstOfUser} THEN format_type(u.oid, NULL) END,
            coalesce(xu.name, xe.name)
        FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        JOIN pg_type AS t ON t.oid = a.atttypid JOIN bases AS b ON b.type = a.atttypid JOIN pg_type AS y ON y.oid = b.base
        JOIN pg_type AS e ON e.oid = CASE WHEN y.typcategory = 'A' AND y.typelem <> 0 THEN y.typelem ELSE y.oid END
        JOIN pg_type AS u ON u.oid = CASE WHEN t.typtype = 'd' THEN t.oid ELSE e.oid END
        LEFT JOIN extensions AS xu ON xu.type = u.oid LEFT JOIN extensions AS xe ON xe.type = e.oid
        LEFT JOIN pg_collation AS o ON o.oid = a.attcollation
        -- From PostgreSQL 18 on a column may be NOT NULL from now on, and have nulls of before.
        LEFT JOIN pg_constraint AS k ON k.conrelid = c.oid AND k.contype = 'n' AND NOT k.convalidated AND k.conkey[1] = a.attnum
        WHERE {CatalogSql.IsTold}
        ORDER BY c.oid, a.attnum
        """;

    /// <summary>By the oid of their table, in its order.</summary>
    public static async Task<ILookup<long, ColumnShape>> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        (await connection.RowsAsync(
            Columns,
            row => (Table: row.GetInt64(0), Column: new ColumnShape(row.GetString(1), row.GetString(2))
            {
                IsNotNull = row.GetBoolean(3),
                IsGenerated = row.GetBoolean(4),
                IsIdentity = row.GetString(5).Length > 0,
                IsIdentityAlways = row.GetString(5) == "a",
                HashesNatively = row.GetBoolean(6),
                DomainOf = row.IsDBNull(7) ? null : row.GetString(7),
                HasDefault = row.GetBoolean(8) || row.GetString(5).Length > 0,
                CopiesInBinary = row.GetBoolean(9),
                UserType = row.IsDBNull(10) ? null : row.GetString(10),
                Extension = row.IsDBNull(11) ? null : row.GetString(11),
            }),
            cancellationToken))
        .ToLookup(column => column.Table, column => column.Column);
}
