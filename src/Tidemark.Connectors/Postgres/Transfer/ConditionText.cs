using System.Text.RegularExpressions;

namespace Tidemark.Connectors.Postgres.Transfer;

/// <summary>
/// Reads an operator's condition as PostgreSQL would, to know that it ends where its parenthesis does: the server itself takes two statements
/// in the place where COPY stands.
/// </summary>
/// <remarks>https://www.postgresql.org/docs/18/sql-syntax-lexical.html, with standard_conforming_strings on.</remarks>
internal static partial class ConditionText
{
    /// <summary>What is wrong with it, in one sentence; null for nothing.</summary>
    public static string? Mistake(string condition)
    {
        if (string.IsNullOrWhiteSpace(condition)) return "It is empty.";
        if (condition.Contains('\0', StringComparison.Ordinal)) return "It has a NUL in it.";
        var depth = 0;
        var at = 0;
        while (at < condition.Length)
        {
            var token = Token().Match(condition, at);
            at += Math.Max(1, token.Length);
            switch (token.Value)
            {
                case ";": return "It has a semicolon in it.";
                case "--" or "/*" or "*/": return "It has a comment in it.";
                case "'" or "\"": return $"A quote ({token.Value}) is not closed.";
                case "(": depth++; break;
                case ")" when depth == 0: return "A parenthesis is closed that it does not open.";
                case ")": depth--; break;
                case ['$', .. var name] when name.All(char.IsAsciiDigit): return "It has a parameter in it.";
                case ['$', .., '$']:
                    var end = condition.IndexOf(token.Value, at, StringComparison.Ordinal);
                    if (end < 0) return $"A quote ({token.Value}) is not closed.";
                    at = end + token.Length;
                    break;
            }
        }

        return depth == 0 ? null : "A parenthesis is not closed.";
    }

    // Strings with backslashes, strings, quoted names, words with their dollars, dollar quotes, parameters, signs of comments, any other letter.
    [GeneratedRegex(
        """
        \G(?> [eE]'(?>[^'\\]|\\.|'')*' | '(?>[^']|'')*' | "(?>[^"]|"")*" | [\p{L}_\u0080-\uFFFF][\p{L}\p{Nd}_$\u0080-\uFFFF]*
            | \$(?>[\p{L}_\u0080-\uFFFF][\p{L}\p{Nd}_\u0080-\uFFFF]*)?\$ | \$[0-9]+ | -- | /\* | \*/ | . )
        """,
        RegexOptions.Singleline | RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Token();
}
