namespace Tidemark.Engine.Destinations.Sql;

/// <summary>In which order tables that refer to each other are filled; they are emptied in the reverse order.</summary>
internal static class SqlTableOrder
{
    /// <summary>Tables after those that they refer to. Where they refer to each other the order is as given.</summary>
    /// <param name="tables">In any order.</param>
    /// <param name="name">Name of a table.</param>
    /// <param name="references">The tables that it refers to; others than those given do not matter.</param>
    public static List<T> ReferredFirst<T>(
        IReadOnlyList<T> tables, Func<T, string> name, Func<T, IEnumerable<string>> references)
    {
        var ordered = new List<T>();
        var met = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var table in tables) Visit(table);
        return ordered;

        void Visit(T table)
        {
            if (!met.Add(name(table))) return;
            var named = references(table).ToHashSet(StringComparer.OrdinalIgnoreCase);
            foreach (var other in tables.Where(other => named.Contains(name(other)))) Visit(other);
            ordered.Add(table);
        }
    }

    /// <summary>The same by the foreign keys that the database has, whoever made them.</summary>
    /// <returns>The tables, and whether some refer to each other.</returns>
    public static async Task<(List<T> Tables, bool IsCircular)> ReferredFirstAsync<T>(
        ISqlSession session, IReadOnlyList<T> tables, Func<T, SqlName> name, CancellationToken cancellationToken)
    {
        if (tables.Count < 2) return ([.. tables], false);
        var references = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase);
        foreach (var table in tables)
        {
            if (await session.Rows.DescribeAsync(name(table), cancellationToken) is { } shape) references[shape.Name] = shape.References;
        }

        var ordered = ReferredFirst(tables, table => name(table).Name, References);
        return (ordered, ordered.Index().Any(table => ordered.Skip(table.Index + 1).Any(later =>
            References(table.Item).Contains(name(later).Name, StringComparer.OrdinalIgnoreCase))));

        IEnumerable<string> References(T table) => references.GetValueOrDefault(name(table).Name, []);
    }
}
