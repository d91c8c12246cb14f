using System.Data.Common;
using Tidemark.Engine.Records;

namespace Tidemark.Engine.Destinations.Sql.Loading;

/// <summary>The columns inferred from records, listed by table in a table of the destination.</summary>
internal sealed class SqlInferredColumns(DbConnection connection, string schema)
{
    private readonly SqlName _columns = new(schema, "_tidemark_columns");

    public Task CreateAsync(CancellationToken cancellationToken) =>
        connection.ExecuteAsync(
            $"""
            CREATE TABLE IF NOT EXISTS {_columns} (
                table_name text NOT NULL, column_name text NOT NULL, path text NOT NULL, type text NOT NULL,
                PRIMARY KEY (table_name, column_name));
            """,
            cancellationToken);

    /// <summary>Fields of a table that earlier runs inferred.</summary>
    private async Task<IReadOnlyList<Field>> InferredAsync(string table, CancellationToken cancellationToken)
    {
        await using var command = SqlCommands.Command(
            connection, $"SELECT column_name, type, path FROM {_columns} WHERE table_name = @table ORDER BY column_name",
            ("table", table));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var fields = new List<Field>();
        while (await reader.ReadAsync(cancellationToken))
        {
            fields.Add(new Field(reader.GetString(0), Enum.Parse<FieldType>(reader.GetString(1)))
            {
                Path = reader.GetString(2),
                IsInferred = true,
            });
        }

        return fields;
    }

    /// <summary>A table's stream with the fields that earlier runs inferred, as far as their columns are there.</summary>
    public async Task<StreamSchema> WithInferredAsync(
        TablePlan table, IReadOnlyDictionary<string, TableColumn> existing, CancellationToken cancellationToken)
    {
        var declared = table.Stream.Fields.Select(field => field.Name).ToHashSet(StringComparer.Ordinal);
        var inferred = await InferredAsync(table.Table, cancellationToken);
        return table.Stream.With(inferred.Where(field => existing.ContainsKey(field.Name) && !declared.Contains(field.Name)));
    }

    /// <summary>Lets a table that somebody has renamed keep what was inferred of it.</summary>
    public Task FollowAsync(string from, string to, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(
            $"""
            INSERT INTO {_columns} (table_name, column_name, path, type)
            SELECT @to, column_name, path, type FROM {_columns} WHERE table_name = @from
            ON CONFLICT (table_name, column_name) DO NOTHING
            """,
            cancellationToken, ("from", from), ("to", to));

    /// <summary>Notes fields that a run has inferred from records.</summary>
    public async Task NoteColumnsAsync(string table, IEnumerable<Field> inferred, CancellationToken cancellationToken)
    {
        foreach (var field in inferred)
        {
            await connection.ExecuteAsync(
                $"""
                INSERT INTO {_columns} (table_name, column_name, path, type) VALUES (@table, @column, @path, @type)
                ON CONFLICT (table_name, column_name) DO UPDATE SET path = excluded.path, type = excluded.type
                """,
                cancellationToken,
                ("table", table), ("column", field.Name), ("path", field.Path), ("type", field.Type.ToString()));
        }
    }
}
