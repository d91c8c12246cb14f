using System.Data.Common;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Destinations.Sql.Backups;

namespace Tidemark.Connectors.Sqlite;

/// <summary>Whole rows of SQLite: every value with the storage class that it has, whatever its column was declared as.</summary>
internal sealed class SqliteRows(SqliteConnection connection) : ISqlRows
{
    public async Task<DbTransaction> BeginAsync(bool isReadOnly, CancellationToken cancellationToken)
    {
        var transaction = connection.BeginTransaction(deferred: isReadOnly);
        if (!isReadOnly) await connection.ExecuteAsync("PRAGMA defer_foreign_keys = ON", cancellationToken);
        return transaction;
    }

    public async Task<TableShape?> DescribeAsync(SqlName table, CancellationToken cancellationToken)
    {
        var columns = await RowsOfAsync(
            """
            SELECT c.name, c.type FROM pragma_table_xinfo(@table) AS c
            WHERE c.hidden = 0 AND EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = @table COLLATE NOCASE) ORDER BY c.cid
            """,
            table, cancellationToken);
        if (columns.Count == 0) return null;
        // A primary key may hold nulls here, so it is compared by IS; a unique index takes any number of them.
        var key = await RowsOfAsync(
            "SELECT name, '' FROM pragma_table_info(@table) WHERE pk > 0 ORDER BY pk", table, cancellationToken);
        if (key.Count == 0)
        {
            key = await RowsOfAsync(
                """
                SELECT k.name, '' FROM pragma_index_info((
                    SELECT i.name FROM pragma_index_list(@table) AS i WHERE i."unique" = 1 AND i.partial = 0 AND NOT EXISTS (
                        SELECT 1 FROM pragma_index_info(i.name) AS c LEFT JOIN pragma_table_info(@table) AS t ON t.name = c.name
                        WHERE coalesce(t."notnull", 0) = 0)
                    ORDER BY i.seq LIMIT 1)) AS k
                """,
                table, cancellationToken);
        }

        var references = await RowsOfAsync(
            """SELECT DISTINCT "table", '' FROM pragma_foreign_key_list(@table)""", table, cancellationToken);
        return new TableShape(table.Name, [.. columns.Select(column => SqliteCollation.Of(connection, table, new(column.Name, column.Type)))])
        {
            Key = [.. key.Select(column => column.Name)],
            References = [.. references.Select(other => other.Name)],
        };
    }

    public async Task<IReadOnlyList<TableReference>> ReferrersAsync(SqlName table, CancellationToken cancellationToken)
    {
        await using var command = SqlCommands.Command(
            connection,
            """
            SELECT CAST(f.id AS text), 'main', t.name, f."from",
                coalesce(f."to", (SELECT k.name FROM pragma_table_info(@table) AS k WHERE k.pk = f.seq + 1)), f.on_delete
            FROM sqlite_schema AS t, pragma_foreign_key_list(t.name) AS f
            WHERE t.type = 'table' AND f."table" = @table COLLATE NOCASE
            """,
            ("table", table.Name));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await TableReference.ReadAsync(reader, cancellationToken);
    }

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        IReadOnlyList<TableColumn> columns, string select, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask; // SQLite works on the calling thread
        using var row = new RowText();
        using var statement = new SqliteStatement(connection.Handle!, select);
        while (statement.Step())
        {
            cancellationToken.ThrowIfCancellationRequested();
            row.Begin();
            statement.Write(row);
            yield return row.End();
        }
    }

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> RecordsAsync(
        IReadOnlyList<string> names, string select, IReadOnlyList<string?> values, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask; // SQLite works on the calling thread
        using var row = new RowText();
        using var statement = new SqliteStatement(connection.Handle!, select);
        foreach (var (at, value) in values.Index())
        {
            if (value is null) statement.BindNull(at + 1);
            else statement.BindText(at + 1, Encoding.UTF8.GetBytes(value));
        }

        while (statement.Step())
        {
            cancellationToken.ThrowIfCancellationRequested();
            row.BeginRecord();
            statement.Write(row, names);
            yield return row.EndRecord();
        }
    }

    public async Task AppendAsync(
        SqlName table, IReadOnlyList<TableColumn> columns, IAsyncEnumerable<ReadOnlyMemory<byte>> rows,
        CancellationToken cancellationToken)
    {
        var names = string.Join(", ", columns.Select(column => SqlName.Column(column.Name)));
        // Text that is not UTF-8 is given as bytes, and only a cast makes it text.
        var values = string.Join(", ", columns.Select((_, at) =>
            $"CASE WHEN ?{(2 * at) + 2} THEN CAST(?{(2 * at) + 1} AS TEXT) ELSE ?{(2 * at) + 1} END"));
        using var insert = new SqliteStatement(connection.Handle!, $"INSERT INTO {table} ({names}) VALUES ({values})");
        await foreach (var row in rows.WithCancellation(cancellationToken))
        {
            Bind(insert, row.Span);
            insert.Run(out _);
        }
    }

    private static void Bind(SqliteStatement insert, ReadOnlySpan<byte> row)
    {
        var value = new Utf8JsonReader(row);
        value.Read();
        for (var place = 1; value.Read() && value.TokenType != JsonTokenType.EndArray; place += 2)
        {
            insert.BindNumber(place + 1, 0);
            switch (value.TokenType)
            {
                case JsonTokenType.Null: insert.BindNull(place); break;
                case JsonTokenType.True or JsonTokenType.False: insert.BindNumber(place, value.GetBoolean() ? 1 : 0); break;
                case JsonTokenType.String: insert.BindText(place, Text(ref value)); break;
                case JsonTokenType.Number: BindNumber(insert, place, RowText.Digits(ref value)); break;
                default: BindTagged(insert, place, ref value); break;
            }
        }
    }

    private static ReadOnlySpan<byte> Text(ref Utf8JsonReader value)
    {
        if (!value.ValueIsEscaped) return value.ValueSpan;
        var text = new byte[value.ValueSpan.Length];
        return text.AsSpan(0, value.CopyString(text));
    }

    private static void BindNumber(SqliteStatement insert, int place, string digits)
    {
        if (long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
            insert.BindNumber(place, whole);
        else insert.BindReal(place, double.Parse(digits, CultureInfo.InvariantCulture));
    }

    private static void BindTagged(SqliteStatement insert, int place, ref Utf8JsonReader value)
    {
        var (tag, text) = RowText.ReadTagged(ref value);
        if (tag == "real")
        {
            insert.BindReal(place, double.Parse(text, CultureInfo.InvariantCulture));
            return;
        }

        insert.BindBlob(place, Convert.FromBase64String(text));
        insert.BindNumber(place + 1, tag == "text" ? 1 : 0);
    }

    private async Task<List<(string Name, string Type)>> RowsOfAsync(
        string select, SqlName table, CancellationToken cancellationToken)
    {
        await using var command = SqlCommands.Command(connection, select, ("table", table.Name));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<(string, string)>();
        while (await reader.ReadAsync(cancellationToken)) rows.Add((reader.GetString(0), reader.GetString(1)));
        return rows;
    }
}
