using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Destinations.Sql.Backups;

/// <summary>What must be known of tables before rows come back to them.</summary>
internal static class RestoreCheck
{
    /// <summary>Why the rows of a backup do not fit a table. That it has more columns by now is no reason.</summary>
    /// <param name="wanted">As it was backed up.</param>
    /// <param name="live">As it is; null where it is gone.</param>
    public static IEnumerable<Problem> Problems(TableShape wanted, TableShape? live)
    {
        var subject = $"table {wanted.Name}";
        if (live is null)
        {
            yield return new("restore.table_missing", subject, $"There is no table {wanted.Name}.",
                "Run the pipeline once: it makes its tables. Then restore.");
            yield break;
        }

        var types = live.Columns.ToDictionary(column => column.Name, column => column.Type, StringComparer.Ordinal);
        foreach (var column in wanted.Columns)
        {
            if (!types.TryGetValue(column.Name, out var type))
            {
                yield return new("restore.column_missing", subject, $"The table has no column {column.Name}.",
                    $"Add it: its type was {column.Type}.");
            }
            else if (type != column.Type)
            {
                yield return new("restore.column_type", subject,
                    $"The column {column.Name} is {type}; it was {column.Type}.", "Give it the type that it had.");
            }
        }

        if (live.Key.Count == 0 || live.Key.Any(key => wanted.Columns.All(column => column.Name != key)))
        {
            yield return new("restore.no_key", subject,
                $"Rows of {wanted.Name} cannot be identified: the backup has no columns for its primary key.",
                "Give the table the primary key that it had.");
        }
    }
}
