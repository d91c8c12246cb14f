using Npgsql;
using Tidemark.Engine.Destinations.Sql;

namespace Tidemark.Connectors.Postgres.Transfer.Writing;

/// <summary>A foreign key of the target that the server enforces.</summary>
/// <param name="Name">Name of the constraint.</param>
/// <param name="From">The table that refers.</param>
/// <param name="To">The table that it refers to.</param>
/// <param name="Columns">Quoted names of its columns, and of those that they refer to.</param>
internal sealed record TargetReference(string Name, SqlName From, SqlName To, IReadOnlyList<(string Own, string Other)> Columns)
{
    /// <summary>The whole table that refers, by its number, where the key is one of a partition alone.</summary>
    public required long FromRoot { get; init; }

    /// <summary>The whole table that it refers to, by its number.</summary>
    public required long ToRoot { get; init; }

    public required bool IsDeferrable { get; init; }

    /// <summary>NO ACTION: a row that is deleted must no longer be referred to when the statement, or the transaction, ends.</summary>
    public required bool TakesNoAction { get; init; }

    /// <summary>RESTRICT, or NO ACTION.</summary>
    public required bool Refuses { get; init; }

    public required bool IsProven { get; init; }

    public required bool IsPartitioned { get; init; }

    /// <summary>Whether it compares periods of time.</summary>
    public required bool IsOfPeriods { get; init; }

    public required string Definition { get; init; }

    /// <summary>Its comment, as a literal of SQL; null for none.</summary>
    public required string? Comment { get; init; }

    /// <summary>Condition: a row of one alias refers to a row of another.</summary>
    public string Joins(string own, string other) => string.Join(" AND ", Columns.Select(column => $"{own}.{column.Own} = {other}.{column.Other}"));

    /// <summary>The keys from and to some tables.</summary>
    public static async Task<IReadOnlyList<TargetReference>> ReadAsync(
        NpgsqlConnection connection, IEnumerable<TargetTable> tables, CancellationToken cancellationToken)
    {
        await using var command = SqlCommands.Command(
            connection,
            """
            SELECT r.conname::text, fn.nspname::text, f.relname::text, pn.nspname::text, p.relname::text,
                array(SELECT a.attname::text FROM unnest(r.conkey) WITH ORDINALITY AS k (number, at)
                    JOIN pg_attribute AS a ON a.attrelid = r.conrelid AND a.attnum = k.number ORDER BY k.at),
                array(SELECT a.attname::text FROM unnest(r.confkey) WITH ORDINALITY AS k (number, at)
                    JOIN pg_attribute AS a ON a.attrelid = r.confrelid AND a.attnum = k.number ORDER BY k.at),
                t.child, t.parent, r.condeferrable, r.confdeltype::text, r.convalidated, f.relkind = 'p',
                coalesce((to_jsonb(r) ->> 'conperiod')::boolean, FALSE), pg_get_constraintdef(r.oid), quote_literal(obj_description(r.oid, 'pg_constraint'))
            FROM pg_constraint AS r
            JOIN pg_class AS f ON f.oid = r.conrelid JOIN pg_namespace AS fn ON fn.oid = f.relnamespace
            JOIN pg_class AS p ON p.oid = r.confrelid JOIN pg_namespace AS pn ON pn.oid = p.relnamespace
            CROSS JOIN LATERAL (
                SELECT coalesce(pg_partition_root(r.conrelid), r.conrelid)::bigint AS child, coalesce(pg_partition_root(r.confrelid), r.confrelid)::bigint AS parent) AS t
            WHERE r.contype = 'f' AND r.conparentid = 0 AND coalesce((to_jsonb(r) ->> 'conenforced')::boolean, TRUE)
                AND (t.child = ANY (@tables) OR t.parent = ANY (@tables))
            ORDER BY fn.nspname, f.relname, r.conname
            """,
            ("tables", tables.Select(table => table.Id).ToArray()));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var references = new List<TargetReference>();
        while (await reader.ReadAsync(cancellationToken)) references.Add(Read(reader));
        return references;
    }

    private static TargetReference Read(System.Data.Common.DbDataReader row)
    {
        var action = row.GetString(10);
        return new(
            row.GetString(0), new SqlName(row.GetString(1), row.GetString(2)), new SqlName(row.GetString(3), row.GetString(4)),
            [.. Quoted(5).Zip(Quoted(6))])
        {
            FromRoot = row.GetInt64(7),
            ToRoot = row.GetInt64(8),
            IsDeferrable = row.GetBoolean(9),
            TakesNoAction = action == "a",
            Refuses = action is "a" or "r",
            IsProven = row.GetBoolean(11),
            IsPartitioned = row.GetBoolean(12),
            IsOfPeriods = row.GetBoolean(13),
            Definition = row.GetString(14),
            Comment = row.IsDBNull(15) ? null : row.GetString(15),
        };

        IEnumerable<string> Quoted(int column) => row.GetFieldValue<string[]>(column).Select(name => SqlName.Column(name).ToString());
    }
}
