using System.Data.Common;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Tidemark.Engine.Destinations.Sql.Loading;
using Tidemark.Engine.Destinations.Writing;
using Tidemark.Engine.Records;

namespace Tidemark.Engine.Destinations.Sql.Backups;

/// <summary>Reads a live table back, row by row, whatever was done to it since.</summary>
internal sealed class SqlTableReader(ISqlDatabase database, TablePlan plan)
{
    private readonly SqlName _name = new(database.Dialect.Schema, plan.Table);

    /// <summary>Null where there is no such table.</summary>
    public async Task<StoredTable?> OpenAsync(string? run, CancellationToken cancellationToken)
    {
        await using var session = await database.OpenAsync(work: null, cancellationToken);
        using var turn = await session.EnterAsync(cancellationToken);
        var existing = await session.ColumnsAsync(_name, cancellationToken);
        if (existing.Count == 0) return null;
        var inferred = new SqlInferredColumns(session.Connection, database.Dialect.OwnSchema);
        var table = new SqlTable(_name, plan with
        {
            Stream = await inferred.WithInferredAsync(plan, existing, cancellationToken),
            // Rows that are gone at the source have no record that they could be compared with.
            Deletes = existing.ContainsKey("_deleted_at") ? DeletePolicy.Soft : DeletePolicy.Hard,
        });
        return new StoredTable(table.Stream, database.Dialect.ExplainedAsync(ReadAsync(table, existing, run, CancellationToken.None), CancellationToken.None));
    }

    private async IAsyncEnumerable<StoredRow> ReadAsync(
        SqlTable table, IReadOnlyDictionary<string, TableColumn> existing, string? run,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var session = await database.OpenAsync(work: null, cancellationToken);
        using var turn = await session.EnterAsync(cancellationToken);
        var rows = ReadAsync(
            database.Dialect, session, table, existing, run is null ? "" : """AND "_run" = @run""", run is null ? [] : [("run", run)], cancellationToken);
        await foreach (var row in rows) yield return row;
    }

    /// <summary>Rows of a live table, aliased <c>l</c>, on a session in a turn.</summary>
    /// <param name="dialect">The database's.</param>
    /// <param name="session">The session.</param>
    /// <param name="table">The live table.</param>
    /// <param name="existing">Columns that are there.</param>
    /// <param name="condition">SQL that the rows must meet besides, with its <c>AND</c>; empty for all.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="cancellationToken">Cancels between rows.</param>
    public static async IAsyncEnumerable<StoredRow> ReadAsync(
        SqlDialect dialect, ISqlSession session, SqlTable table, IReadOnlyDictionary<string, TableColumn> existing,
        string condition, (string Name, object? Value)[] parameters, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // A column that somebody has dropped holds nothing.
        var values = table.Columns.Where(column => column.Role is ColumnRole.Field).Select(Value);
        var raw = table.Columns.Where(column => column.Role is ColumnRole.Raw).Select(Value).SingleOrDefault() ?? "NULL";
        await using var command = SqlCommands.Command(
            session.Connection,
            $"""
            SELECT "_hash", "_run", {raw}, {string.Join(", ", values)} FROM {table.Name} AS l
            WHERE {table.IsPresent("l")} {condition} ORDER BY {table.KeyList}
            """,
            parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        const int FirstField = 3;
        var fields = table.Stream.Fields;
        while (await reader.ReadAsync(cancellationToken))
        {
            yield return new StoredRow(
                [.. fields.Select((field, at) => Text(field.Type, reader, at + FirstField))], Text(FieldType.Text, reader, 2),
                Convert.ToInt64(reader.GetValue(0), CultureInfo.InvariantCulture), Text(FieldType.Text, reader, 1) ?? "");
        }

        string Value(SqlColumn column) => existing.ContainsKey(column.Name) ? dialect.ReadBack(column) : "NULL";
    }

    private static string? Text(FieldType type, DbDataReader row, int at) => row.GetValue(at) switch
    {
        DBNull => null,
        string text => text,
        byte[] bytes => Encoding.UTF8.GetString(bytes),
        bool truth => truth ? "true" : "false",
        long number and (0 or 1) when type == FieldType.Boolean => number == 1 ? "true" : "false",
        double real => real.ToString("R", CultureInfo.InvariantCulture),
        var other => Convert.ToString(other, CultureInfo.InvariantCulture),
    };
}
