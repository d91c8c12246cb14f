using Tidemark.Engine.Destinations.Sql;

namespace Tidemark.Engine.Transfers;

/// <summary>Makes of two databases and a policy the tables to transfer, or says whatever keeps it from being done.</summary>
public static class TransferPlanner
{
    /// <param name="source">Where the rows come from.</param>
    /// <param name="target">Where they go.</param>
    /// <param name="policy">What is to be done.</param>
    /// <returns>The plan; of tables that the target lacks or has otherwise, it has the problems alone.</returns>
    public static TransferPlan Of(DatabaseShape source, DatabaseShape target, TransferPolicy policy)
    {
        var selection = TableSelection.Of(source, policy);
        var chosen = selection.Tables.ToDictionary(table => table.Name);
        var others = target.Tables.ToDictionary(table => table.Name);
        var order = TransferOrder.Of(
            chosen.Values.ToDictionary(table => table.Name, table => References(table, others.GetValueOrDefault(table.Name))), selection.Where.Keys.ToHashSet());
        var ordered = order.Tables.Select(name => chosen[name]).ToList();
        var filters = FilterClosure.Of(ordered, order, selection.Where, policy.Follow);
        var (problems, remarks) = SchemaComparison.Of(source, target, ordered, policy);
        var tables = new List<TransferTable>(ordered.Count);
        foreach (var table in ordered)
        {
            if (!others.TryGetValue(table.Name, out var other) || TableComparison.KeyOf(table, other) is not { } key || Columns(table, other, selection) is not { } columns) continue;
            var same = other.Columns.ToDictionary(column => column.Name, StringComparer.Ordinal);
            var moved = table.Columns.Where(column => !column.IsGenerated).ToList();
            tables.Add(new(table.Name, columns, key, Buckets(table, key, source))
            {
                Where = filters.Where.GetValueOrDefault(table.Name),
                InText = moved.Any(column => !column.CopiesInBinary || !same[column.Name].CopiesInBinary),
                EstimatedRows = table.EstimatedRows,
                HasIdentityAlways = moved.Any(column => same[column.Name].IsIdentityAlways),
                LateKeys = [.. other.ForeignKeys.Where(reference => order.IsLate(table.Name, reference.To))],
            });
        }

        return new(
            tables, [.. selection.Problems, .. problems, .. MaskComparison.Problems(selection.Masks, source, target), .. filters.Problems],
            [.. selection.Remarks, .. remarks, .. filters.Remarks]);
    }

    private static IReadOnlyList<SqlName> References(TableShape table, TableShape? other) =>
        [.. table.ForeignKeys.Concat(other?.ForeignKeys ?? []).Select(key => key.To).Distinct()];

    /// <summary>The columns that have values of their own; null where the target does not have them so.</summary>
    private static List<TransferColumn>? Columns(TableShape table, TableShape other, TableSelection selection)
    {
        var columns = new List<TransferColumn>(table.Columns.Count);
        foreach (var column in table.Columns.Where(column => !column.IsGenerated))
        {
            if (other.Columns.FirstOrDefault(known => known.Name == column.Name) is not { IsGenerated: false } same || same.Type != column.Type) return null;
            columns.Add(new(column.Name, column.Type, column.HashesNatively && same.HashesNatively ? HashForm.Native : HashForm.Text)
            {
                Mask = selection.Masks.TryGetValue((table.Name, column.Name), out var mask) ? mask : null,
            });
        }

        return columns.Count == 0 ? null : columns;
    }

    private static Bucketing Buckets(TableShape table, IReadOnlyList<string> key, DatabaseShape source)
    {
        var isNumber = key is [var name] && table.Columns.First(column => column.Name == name).Type is "smallint" or "integer" or "bigint";
        var isCounted = isNumber && source.Sequences.Any(sequence => sequence.Owner == table.Name && sequence.Column == key[0]);
        return TableBuckets.Of(table.EstimatedRows, isNumber, isCounted, table.KeyBounds);
    }
}
