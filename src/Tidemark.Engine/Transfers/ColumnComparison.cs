using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Transfers;

/// <summary>What keeps the values of a table's columns from being transferred to those of the same names. Their order does not count.</summary>
internal static class ColumnComparison
{
    public static IEnumerable<Problem> Of(TableShape source, TableShape target, (DatabaseShape Source, DatabaseShape Target) databases)
    {
        var others = target.Columns.ToDictionary(column => column.Name, StringComparer.Ordinal);
        if (source.Columns.All(column => column.IsGenerated))
        {
            yield return new("transfer.no_columns", $"table {source.Label}", $"{source.Label} has no column with values of its own.", "Leave it out.");
        }

        foreach (var column in source.Columns)
        {
            var subject = Subject(source, column);
            if (others.Remove(column.Name, out var other))
            {
                foreach (var problem in Of(column, other, databases)) yield return problem with { Subject = subject };
            }
            else if (!column.IsGenerated)
            {
                yield return new("transfer.column_missing", subject, $"{source.Label} has no column {column.Name} in the target.",
                    NearestName.Slip(column.Name, others.Keys) is { } near ? $"It has a column {near}: give both the same name." : "Add it to the target's table.");
            }
        }

        foreach (var column in others.Values.Where(column => column is { IsNotNull: true, HasDefault: false, IsGenerated: false, IsIdentity: false }))
        {
            yield return new("transfer.column_required", Subject(source, column),
                $"The target's {source.Label} needs a value of {column.Name}, which the source has not.", "Give it a default, or let it be null.");
        }
    }

    /// <summary>Columns that only the target has values in.</summary>
    public static IReadOnlyList<string> Own(TableShape source, TableShape target) =>
        [.. target.Columns.Where(column => !column.IsGenerated).Select(column => column.Name).Except(source.Columns.Select(column => column.Name), StringComparer.Ordinal)];

    private static IEnumerable<Problem> Of(ColumnShape column, ColumnShape other, (DatabaseShape Source, DatabaseShape Target) databases)
    {
        if (column.IsGenerated != other.IsGenerated)
        {
            yield return new("transfer.column_generated", "",
                $"{column.Name} is computed from other columns in the {(column.IsGenerated ? "source" : "target")}, and has values of its own in the {(column.IsGenerated ? "target" : "source")}.",
                "Make it the same in both.");
            yield break;
        }

        // The target computes it anew.
        if (column.IsGenerated) yield break;
        if (column.Extension is { } extension && !databases.Target.Extensions.ContainsKey(extension))
        {
            yield return new("transfer.extension_missing", "", $"{column.Name} has a type of the extension {extension}, which the target does not have.",
                $"CREATE EXTENSION {extension} in the target.");
        }

        if (column.Type != other.Type)
        {
            yield return new("transfer.column_type", "", $"{column.Name} is {column.Type} in the source and {other.Type} in the target.", "Give both the same type.");
        }
        else if (column.UserType is { } type && Made(databases.Source, type) is var here && Made(databases.Target, type) is var there && !Holds(there, here))
        {
            yield return new("transfer.type_differs", "", $"The type {type} of {column.Name} is {here ?? "unknown"} in the source and {there ?? "unknown"} in the target.",
                "Make the types alike.");
        }

        if (!column.IsNotNull && other.IsNotNull)
        {
            yield return new("transfer.column_null", "", $"{column.Name} may be null in the source and not in the target.", "Make both NOT NULL, or let both be null.");
        }
    }

    private static string? Made(DatabaseShape database, string type) => database.Types.GetValueOrDefault(type);

    // An enum with more values at its end takes all that there are.
    private static bool Holds(string? target, string? source) =>
        target == source || (source is { } made && made.StartsWith("enum (", StringComparison.Ordinal) && target is { } wider && wider.StartsWith($"{made[..^1]}, ", StringComparison.Ordinal));

    private static string Subject(TableShape table, ColumnShape column) => $"table {table.Label}, column {column.Name}";
}
