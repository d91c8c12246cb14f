using System.Globalization;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Transfers;

/// <summary>Whether values can be masked as a policy says.</summary>
internal static class MaskComparison
{
    // A hash is 32 bytes, two letters each.
    private const int HashLetters = 64;
    private const string Varying = "character varying";

    public static IEnumerable<Problem> Problems(
        IReadOnlyDictionary<(SqlName Table, string Column), ColumnMask> masks, DatabaseShape source, DatabaseShape target)
    {
        foreach (var ((name, columnName), mask) in masks)
        {
            var table = source.Tables.First(known => known.Name == name);
            var other = target.Tables.FirstOrDefault(known => known.Name == name);
            var column = table.Columns.First(known => known.Name == columnName);
            var subject = $"mask {table.Label}.{columnName}";
            if (column.IsGenerated)
            {
                yield return new("transfer.mask_generated", subject, $"{columnName} is computed from other columns, and not transferred.", "Mask the columns that it is computed from.");
                continue;
            }

            if (Role(table, other, columnName, source, target) is { } role)
            {
                yield return new("transfer.mask_key", subject, $"{columnName} {role}: masked, rows would no longer be found by it.", "Mask columns that no key has.");
            }

            if (mask == ColumnMask.Hash && !HoldsHash(column.Type))
            {
                yield return new("transfer.mask_type", subject, $"{columnName} is {column.Type}; a hash needs text, or {Varying}({HashLetters}) at least.",
                    "Use null, or give it another type in both databases.");
            }

            if (mask == ColumnMask.Null && (column.DomainOf is not null || other?.Columns.FirstOrDefault(known => known.Name == columnName) is { IsNotNull: true }))
            {
                yield return new("transfer.mask_null", subject, $"{columnName} may not be null in the target, or its domain may refuse it.", "Use a hash, or let it be null.");
            }
        }
    }

    private static string? Role(TableShape table, TableShape? other, string column, DatabaseShape source, DatabaseShape target)
    {
        if (table.Key.Concat(other?.Key ?? []).Contains(column)) return "is of the key";
        if (table.ForeignKeys.Concat(other?.ForeignKeys ?? []).FirstOrDefault(key => key.Columns.Contains(column)) is { } key) return $"is of the foreign key {key.Name}";
        return source.Tables.Concat(target.Tables).SelectMany(known => known.ForeignKeys)
            .FirstOrDefault(known => known.To == table.Name && known.ToColumns.Contains(column)) is { } reference ? $"is referred to by {reference.Name}" : null;
    }

    private static bool HoldsHash(string type) => type is "text" or Varying
        || (type.StartsWith($"{Varying}(", StringComparison.Ordinal)
            && int.TryParse(type.AsSpan(Varying.Length + 1).TrimEnd(')'), NumberStyles.None, CultureInfo.InvariantCulture, out var letters) && letters >= HashLetters);
}
