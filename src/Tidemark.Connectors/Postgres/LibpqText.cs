using System.Text;

namespace Tidemark.Connectors.Postgres;

/// <summary>The form <c>host=localhost user=me password='a b'</c>, which libpq reads. Pure.</summary>
/// <remarks>https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-KEYWORD-VALUE.</remarks>
internal static class LibpqText
{
    /// <summary>Names and values in their order; null for a text of another form, such as Npgsql's, which is parted by semicolons.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>>? Parse(string text)
    {
        var pairs = new List<KeyValuePair<string, string>>();
        for (var at = SkipSpace(text, 0); at < text.Length; at = SkipSpace(text, at))
        {
            var start = at;
            while (at < text.Length && (char.IsAsciiLetterLower(text[at]) || text[at] == '_')) at++;
            var name = text[start..at];
            at = SkipSpace(text, at);
            if (name.Length == 0 || at == text.Length || text[at] != '=') return null;
            at = SkipSpace(text, at + 1);
            if (Value(text, ref at) is not { } value) return null;
            pairs.Add(new(name, value));
        }

        return pairs.Count == 0 ? null : pairs;
    }

    /// <summary>Null where a quote is not closed, or a semicolon shows that it is Npgsql's form.</summary>
    private static string? Value(string text, ref int at)
    {
        var value = new StringBuilder();
        var isQuoted = at < text.Length && text[at] == '\'';
        if (isQuoted) at++;
        for (; at < text.Length; at++)
        {
            if (isQuoted ? text[at] == '\'' : char.IsWhiteSpace(text[at])) break;
            if (!isQuoted && text[at] == ';') return null;
            if (text[at] == '\\' && at + 1 < text.Length) at++;
            value.Append(text[at]);
        }

        if (!isQuoted) return value.ToString();
        if (at == text.Length) return null;
        at++;
        return value.ToString();
    }

    private static int SkipSpace(string text, int at)
    {
        while (at < text.Length && char.IsWhiteSpace(text[at])) at++;
        return at;
    }
}
