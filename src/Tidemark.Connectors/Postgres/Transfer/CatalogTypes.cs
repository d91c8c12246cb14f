using Npgsql;

namespace Tidemark.Connectors.Postgres.Transfer;

/// <summary>Types that are not the server's own, in words that are equal where the types are.</summary>
internal static class CatalogTypes
{
    /// <summary>Oids from here on are not the server's own: <c>FirstNormalObjectId</c> in src/include/access/transam.h.</summary>
    public const string FirstOfUser = "16384";

    // Rows of tables are types too; they are told where a column has one.
    private const string Types =
        $"""
        SELECT format_type(t.oid, NULL), CASE t.typtype
            WHEN 'e' THEN 'enum (' || coalesce((SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder) FROM pg_enum AS e WHERE e.enumtypid = t.oid), '') || ')'
            WHEN 'd' THEN concat_ws(' ', 'domain over', format_type(t.typbasetype, t.typtypmod),
                CASE WHEN t.typcollation NOT IN (0, b.typcollation) THEN 'COLLATE ' || quote_ident(s.nspname) || '.' || quote_ident(o.collname) END,
                CASE WHEN t.typnotnull THEN 'NOT NULL' END,
                (SELECT string_agg(pg_get_constraintdef(k.oid), ' ' ORDER BY pg_get_constraintdef(k.oid) COLLATE "C") FROM pg_constraint AS k WHERE k.contypid = t.oid AND k.contype = 'c'))
            WHEN 'c' THEN 'composite (' || coalesce((
                SELECT string_agg(quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod), ', ' ORDER BY a.attnum)
                FROM pg_attribute AS a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped), '') || ')'
            WHEN 'r' THEN 'range over ' || (SELECT format_type(r.rngsubtype, NULL) FROM pg_range AS r WHERE r.rngtypid = t.oid)
            WHEN 'm' THEN 'multirange' ELSE 'base' END
            || coalesce(' of the extension ' || x.extname, '')
        FROM pg_type AS t LEFT JOIN pg_class AS c ON c.oid = t.typrelid LEFT JOIN pg_type AS b ON b.oid = t.typbasetype
        LEFT JOIN pg_collation AS o ON o.oid = t.typcollation LEFT JOIN pg_namespace AS s ON s.oid = o.collnamespace
        LEFT JOIN pg_depend AS d ON d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e' LEFT JOIN pg_extension AS x ON x.oid = d.refobjid
        WHERE t.oid >= {FirstOfUser} AND t.typtype <> 'p' AND t.typcategory <> 'A'
            AND (t.typtype <> 'c' OR c.relkind = 'c' OR t.oid IN (SELECT a.atttypid FROM pg_attribute AS a) OR t.typarray IN (SELECT a.atttypid FROM pg_attribute AS a))
        """;

    public static async Task<IReadOnlyDictionary<string, string>> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        (await connection.RowsAsync(Types, row => (Name: row.GetString(0), Made: row.GetString(1)), cancellationToken))
        .ToDictionary(type => type.Name, type => type.Made, StringComparer.Ordinal);
}
