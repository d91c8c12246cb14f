using System.Globalization;
using Dapper;

namespace Tidemark.Engine.Catalog;

/// <summary>A condition that a column has one of some values, in the words of every catalog.</summary>
internal static class OneOf
{
    /// <param name="column">Name of the column.</param>
    /// <param name="values">The values; empty for any.</param>
    /// <param name="parameters">Receives them.</param>
    public static string Condition(string column, IReadOnlyList<string> values, DynamicParameters parameters)
    {
        if (values.Count == 0) return "1 = 1";
        var names = values.Select((_, at) => string.Create(CultureInfo.InvariantCulture, $"{column}{at}")).ToList();
        foreach (var (name, value) in names.Zip(values)) parameters.Add(name, value);
        return $"{column} IN ({string.Join(", ", names.Select(name => "@" + name))})";
    }
}
