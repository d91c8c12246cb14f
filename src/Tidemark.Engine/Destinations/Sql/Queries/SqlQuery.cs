using System.Data.Common;
using System.Text.Json;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Json;
using Tidemark.Engine.Records;

namespace Tidemark.Engine.Destinations.Sql.Queries;

/// <summary>Reads a part of a table: names quoted, values as parameters, all of it in one transaction.</summary>
internal sealed class SqlQuery(SqlDialect dialect, ISqlSession session, TableQuery query)
{
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = ForeignJson.MaxDepth + 1 };

    private readonly List<string?> _values = [];

    /// <inheritdoc cref="IQueried.QueryAsync"/>
    public async Task<QueriedPage?> ReadAsync(CancellationToken cancellationToken)
    {
        var name = new SqlName(dialect.Schema, query.Table);
        await using var transaction = await session.Rows.BeginAsync(isReadOnly: true, cancellationToken);
        // Every table that is written has the column of hashes; one without it belongs to somebody else.
        if (await session.Rows.DescribeAsync(name, cancellationToken) is not { } table || table.Columns.All(column => column.Name != ColumnNames.Hash)) return null;
        var order = OrderOf(table);
        var wanted = Wanted(table, order);
        try
        {
            var conditions = query.Conditions.Select(condition => Condition(table, condition)).ToList();
            var total = query.IsCounted ? await CountAsync($"SELECT count(*) AS n FROM {name}{Where(conditions)}", cancellationToken) : 0;
            if (query.After is { } after) conditions.Add(Behind(order, after));
            var rows = new List<JsonElement>();
            var records = session.Rows.RecordsAsync(
                wanted.Select(column => column.Name).ToList(),
                $"""
                SELECT {string.Join(", ", wanted.Select(column => SqlName.Column(column.Name)))} FROM {name}{Where(conditions)}
                {(order.Count == 0 ? "" : $"ORDER BY {string.Join(", ", order.Select(Sorted))}")} LIMIT {query.Limit + 1}
                """, _values, cancellationToken);
            await foreach (var record in records) rows.Add(JsonElement.Parse(record.Span, Deep));
            return Page(table, wanted, order, rows, total);
        }
        catch (DbException refused) when (dialect.RowProblem(refused, query.Table) is not null)
        {
            throw new TidemarkException(FailureKind.Usage, "data.value_invalid", "A value is none that its column could have.", refused);
        }
    }

    private QueriedPage Page(
        TableShape table, IReadOnlyList<TableColumn> wanted, List<(TableColumn Column, bool IsDescending)> order, List<JsonElement> rows, long total)
    {
        if (rows.Count <= query.Limit) return new(wanted, rows, total, Next: null);
        if (table.Key.Count == 0)
        {
            throw new TidemarkException(FailureKind.Usage, "data.no_key", $"{table.Name} has no key, so its rows cannot be read page by page.")
            {
                Hint = "Ask for more at once, or for fewer with a filter.",
            };
        }

        rows.RemoveAt(query.Limit);
        return new(wanted, rows, total, [.. order.Select(by => PlaceOf(rows[^1].GetProperty(by.Column.Name)))]);
    }

    /// <summary>What a value is as the text of a parameter.</summary>
    private static string? PlaceOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String => value.GetString(),
        _ => value.GetRawText(),
    };

    private List<(TableColumn Column, bool IsDescending)> OrderOf(TableShape table)
    {
        var order = query.Order.Select(by => (Comparable(Find(table, by.Name)), by.IsDescending)).ToList();
        foreach (var key in table.Key.Where(key => !query.Order.Any(by => by.Name == key))) order.Add((Find(table, key), false));
        return order;
    }

    private IReadOnlyList<TableColumn> Wanted(TableShape table, List<(TableColumn Column, bool IsDescending)> order)
    {
        if (query.Columns.Count == 0) return table.Columns;
        var names = query.Columns.Select(name => Find(table, name).Name).Concat(order.Select(by => by.Column.Name)).ToHashSet(StringComparer.Ordinal);
        return [.. table.Columns.Where(column => names.Contains(column.Name))];
    }

    private string Condition(TableShape table, RowCondition condition)
    {
        var column = Find(table, condition.Column);
        var name = SqlName.Column(column.Name);
        switch (condition.Comparison)
        {
            case Comparison.IsNull when condition.Value is "true" or "false":
                return condition.Value == "true" ? $"{name} IS NULL" : $"{name} IS NOT NULL";
            case Comparison.IsNull:
                throw new TidemarkException(FailureKind.Usage, "data.value_invalid", "is_null is true or false.");
            case Comparison.Contains:
                _values.Add(condition.Value);
                return dialect.Contains(name, _values.Count);
            default:
                var compared = condition.Comparison switch
                {
                    Comparison.Eq => "=",
                    Comparison.Ne => "<>",
                    Comparison.Lt => "<",
                    Comparison.Le => "<=",
                    Comparison.Gt => ">",
                    _ => ">=",
                };
                return $"{name} {compared} {Given(Comparable(column), condition.Value)}";
        }
    }

    /// <summary>The rows behind one, in an order in which a row without a value comes last.</summary>
    private string Behind(List<(TableColumn Column, bool IsDescending)> order, IReadOnlyList<string?> after)
    {
        if (after.Count != order.Count)
            throw new TidemarkException(FailureKind.Usage, "cursor.malformed", "The cursor is none of a list in this order.") { Hint = "Take it from next, as it is." };
        var any = new List<string>();
        var same = new List<string>();
        // Behind the last column that has a value, nothing parts the rows any more; a parameter that no text names would be refused.
        var last = after.Count - 1;
        while (last >= 0 && after[last] is null) last--;
        for (var at = 0; at <= last; at++)
        {
            var ((column, isDescending), value) = (order[at], after[at]);
            var name = SqlName.Column(column.Name);
            if (value is not null)
                any.Add(string.Join(" AND ", same.Append($"({name} {(isDescending ? '<' : '>')} {Given(column, value)} OR {name} IS NULL)")));
            if (at < last) same.Add(value is null ? $"{name} IS NULL" : $"{name} = {Given(column, value)}");
        }

        return any.Count == 0 ? "1 = 0" : $"({string.Join(" OR ", any.Select(each => $"({each})"))})";
    }

    private static string Where(List<string> conditions) => conditions.Count == 0 ? "" : $" WHERE {string.Join(" AND ", conditions)}";

    private static string Sorted((TableColumn Column, bool IsDescending) by)
    {
        var name = SqlName.Column(by.Column.Name);
        return $"({name} IS NULL), {name}{(by.IsDescending ? " DESC" : "")}";
    }

    private string Given(TableColumn column, string value)
    {
        _values.Add(dialect.Given(column, value));
        return dialect.Parameter(column, _values.Count);
    }

    private static TableColumn Find(TableShape table, string name) => table.Columns.FirstOrDefault(column => column.Name == name)
        ?? throw new TidemarkException(FailureKind.Usage, "data.column_unknown", $"{table.Name} has no column {name}.")
        {
            Hint = NearestName.Hint(name, table.Columns.Select(column => column.Name)),
        };

    private TableColumn Comparable(TableColumn column) => dialect.Compares(column) ? column
        : throw new TidemarkException(FailureKind.Usage, "data.not_comparable", $"Values of {column.Name} ({column.Type}) have no order.")
        {
            Hint = "Filter it with contains or is_null.",
        };

    /// <summary>The number <c>n</c> of a select that gives one row.</summary>
    private async Task<long> CountAsync(string select, CancellationToken cancellationToken)
    {
        JsonElement one = default;
        await foreach (var record in session.Rows.RecordsAsync(["n"], select, _values, cancellationToken)) one = JsonElement.Parse(record.Span, Deep);
        return one.GetProperty("n").GetInt64();
    }
}
