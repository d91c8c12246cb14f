using Tidemark.Engine.Destinations.Sql.Undoing;
using Tidemark.Engine.Destinations.Writing;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Destinations.Sql;

/// <summary>What can be said of a table before a row is written to it.</summary>
internal static class SqlTableCheck
{
    /// <param name="plan">The table.</param>
    /// <param name="other">The table that it would refer to.</param>
    /// <param name="made">The tables that the run makes.</param>
    public static Problem ReferenceToNothing(TablePlan plan, string other, IEnumerable<string> made) =>
        new("table.reference_unknown", $"table {plan.Table}", $"The references name a table {other} that is not there.",
            NearestName.Hint(other, made));

    /// <param name="dialect">The database's words.</param>
    /// <param name="plan">The table.</param>
    /// <param name="kind">What has its name.</param>
    public static Problem NameTaken(SqlDialect dialect, TablePlan plan, string kind) =>
        new($"{dialect.Name}.name_taken", $"table {plan.Table}", $"The name {plan.Table} is that of a {kind}.",
            "Let the pipeline write to another table.");

    /// <param name="dialect">The database's own limits.</param>
    /// <param name="plan">The planned table.</param>
    /// <param name="existing">Columns that are there; empty where the table is not.</param>
    public static IEnumerable<Problem> Problems(
        SqlDialect dialect, TablePlan plan, IReadOnlyDictionary<string, TableColumn> existing)
    {
        var subject = $"table {plan.Table}";
        var table = new SqlTable(new SqlName(dialect.Schema, plan.Table), plan, TableKind.Difference);
        // The staging, or the rows as they were, have columns beside those of the live table.
        var beside = Math.Max(table.Columns.Count(column => !column.IsLive), plan.UndoRuns > 0 ? SqlBeforeImages.OwnColumns : 0);
        var total = existing.Keys.Union(table.LiveColumns.Select(column => column.Name)).Count() + beside;
        if (total > dialect.Limits.MaxColumns)
        {
            yield return new(
                $"{dialect.Name}.too_many_columns", subject,
                $"The table would have {total} columns; {dialect.Name} allows {dialect.Limits.MaxColumns}.",
                "Choose fewer fields; the whole record is kept in the column raw.");
        }

        foreach (var column in table.LiveColumns.Where(column => existing.ContainsKey(column.Name)))
        {
            var there = existing[column.Name];
            if (there.IsComputed || (there.IsCounted && !plan.Stream.Key.Contains(column.Name)))
            {
                yield return new(
                    $"{dialect.Name}.column_computed", subject, $"The database gives the column {column.Name} its values by itself.",
                    "Leave the field out of the pipeline's columns, or give it another name there.");
            }
            else if (column.Role == ColumnRole.Field ? !dialect.Accepts(there, column.Type) : !dialect.Keeps(there, column.Type))
            {
                yield return new(
                    $"{dialect.Name}.column_type", subject,
                    $"The column {column.Name} is {there.Definition}; Tidemark writes {dialect.TypeOf(column)}.",
                    "Change the column's type, or let the pipeline write to another table.");
            }
        }

        if (existing.Count > 0 && plan.Stream.Key.Any(key => !existing.ContainsKey(key)))
        {
            yield return new(
                $"{dialect.Name}.key_missing", subject,
                $"The table is there, but it has no column {string.Join(", ", plan.Stream.Key.Where(key => !existing.ContainsKey(key)))}.",
                "Let the pipeline write to another table.");
        }
    }
}
