using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Transfers;

/// <summary>What keeps the rows of one table from being transferred to the table of the same name.</summary>
/// <param name="source">The source's table.</param>
/// <param name="target">The target's table.</param>
/// <param name="databases">The databases that they are of.</param>
/// <param name="policy">What is to be done.</param>
internal sealed class TableComparison(
    TableShape source, TableShape target, (DatabaseShape Source, DatabaseShape Target) databases, TransferPolicy policy)
{
    private string Subject => $"table {source.Label}";

    public IEnumerable<Problem> Problems() => [.. Kind(), .. Access(), .. Rows(), .. Key(), .. Writing()];

    public IEnumerable<string> Remarks()
    {
        var label = source.Label;
        if (!source.IsUnlogged && target.IsUnlogged) yield return $"{label} is unlogged in the target: its rows are gone after a crash of that server.";
        if (source.Key.Count == 0 && policy.Apply != ApplyMode.Replace)
            yield return $"{label} has no key: a changed row is taken for one that is gone and another that is new.";
        if (policy.Apply == ApplyMode.Replace && ColumnComparison.Own(source, target) is { Count: > 0 } own)
            yield return $"The target's {label} loses what it has in columns that the source lacks: {string.Join(", ", own)}.";
        foreach (var key in source.ForeignKeys.Where(key => !key.IsProven))
            yield return $"The source does not hold {key.Name} of {label} for all rows: the target refuses those that break it.";
        var stricter = target.Constraints.Where(constraint => !source.Constraints.Values.Contains(constraint.Value)).Select(constraint => constraint.Key)
            .Concat(target.ForeignKeys.Where(key => !source.ForeignKeys.Any(other => other.Definition == key.Definition)).Select(key => key.Name)).ToList();
        if (stricter.Count > 0) yield return $"The target has constraints of {label} that the source has not, and may refuse rows for them: {string.Join(", ", stricter)}.";
    }

    private IEnumerable<Problem> Kind()
    {
        if (target.IsForeign)
            yield return new("transfer.foreign_table", Subject, $"In the target, {source.Label} is a table of another server, or has a part that is.", "Transfer to that server, or leave it out.");
        if (source.IsUnlogged && databases.Source.IsReplica)
            yield return new("transfer.unlogged_on_replica", Subject, $"The source is a replica, and has no rows of {source.Label}, which is unlogged.", "Read from the primary server, or leave it out.");
        foreach (var (table, database, end) in Ends)
        {
            if (table.Inherits.Count > 0)
            {
                yield return new("transfer.inherits", Subject,
                    $"In the {end}, {table.Label} inherits from {string.Join(", ", table.Inherits.Select(parent => new TableShape(parent, []).Label))}, which shows its rows too.",
                    "Make it a partition, or leave it out.");
            }

            if (database.Tables.Where(other => other.Inherits.Contains(table.Name)).Select(other => other.Label).ToList() is { Count: > 0 } children)
            {
                yield return new("transfer.inherits", Subject,
                    $"In the {end}, {table.Label} shows the rows of tables that inherit from it too: {string.Join(", ", children)}.", "Make them partitions, or leave it out.");
            }
        }
    }

    private IEnumerable<Problem> Access()
    {
        string[] needed = policy.Apply switch
        {
            ApplyMode.Upsert => ["SELECT", "INSERT", "UPDATE"],
            ApplyMode.Mirror => ["SELECT", "INSERT", "UPDATE", "DELETE"],
            _ => ["SELECT", "INSERT", "TRUNCATE"],
        };
        foreach (var (table, _, end) in Ends)
        {
            var denied = table.Denied.Intersect(end == "source" ? ["SELECT"] : needed).ToList();
            if (denied.Count > 0)
            {
                yield return new("transfer.permission", Subject, $"The user of the {end} has no {string.Join(", ", denied)} on {table.Label}.",
                    $"GRANT {string.Join(", ", denied)} ON {table.Name} to the user, and USAGE on its schema.");
            }

            if (table.HidesRows)
            {
                yield return new("transfer.row_security", Subject, $"Row security hides rows of {table.Label} from the user of the {end}.",
                    "Use the table's owner, or a user with BYPASSRLS.");
            }
        }
    }

    private IEnumerable<Problem> Rows()
    {
        foreach (var problem in ColumnComparison.Of(source, target, databases)) yield return problem;
        if (databases.Source.LargeObjects > 0 && source.Columns.Where(column => IsLargeObject(column) && !column.IsGenerated).Select(column => column.Name).ToList() is { Count: > 0 } columns)
        {
            yield return new("transfer.large_objects", Subject,
                $"The source has large objects, which are not transferred, and {string.Join(", ", columns)} of {source.Label} may number them.",
                $"Leave {source.Label} out, or keep large values in a column of bytea.");
        }
    }

    private IEnumerable<Problem> Key()
    {
        if (KeyOf(source, target) is not null) yield break;
        yield return new("transfer.key_differs", Subject,
            $"The source tells rows of {source.Label} apart by {Words(source)}, the target by {Words(target)}.",
            "Give both the same primary key.");

        static string Words(TableShape table) => table.Key.Count == 0 ? "no key" : $"({string.Join(", ", table.Key)})";
    }

    private IEnumerable<Problem> Writing()
    {
        if (target.Triggers.Count > 0 && policy.Triggers == TriggerUse.Ask)
        {
            yield return new("transfer.triggers", Subject, $"{source.Label} has triggers in the target: {string.Join(", ", target.Triggers)}.",
                "Say whether they fire for the rows that are written: triggers: fire or triggers: off");
        }

        if (target.Rules.Count > 0)
        {
            yield return new("transfer.rules", Subject, $"{source.Label} has rules in the target, which rewrite what is written: {string.Join(", ", target.Rules)}.",
                "Drop them or make triggers of them, or leave the table out.");
        }
    }

    /// <summary>The key that both have; empty where neither has one; null where they do not have the same.</summary>
    public static IReadOnlyList<string>? KeyOf(TableShape source, TableShape target)
    {
        var (keys, others) = (Keys(source), Keys(target));
        if (keys.Count == 0 && others.Count == 0) return [];
        return keys.FirstOrDefault(key => others.Any(other => other.Count == key.Count && other.ToHashSet(StringComparer.Ordinal).SetEquals(key)));

        static IReadOnlyList<IReadOnlyList<string>> Keys(TableShape table) => table.Keys.Count > 0 || table.Key.Count == 0 ? table.Keys : [table.Key];
    }

    public static bool IsLargeObject(ColumnShape column) => (column.DomainOf ?? column.Type) == "oid";

    private IEnumerable<(TableShape Table, DatabaseShape Database, string End)> Ends => [(source, databases.Source, "source"), (target, databases.Target, "target")];
}
