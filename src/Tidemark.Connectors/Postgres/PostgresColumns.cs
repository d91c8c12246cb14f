using Npgsql;
using NpgsqlTypes;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Destinations.Sql;

namespace Tidemark.Connectors.Postgres;

/// <summary>Columns as the catalog of PostgreSQL words them.</summary>
internal static class PostgresColumns
{
    /// <summary>Kinds of relations that rows can be read from: tables, views, foreign tables.</summary>
    public const string Readable = "rpvmf";

    /// <summary>Kinds of relations that hold rows of their own.</summary>
    public const string Tables = "rp";

    /// <summary>The columns of a relation in its order; empty where there is none of this name and kind.</summary>
    public static async Task<IReadOnlyList<TableColumn>> ReadAsync(
        NpgsqlConnection connection, SqlName table, string kinds, CancellationToken cancellationToken)
    {
        // A modifier of -1, unlike none, gives the type that takes any length: bpchar, where character alone is one letter.
        await using var command = new NpgsqlCommand(
            """
            SELECT a.attname::text, format_type(a.atttypid, NULL), format_type(a.atttypid, a.atttypmod), format_type(b.type, -1),
                a.attgenerated <> '', a.attidentity = 'a', CASE WHEN a.attcollation <> y.typcollation THEN quote_ident(s.nspname) || '.' || quote_ident(o.collname) END,
                o.collisdeterministic, y.typname::text, y.typtype = 'e', b.modifier,
                (SELECT array_agg(e.enumlabel::text ORDER BY e.enumsortorder) FROM pg_enum AS e WHERE e.enumtypid = b.type)
            FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace JOIN pg_attribute AS a ON a.attrelid = c.oid
            CROSS JOIN LATERAL (
                WITH RECURSIVE domains (type, modifier, depth) AS (
                    SELECT a.atttypid, a.atttypmod, 0
                    UNION ALL SELECT t.typbasetype, t.typtypmod, d.depth + 1 FROM domains AS d JOIN pg_type AS t ON t.oid = d.type WHERE t.typtype = 'd')
                SELECT type, modifier FROM domains ORDER BY depth DESC LIMIT 1) AS b
            JOIN pg_type AS y ON y.oid = b.type
            LEFT JOIN pg_collation AS o ON o.oid = a.attcollation LEFT JOIN pg_namespace AS s ON s.oid = o.collnamespace
            WHERE n.nspname = @schema AND c.relname = @table AND c.relkind = ANY (@kinds) AND a.attnum > 0 AND NOT a.attisdropped
            ORDER BY a.attnum
            """,
            connection);
        command.Parameters.AddWithValue("schema", table.Schema!);
        command.Parameters.AddWithValue("table", table.Name);
        command.Parameters.Add(new("kinds", NpgsqlDbType.Array | NpgsqlDbType.InternalChar) { Value = kinds.ToCharArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var columns = new List<TableColumn>();
        while (await reader.ReadAsync(cancellationToken))
        {
            columns.Add(new PostgresColumn(reader.GetString(0), reader.GetString(1))
            {
                Form = PostgresForms.Of(reader.GetString(8), reader.GetBoolean(9)),
                Modifier = reader.GetInt32(10),
                Labels = await reader.IsDBNullAsync(11, cancellationToken) ? [] : await reader.GetFieldValueAsync<string[]>(11, cancellationToken),
                Definition = reader.GetString(2),
                Holder = reader.GetString(3),
                IsComputed = reader.GetBoolean(4),
                IsCounted = reader.GetBoolean(5),
                Collation = await reader.IsDBNullAsync(6, cancellationToken) ? null : reader.GetString(6),
                Overlooks = reader.GetString(8) switch
                {
                    "citext" or "uuid" => "upper and lower case",
                    _ when !await reader.IsDBNullAsync(7, cancellationToken) && !reader.GetBoolean(7) => "what its collation overlooks",
                    _ => null,
                },
            });
        }

        return columns;
    }
}
