using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Transfers;

/// <summary>Carries the condition of a table over to the tables that refer to it: this customer, and all that belongs to it.</summary>
public sealed class FilterClosure
{
    /// <summary>Letters of a condition at most: many ways between two tables multiply it.</summary>
    public const int MaxLength = 200_000;

    private readonly Dictionary<SqlName, string> _where = [];
    private readonly List<Problem> _problems = [];
    private readonly List<string> _remarks = [];

    private FilterClosure(IReadOnlyList<TableShape> tables, TransferOrder order, IReadOnlyDictionary<SqlName, string> own, bool follow)
    {
        var followed = new List<string>();
        foreach (var table in tables)
        {
            var mine = own.GetValueOrDefault(table.Name);
            var keys = table.ForeignKeys.Where(key => key.IsPlain && !order.IsLate(table.Name, key.To) && _where.ContainsKey(key.To)).ToList();
            if (!follow)
            {
                if (mine is not null) _where[table.Name] = mine;
                else foreach (var key in keys) Breaks(table, key);
                continue;
            }

            if (keys.Count > 0) followed.Add(table.Label);
            if (All([.. mine is null ? [] : new[] { mine }, .. keys.Select(Kept)]) is not { } condition) continue;
            if (condition.Length <= MaxLength) _where[table.Name] = condition;
            else TooLong(table);
        }

        foreach (var table in tables) _remarks.AddRange(table.ForeignKeys.Where(key => _where.ContainsKey(key.To) && order.IsLate(table.Name, key.To)).Select(key => Open(table, key)));
        if (followed.Count > 0) _remarks.Add($"Conditions hold along foreign keys for {string.Join(", ", followed)} too.");
    }

    /// <summary>The condition of each table that has one, on the table under the alias <c>t</c>.</summary>
    public IReadOnlyDictionary<SqlName, string> Where => _where;

    public IReadOnlyList<Problem> Problems => _problems;

    public IReadOnlyList<string> Remarks => _remarks;

    /// <summary>Conditions of all tables.</summary>
    /// <param name="tables">The tables in their <paramref name="order"/>.</param>
    /// <param name="order">The order.</param>
    /// <param name="own">The conditions that the policy has.</param>
    /// <param name="follow">Whether they are carried over; else a table that would need it is a problem.</param>
    public static FilterClosure Of(IReadOnlyList<TableShape> tables, TransferOrder order, IReadOnlyDictionary<SqlName, string> own, bool follow) =>
        new(tables, order, own, follow);

    private static string? All(IReadOnlyList<string> conditions) => conditions switch
    {
        [] => null,
        [var only] => only,
        _ => string.Join(" AND ", conditions.Select(Enclosed)),
    };

    // A comment of the operator's own text ends with the line.
    private static string Enclosed(string condition) => $"({condition}\n)";

    // In a subquery of its own, the other table has the alias t too, and the operator's text means the same there.
    private string Kept(ForeignKeyShape key)
    {
        var columns = key.Columns.Select(name => $"t.{SqlName.Column(name)}").ToList();
        var others = key.ToColumns.Select(name => SqlName.Column(name).ToString()).ToList();
        var rows = $"SELECT {string.Join(", ", others.Select(name => $"t.{name}"))} FROM {key.To} AS t WHERE {Enclosed(_where[key.To])}";
        return $"{string.Concat(columns.Select(name => $"{name} IS NULL OR "))}EXISTS (SELECT FROM ({rows}) AS p WHERE {string.Join(" AND ", others.Zip(columns, (other, name) => $"p.{other} = {name}"))})";
    }

    private void Breaks(TableShape table, ForeignKeyShape key) => _problems.Add(new(
        "transfer.filter_breaks_keys", $"table {table.Label}",
        $"Rows of {table.Label} refer to rows of {Label(key.To)} that its condition leaves out, by {key.Name}.",
        $"Let conditions follow foreign keys, or give {table.Label} a condition of its own."));

    private void TooLong(TableShape table) => _problems.Add(new(
        "transfer.filter_too_long", $"table {table.Label}", $"The condition that {table.Label} gets along its foreign keys is longer than {MaxLength} letters.",
        "Let conditions not follow foreign keys, and give each table its own."));

    private static string Open(TableShape table, ForeignKeyShape key) =>
        key.To == table.Name
            ? $"{table.Label} refers to itself by {key.Name}: its condition must keep the rows that kept rows refer to, or the target refuses them."
            : $"{table.Label} and {Label(key.To)} refer to each other: the condition of {Label(key.To)} does not hold for {table.Label} along {key.Name}.";

    private static string Label(SqlName name) => new TableShape(name, []).Label;
}
