using Tidemark.Engine.Records;

namespace Tidemark.Engine.Definitions;

/// <summary>Rules for the columns of a stream's table that the definition alone decides.</summary>
internal static class ColumnRules
{
    public static IEnumerable<DefinitionMistake> Of(StreamShape shape)
    {
        foreach (var column in shape.Columns)
        {
            foreach (var mistake in Of(column, shape.SyncedAt))
                yield return mistake.Within($"columns/{DefinitionMistake.Step(column.Name)}", $"column {column.Name}");
        }

        // SQLite takes two names for one that differ only by case.
        foreach (var same in shape.Columns.GroupBy(column => column.Name, StringComparer.OrdinalIgnoreCase).Where(same => same.Count() > 1))
            yield return new($"columns/{DefinitionMistake.Step(same.Last().Name)}", "column.not_unique", NotUnique(same.Select(column => column.Name)));
    }

    /// <param name="key">The key that holds the name; empty where the name is the key.</param>
    /// <param name="name">The name of a column.</param>
    /// <param name="syncedAt">Name of the column that says when a row was last written.</param>
    public static IEnumerable<DefinitionMistake> OfName(string key, string name, string syncedAt)
    {
        if (ColumnNames.Mistake(name) is { } mistake) yield return new(key, "column.invalid_name", mistake);
        else if (IsTaken(name, syncedAt)) yield return new(key, "column.reserved", Reserved(name));
    }

    /// <summary>Whether a table has a column of this name already, however the source's are called.</summary>
    public static bool IsTaken(string name, string syncedAt) =>
        ColumnNames.IsReserved(name) || name.Equals(syncedAt, StringComparison.OrdinalIgnoreCase);

    public static string Reserved(string name) => $"The name {name} is Tidemark's own.";

    public static string NotUnique(IEnumerable<string> names) => names.Distinct(StringComparer.Ordinal).ToList() is [var name]
        ? $"There are two columns {name}."
        : $"The columns {string.Join(" and ", names)} have names that differ only in case; not every database can keep both.";

    private static IEnumerable<DefinitionMistake> Of(ColumnShape column, string syncedAt)
    {
        foreach (var mistake in OfName("", column.Name, syncedAt)) yield return mistake;
        if (column.Value is not null && (column.From is not null || column.Default is not null || column.Type is not null))
            yield return Rule($"The column {column.Name} has a value, and so no from, type or default.");
        if (column.When.Count > 0 && column.Owner != ColumnOwner.App)
            yield return Rule($"The column {column.Name} has a when, which only a column of owner app can have.");
        foreach (var mistake in ValueRules.Word("owner", column.Owner)) yield return mistake;
        if (column.Type is { } type)
        {
            foreach (var mistake in ValueRules.Word("type", type)) yield return mistake;
        }

        foreach (var condition in column.When.Where(condition => condition.Values.Count == 0))
            yield return DefinitionMistake.Invalid($"when/{DefinitionMistake.Step(condition.Column)}", "names at least one value.");
    }

    private static DefinitionMistake Rule(string message) => new("", "column.invalid_rule", message);
}
