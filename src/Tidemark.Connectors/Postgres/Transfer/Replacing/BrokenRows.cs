using Npgsql;
using Tidemark.Engine.Destinations.Sql;

namespace Tidemark.Connectors.Postgres.Transfer.Replacing;

/// <summary>Rows that break a foreign key.</summary>
/// <param name="Referenced">The table that has no rows for them.</param>
/// <param name="Count">How many; 0 where the foreign key speaks of ranges of time, whose rows are not looked for.</param>
/// <param name="Shown">What some of them refer to: <c>order_id=5, line=1</c>.</param>
internal sealed record BrokenRows(string Referenced, long Count, IReadOnlyList<string> Shown)
{
    private const int Most = 10;

    /// <summary>What the target has of a foreign key.</summary>
    public static async Task<State> StateAsync(NpgsqlConnection connection, ForeignKey key, CancellationToken cancellationToken)
    {
        await using var command = SqlCommands.Command(
            connection,
            """
            SELECT c.oid::regclass::text, c.relkind = 'p', k.oid IS NOT NULL, coalesce(k.convalidated, FALSE),
                EXISTS (SELECT 1 FROM pg_constraint AS p WHERE p.conparentid = k.oid AND p.confrelid <> k.confrelid)
            FROM pg_class AS c LEFT JOIN pg_constraint AS k ON k.conrelid = c.oid AND k.conname = @name AND k.contype = 'f'
            WHERE c.oid = to_regclass(@relation)
            """,
            ("relation", key.Relation), ("name", key.Name));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? new(reader.GetString(0), reader.GetBoolean(1), reader.GetBoolean(2), reader.GetBoolean(3), reader.GetBoolean(4)) : default;
    }

    /// <summary>Looks for the rows that break a foreign key, which is there. All of the table is read.</summary>
    public static async Task<BrokenRows> FindAsync(NpgsqlConnection connection, ForeignKey key, CancellationToken cancellationToken)
    {
        var (referenced, refers, found, shown) = await QueryAsync(connection, key, cancellationToken);
        if (refers is null) return new(referenced, 0, []);
        await using var command = SqlCommands.Command(
            connection, $"SELECT count(*) OVER (), {shown} FROM {key.Relation} AS f WHERE {refers} AND NOT EXISTS (SELECT 1 FROM {referenced} AS p WHERE {found}) LIMIT {Most}");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var (count, rows) = (0L, new List<string>());
        while (await reader.ReadAsync(cancellationToken))
        {
            count = reader.GetInt64(0);
            rows.Add(reader.GetString(1));
        }

        return new(referenced, count, rows);
    }

    private static async Task<(string Referenced, string? Refers, string Found, string Shown)> QueryAsync(NpgsqlConnection connection, ForeignKey key, CancellationToken cancellationToken)
    {
        await using var command = SqlCommands.Command(
            connection,
            """
            SELECT k.confrelid::regclass::text,
                -- A part that is null refers to nothing; under MATCH FULL, only if all are.
                CASE WHEN NOT coalesce((to_jsonb(k) ->> 'conperiod')::boolean, FALSE) THEN
                    '(' || string_agg(format('f.%I IS NOT NULL', a.attname), CASE k.confmatchtype WHEN 'f' THEN ' OR ' ELSE ' AND ' END) || ')' END,
                string_agg(format('p.%I = f.%I', b.attname, a.attname), ' AND '),
                string_agg(format('%L || coalesce(f.%I::text, ''null'')', CASE WHEN o.place > 1 THEN ', ' ELSE '' END || a.attname || '=', a.attname), ' || ' ORDER BY o.place)
            FROM pg_constraint AS k, unnest(k.conkey, k.confkey) WITH ORDINALITY AS o (own, other, place)
                JOIN pg_attribute AS a ON a.attnum = o.own JOIN pg_attribute AS b ON b.attnum = o.other
            WHERE k.conrelid = to_regclass(@relation) AND k.conname = @name AND k.contype = 'f' AND a.attrelid = k.conrelid AND b.attrelid = k.confrelid
            GROUP BY k.oid, k.confrelid, k.confmatchtype, k.*
            """,
            ("relation", key.Relation), ("name", key.Name));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetString(0), await reader.IsDBNullAsync(1, cancellationToken) ? null : reader.GetString(1), reader.GetString(2), reader.GetString(3));
    }

    /// <summary>What the target has of a foreign key.</summary>
    /// <param name="Label">The table that refers, as a person writes it; null where it is not there.</param>
    /// <param name="IsPartitioned">Whether the table is divided into partitions.</param>
    /// <param name="Exists">Whether the foreign key is there.</param>
    /// <param name="IsProven">Whether its rows are known to keep it.</param>
    /// <param name="RefersToParts">Whether it refers to a partitioned table, and so to each of its partitions by a constraint of its own.</param>
    public readonly record struct State(string? Label, bool IsPartitioned, bool Exists, bool IsProven, bool RefersToParts);
}
