using System.Data;
using System.Data.Common;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Destinations.Sql.Backups;

namespace Tidemark.Connectors.Postgres;

/// <summary>
/// Whole rows by COPY in its text form: what a type prints is what it reads, for every type there is.
/// Source: https://www.postgresql.org/docs/18/sql-copy.html, "Text Format".
/// </summary>
internal sealed class PostgresRows(NpgsqlConnection connection) : ISqlRows
{
    // A line is written on when it has grown to this many letters.
    private const int FlushLetters = 64 * 1024;

    // Text forms that a server or a user may have set otherwise. A policy that hides rows is an error, not a gap.
    private const string Exact =
        """
        SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL intervalstyle = 'postgres'; SET LOCAL timezone = 'UTC';
        SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = 'hex'; SET LOCAL lc_monetary = 'C';
        SET LOCAL row_security = off
        """;

    public async Task<DbTransaction> BeginAsync(bool isReadOnly, CancellationToken cancellationToken)
    {
        var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        await connection.ExecuteAsync(
            $"{(isReadOnly ? "SET TRANSACTION READ ONLY" : "SET CONSTRAINTS ALL DEFERRED")}; {Exact}", cancellationToken);
        return transaction;
    }

    public async Task<TableShape?> DescribeAsync(SqlName table, CancellationToken cancellationToken)
    {
        const string named = "FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace";
        const string isIt = "WHERE n.nspname = @schema AND c.relname = @table";
        var columns = await PostgresColumns.ReadAsync(connection, table, PostgresColumns.Tables, cancellationToken);
        if (columns.Count == 0) return null;
        var key = await RowsOfAsync(
            $"""
            SELECT a.attname::text, '' FROM (
                SELECT i.indrelid, i.indkey::int2[] AS columns {named} JOIN pg_index AS i ON i.indrelid = c.oid
                {isIt} AND i.indisunique AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL AND 0 <> ALL (i.indkey::int2[])
                    AND NOT EXISTS (
                        SELECT 1 FROM pg_attribute AS a
                        WHERE a.attrelid = c.oid AND a.attnum = ANY (i.indkey::int2[]) AND NOT a.attnotnull)
                ORDER BY i.indisprimary DESC, i.indnkeyatts LIMIT 1) AS k
            JOIN pg_attribute AS a ON a.attrelid = k.indrelid AND a.attnum = ANY (k.columns)
            """,
            table, cancellationToken);
        var references = await RowsOfAsync(
            $"""
            SELECT DISTINCT f.relname::text, '' {named} JOIN pg_constraint AS r ON r.conrelid = c.oid AND r.contype = 'f'
            JOIN pg_class AS f ON f.oid = r.confrelid {isIt} AND f.relnamespace = c.relnamespace
            """,
            table, cancellationToken);
        return new TableShape(table.Name, [.. columns.Where(column => !column.IsComputed)])
        {
            Key = [.. key.Select(column => column.Name)],
            Counted = [.. columns.Where(column => column.IsCounted).Select(column => column.Name)],
            References = [.. references.Select(other => other.Name)],
        };
    }

    public async Task<IReadOnlyList<TableReference>> ReferrersAsync(SqlName table, CancellationToken cancellationToken)
    {
        await using var command = SqlCommands.Command(
            connection,
            """
            SELECT r.oid::text, o.nspname::text, f.relname::text, a.attname::text, b.attname::text,
                CASE r.confdeltype WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' WHEN 'd' THEN 'SET DEFAULT' ELSE '' END
            FROM pg_constraint AS r JOIN pg_class AS c ON c.oid = r.confrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
            JOIN pg_class AS f ON f.oid = r.conrelid JOIN pg_namespace AS o ON o.oid = f.relnamespace
            CROSS JOIN unnest(r.conkey, r.confkey) AS k (own, other)
            JOIN pg_attribute AS a ON a.attrelid = f.oid AND a.attnum = k.own
            JOIN pg_attribute AS b ON b.attrelid = c.oid AND b.attnum = k.other
            WHERE r.contype = 'f' AND r.conparentid = 0 AND n.nspname = @schema AND c.relname = @table
                AND has_schema_privilege(o.oid, 'USAGE') AND has_table_privilege(f.oid, 'SELECT')
            """,
            ("schema", table.Schema), ("table", table.Name));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await TableReference.ReadAsync(reader, cancellationToken);
    }

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        IReadOnlyList<TableColumn> columns, string select, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        PostgresText[] texts = [.. columns.Select(column => PostgresText.Of(column.Type))];
        using var row = new RowText();
        using var copy = await connection.BeginTextExportAsync($"COPY ({select}) TO STDOUT", cancellationToken);
        while (await copy.ReadLineAsync(cancellationToken) is { } line)
        {
            Write(row, texts, line);
            yield return row.End();
        }
    }

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> RecordsAsync(
        IReadOnlyList<string> names, string select, IReadOnlyList<string?> values, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"SELECT to_json(q)::text FROM ({select}) AS q", connection) { CommandTimeout = 0 };
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Text });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken)) yield return Encoding.UTF8.GetBytes(reader.GetString(0));
    }

    public async Task AppendAsync(
        SqlName table, IReadOnlyList<TableColumn> columns, IAsyncEnumerable<ReadOnlyMemory<byte>> rows,
        CancellationToken cancellationToken)
    {
        var names = string.Join(", ", columns.Select(column => SqlName.Column(column.Name)));
        var copy = await connection.BeginTextImportAsync($"COPY {table} ({names}) FROM STDIN", cancellationToken);
        var lines = new StringBuilder();
        try
        {
            await foreach (var row in rows.WithCancellation(cancellationToken))
            {
                Append(lines, row.Span);
                if (lines.Length < FlushLetters) continue;
                await copy.WriteAsync(lines, cancellationToken);
                lines.Clear();
            }

            await copy.WriteAsync(lines, cancellationToken);
        }
        catch
        {
            // Disposing would say that all rows have come.
            await copy.CancelAsync();
            throw;
        }

        await copy.DisposeAsync();
    }

    private static void Write(RowText row, PostgresText[] texts, ReadOnlySpan<char> line)
    {
        row.Begin();
        var at = 0;
        foreach (var field in line.Split('\t')) texts[at++].Write(row, line[field]);
    }

    private static void Append(StringBuilder lines, ReadOnlySpan<byte> row)
    {
        var value = new Utf8JsonReader(row);
        value.Read();
        var isFirst = true;
        while (value.Read() && value.TokenType != JsonTokenType.EndArray)
        {
            if (!isFirst) lines.Append('\t');
            isFirst = false;
            switch (value.TokenType)
            {
                case JsonTokenType.Null: lines.Append("\\N"); break;
                case JsonTokenType.String: PostgresText.Escape(lines, value.GetString()!); break;
                default: lines.Append(RowText.Digits(ref value)); break;
            }
        }

        lines.Append('\n');
    }

    private async Task<List<(string Name, string Type)>> RowsOfAsync(
        string select, SqlName table, CancellationToken cancellationToken)
    {
        await using var command = SqlCommands.Command(
            connection, select, ("schema", table.Schema), ("table", table.Name));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<(string, string)>();
        while (await reader.ReadAsync(cancellationToken)) rows.Add((reader.GetString(0), reader.GetString(1)));
        return rows;
    }
}
