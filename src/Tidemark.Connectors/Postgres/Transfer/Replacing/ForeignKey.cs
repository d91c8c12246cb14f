using System.Data.Common;
using Npgsql;
using Tidemark.Engine.Destinations.Sql;

namespace Tidemark.Connectors.Postgres.Transfer.Replacing;

/// <summary>A foreign key that is dropped before rows are replaced and made again after them.</summary>
/// <param name="Table">Name of the table that is replaced, quoted.</param>
/// <param name="Relation">Name of the table that refers, quoted: the same one, or a partition of it.</param>
/// <param name="Name">Name of the constraint.</param>
/// <param name="Definition">As the server writes it, whether rows were proven or not.</param>
/// <param name="IsProven">Whether all rows are known to keep it.</param>
/// <param name="Describe">The statement that gives it its comment; null for none.</param>
internal sealed record ForeignKey(string Table, string Relation, string Name, string Definition, bool IsProven, string? Describe)
{
    /// <summary>Columns of a result that <see cref="ReadAsync"/> reads, as the ledger names them.</summary>
    public const string Columns = "table_name, relation, name, definition, is_proven, describe";

    private const string NotValid = " NOT VALID";
    private const string NotEnforced = " NOT ENFORCED";

    /// <summary>One that is not enforced has nothing to prove.</summary>
    public bool IsEnforced => !Definition.EndsWith(NotEnforced, StringComparison.Ordinal);

    public string Drop => $"ALTER TABLE {Relation} DROP CONSTRAINT {Constraint}";

    public string Validate => $"ALTER TABLE {Relation} VALIDATE CONSTRAINT {Constraint}";

    /// <summary>Proves it by making it anew, with all rows locked against writing meanwhile.</summary>
    public string Renew => $"{Drop}, ADD CONSTRAINT {Constraint} {Definition}";

    private SqlName Constraint => SqlName.Column(Name);

    /// <summary>Makes it again; a new row must keep it from then on.</summary>
    /// <param name="provesRows">Whether rows that are there must keep it too, which reads them all.</param>
    public string Add(bool provesRows) =>
        $"ALTER TABLE {Relation} ADD CONSTRAINT {Constraint} {Definition}{(provesRows || !IsEnforced ? "" : NotValid)}";

    /// <summary>Those that some tables and their partitions have. To be asked for in a transaction.</summary>
    public static async Task<IReadOnlyList<ForeignKey>> OfAsync(NpgsqlConnection connection, IReadOnlyList<ReplacedTable> tables, CancellationToken cancellationToken)
    {
        // Definitions name tables with their schema when none is searched.
        await connection.ExecuteAsync("SET LOCAL search_path = ''", cancellationToken);
        await using var command = SqlCommands.Command(
            connection,
            $"""
            WITH {ReplacedTable.Tree}
            SELECT (SELECT o.name FROM unnest(@tables::oid[], @names) AS o (id, name) WHERE o.id = tree.root), k.conrelid::regclass::text, k.conname::text,
                pg_get_constraintdef(k.oid), k.convalidated,
                CASE WHEN obj_description(k.oid, 'pg_constraint') IS NOT NULL
                    THEN format('COMMENT ON CONSTRAINT %I ON %s IS %L', k.conname, k.conrelid::regclass, obj_description(k.oid, 'pg_constraint')) END
            FROM tree JOIN pg_constraint AS k ON k.conrelid = tree.id
            WHERE k.contype = 'f' AND k.conparentid = 0 ORDER BY 2, 3
            """,
            ("tables", tables.Select(table => table.Oid).ToArray()), ("names", tables.Select(table => table.Table.Name.ToString()).ToArray()));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await ReadAsync(reader, cancellationToken);
    }

    /// <summary>Rows of <see cref="Columns"/>.</summary>
    public static async Task<IReadOnlyList<ForeignKey>> ReadAsync(DbDataReader reader, CancellationToken cancellationToken)
    {
        var keys = new List<ForeignKey>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var definition = reader.GetString(3);
            keys.Add(new(
                reader.GetString(0), reader.GetString(1), reader.GetString(2),
                definition.EndsWith(NotValid, StringComparison.Ordinal) ? definition[..^NotValid.Length] : definition, reader.GetBoolean(4),
                await reader.IsDBNullAsync(5, cancellationToken) ? null : reader.GetString(5)));
        }

        return keys;
    }
}
