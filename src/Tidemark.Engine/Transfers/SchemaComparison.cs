using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Transfers;

/// <summary>Two databases compared as the ends of a transfer: all problems at once, and what a person should know.</summary>
internal static class SchemaComparison
{
    /// <param name="source">Where the rows come from.</param>
    /// <param name="target">Where they go.</param>
    /// <param name="tables">The source's tables that are transferred.</param>
    /// <param name="policy">What is to be done.</param>
    public static (IReadOnlyList<Problem> Problems, IReadOnlyList<string> Remarks) Of(
        DatabaseShape source, DatabaseShape target, IReadOnlyList<TableShape> tables, TransferPolicy policy)
    {
        var others = target.Tables.ToDictionary(table => table.Name);
        var problems = DatabaseComparison.Problems(source, target, policy).ToList();
        var remarks = DatabaseComparison.Remarks(source, target).ToList();
        foreach (var table in tables)
        {
            if (others.TryGetValue(table.Name, out var other))
            {
                var comparison = new TableComparison(table, other, (source, target), policy);
                problems.AddRange(comparison.Problems());
                remarks.AddRange(comparison.Remarks());
            }
            else
            {
                problems.Add(new("transfer.table_missing", $"table {table.Label}", $"The target has no table {table.Label}.",
                    NearestName.Slip(table.Label, target.Tables.Select(known => known.Label)) is { } near ? $"It has a table {near}." : "Create it there, or leave it out."));
            }
        }

        problems.AddRange(Referring(target, tables, policy));
        remarks.AddRange(Extensions(source, target, tables));
        if (source.LargeObjects > 0 && !tables.Any(table => table.Columns.Any(TableComparison.IsLargeObject))) remarks.Add("The source has large objects, which are not transferred.");
        remarks.AddRange(Neighbours(target, tables, policy));
        return (problems, remarks);
    }

    // TRUNCATE refuses a table that another one refers to, whatever its rows.
    private static IEnumerable<Problem> Referring(DatabaseShape target, IReadOnlyList<TableShape> tables, TransferPolicy policy) =>
        policy.Apply != ApplyMode.Replace ? []
            : Outside(target, tables).Select(reference => new Problem(
                "transfer.referenced", $"table {reference.To.Label}", $"{reference.From.Label} in the target refers to {reference.To.Label} by {reference.Key.Name}, and is not transferred.",
                $"Transfer {reference.From.Label} too, or use mirror or upsert."));

    private static IEnumerable<string> Neighbours(DatabaseShape target, IReadOnlyList<TableShape> tables, TransferPolicy policy)
    {
        if (policy.Apply == ApplyMode.Mirror)
        {
            foreach (var reference in Outside(target, tables))
            {
                yield return $"{reference.From.Label} in the target refers to {reference.To.Label} by {reference.Key.Name} and is not transferred: "
                    + "where a row is deleted, its rows go too, or keep it, as the key says.";
            }
        }

        var names = tables.Select(table => table.Name).ToHashSet();
        foreach (var (table, key) in target.Tables.Where(table => names.Contains(table.Name)).SelectMany(table => table.ForeignKeys.Select(key => (table, key))).Where(pair => !names.Contains(pair.key.To)))
        {
            yield return $"{table.Label} refers to {new TableShape(key.To, []).Label} by {key.Name}, which is not transferred: rows whose {new TableShape(key.To, []).Label} the target lacks are refused.";
        }
    }

    private static IEnumerable<(TableShape From, ForeignKeyShape Key, TableShape To)> Outside(DatabaseShape target, IReadOnlyList<TableShape> tables)
    {
        var names = tables.ToDictionary(table => table.Name);
        return target.Tables.Where(table => !names.ContainsKey(table.Name))
            .SelectMany(table => table.ForeignKeys.Where(key => names.ContainsKey(key.To)).Select(key => (table, key, names[key.To])));
    }

    private static IEnumerable<string> Extensions(DatabaseShape source, DatabaseShape target, IReadOnlyList<TableShape> tables) =>
        tables.SelectMany(table => table.Columns).Where(column => !column.IsGenerated).Select(column => column.Extension).OfType<string>()
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .Where(name => target.Extensions.TryGetValue(name, out var there) && source.Extensions.GetValueOrDefault(name) != there)
            .Select(name => $"The extension {name} is {source.Extensions.GetValueOrDefault(name)} in the source and {target.Extensions[name]} in the target: values of its types are copied as text.");
}
