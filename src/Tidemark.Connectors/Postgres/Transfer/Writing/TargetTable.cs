using Npgsql;
using Tidemark.Engine.Destinations.Sql;

namespace Tidemark.Connectors.Postgres.Transfer.Writing;

/// <summary>A table of the target, as its catalog has it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Id">Its number in the catalog.</param>
/// <param name="Columns">All its columns, in their order.</param>
internal sealed record TargetTable(SqlName Name, long Id, IReadOnlyList<TargetColumn> Columns)
{
    /// <summary>Names and types of the columns: a row as text is read again by a table of the same shape.</summary>
    public string Shape => string.Join(", ", Columns.Select(column => $"{column.Quoted} {column.Type}"));

    /// <summary>The columns that hold values of their own.</summary>
    public IEnumerable<TargetColumn> Stored => Columns.Where(column => !column.IsGenerated);

    public TargetColumn this[string name] => Columns.First(column => column.Name == name);

    /// <summary>Looks a table up; null where it is not there.</summary>
    public static async Task<TargetTable?> ReadAsync(NpgsqlConnection connection, SqlName name, CancellationToken cancellationToken)
    {
        await using var command = SqlCommands.Command(
            connection,
            """
            SELECT a.attrelid::bigint, a.attname::text, format_type(a.atttypid, a.atttypmod), a.attgenerated <> '', a.attidentity = 'a', a.attnotnull,
                EXISTS (
                    SELECT 1 FROM pg_index AS i JOIN pg_attribute AS p ON p.attrelid = i.indrelid AND p.attname = a.attname
                    WHERE (i.indrelid = a.attrelid OR i.indrelid IN (SELECT t.relid FROM pg_partition_tree(a.attrelid) AS t))
                        AND (i.indisunique OR i.indisexclusion) AND (p.attnum = ANY (i.indkey) OR EXISTS (
                            SELECT 1 FROM pg_depend AS d
                            WHERE d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid AND d.refobjid = i.indrelid AND d.refobjsubid = p.attnum)))
            FROM pg_attribute AS a WHERE a.attrelid = to_regclass(@table) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
            """,
            ("table", name.ToString()));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var (id, columns) = (0L, new List<TargetColumn>());
        while (await reader.ReadAsync(cancellationToken))
        {
            id = reader.GetInt64(0);
            columns.Add(new(reader.GetString(1), reader.GetString(2))
            {
                IsGenerated = reader.GetBoolean(3),
                IsIdentityAlways = reader.GetBoolean(4),
                IsNotNull = reader.GetBoolean(5),
                IsUnique = reader.GetBoolean(6),
            });
        }

        return columns.Count == 0 ? null : new(name, id, columns);
    }
}

/// <summary>A column of the target.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">As the server writes it, with its modifier.</param>
internal sealed record TargetColumn(string Name, string Type)
{
    public string Quoted { get; } = SqlName.Column(Name).ToString();

    /// <summary>
    /// Its value in a row of an alias, as something that is equal only where the value is the same: to the server, 1.0 and 1.00 are equal, and letters
    /// that a collation takes for one another.
    /// </summary>
    /// <remarks>A cast to text is not the type's own text for all types: it cuts the blanks off bpchar.</remarks>
    public string Exact(string alias) => Type switch
    {
        "smallint" or "integer" or "bigint" or "oid" or "boolean" or "date" or "uuid" or "bytea" => $"{alias}.{Quoted}",
        ['t', 'i', 'm', 'e', 's', 't', 'a', 'm', 'p', ..] => $"{alias}.{Quoted}",
        "text" or "json" or "jsonb" or "numeric" or "interval" or ['n', 'u', 'm', 'e', 'r', 'i', 'c', '(', ..] or ['c', 'h', 'a', 'r', 'a', 'c', 't', 'e', 'r', ' ', 'v', ..]
            => $"{alias}.{Quoted}::text COLLATE \"C\"",
        _ => $"ROW({alias}.{Quoted})::text COLLATE \"C\"",
    };

    public bool IsGenerated { get; init; }

    /// <summary>An UPDATE may not give it a value.</summary>
    public bool IsIdentityAlways { get; init; }

    public bool IsNotNull { get; init; }

    /// <summary>Whether a unique index or an exclusion constraint is about it, alone or with others.</summary>
    public bool IsUnique { get; init; }

    /// <summary>Whether an UPDATE may be unable to give a row its value, and the row has to be inserted again.</summary>
    public bool MayNeedReplacing => IsUnique || IsIdentityAlways;
}
