using Tidemark.Engine.Destinations.Sql;

namespace Tidemark.Engine.Transfers;

/// <summary>
/// Names of tables with <c>*</c> for any letters, case counted. Without a schema they are tables of <c>public</c>: <c>order*</c>, <c>sales.*</c>,
/// <c>*.orders</c>, <c>*.*</c>.
/// </summary>
internal static class TablePattern
{
    private const string UsualSchema = "public";

    /// <summary>Whether it may mean more than one table.</summary>
    public static bool IsWide(string pattern) => pattern.Contains('*', StringComparison.Ordinal);

    public static bool Matches(string pattern, SqlName table) => AnySplit(pattern, table, IsLike);

    /// <summary>Whether it is the table's name, a <c>*</c> in it being one.</summary>
    public static bool Names(string name, SqlName table) => AnySplit(name, table, (text, part) => text == part);

    // A name may have a dot in it: each dot may be the one behind the schema.
    private static bool AnySplit(string text, SqlName table, Func<string, string, bool> isPart) =>
        ((table.Schema ?? UsualSchema) == UsualSchema && isPart(text, table.Name))
        || Enumerable.Range(0, text.Length).Any(at => text[at] == '.' && isPart(text[..at], table.Schema ?? UsualSchema) && isPart(text[(at + 1)..], table.Name));

    private static bool IsLike(string pattern, string name)
    {
        var parts = pattern.Split('*');
        if (parts.Length == 1) return pattern == name;
        if (name.Length < parts[0].Length + parts[^1].Length || !name.StartsWith(parts[0], StringComparison.Ordinal) || !name.EndsWith(parts[^1], StringComparison.Ordinal)) return false;
        // Each part between two stars is taken as early as it comes.
        var rest = name[parts[0].Length..^parts[^1].Length];
        foreach (var part in parts[1..^1])
        {
            if (rest.IndexOf(part, StringComparison.Ordinal) is not (>= 0 and var at)) return false;
            rest = rest[(at + part.Length)..];
        }

        return true;
    }
}
