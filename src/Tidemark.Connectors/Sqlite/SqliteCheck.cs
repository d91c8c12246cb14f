using System.Text.RegularExpressions;

namespace Tidemark.Connectors.Sqlite;

/// <summary>A CHECK in the definition of a table, which SQLite keeps as it was written.</summary>
/// <remarks>Names and texts are quoted as https://www.sqlite.org/lang_keywords.html says.</remarks>
internal sealed partial class SqliteCheck
{
    private readonly string? _name;
    private readonly string _condition;
    private readonly string? _quotedStart;
    private readonly HashSet<string> _words;

    private SqliteCheck(string? name, string condition, ReadOnlySpan<Match> tokens)
    {
        _name = name;
        _condition = Squeezed(condition);
        _quotedStart = tokens.IsEmpty ? null : Quoted(tokens[0]);
        _words = Words(tokens);
    }

    /// <summary>Every CHECK of a definition.</summary>
    public static IReadOnlyList<SqliteCheck> In(string definition)
    {
        var tokens = Tokens().Matches(definition).Where(token => !token.Groups["skipped"].Success).ToArray();
        var checks = new List<SqliteCheck>();
        for (var at = 0; at + 1 < tokens.Length; at++)
        {
            if (!IsWord(tokens[at], "CHECK") || tokens[at + 1].Value != "(") continue;
            var end = End(tokens, at + 1);
            if (end == tokens.Length) break;
            var name = at >= 2 && IsWord(tokens[at - 2], "CONSTRAINT") ? Quoted(tokens[at - 1]) ?? tokens[at - 1].Value : null;
            checks.Add(new(name, definition[(tokens[at + 1].Index + 1)..tokens[end].Index], tokens.AsSpan((at + 2)..end)));
            at = end;
        }

        return checks;
    }

    /// <summary>Whether SQLite's message names this one. A condition without a name stands in it as it is; where it begins with a quoted name, that alone.</summary>
    public bool IsNamed(string named) => _name is not null ? _name == named : _quotedStart == named || _condition == Squeezed(named);

    public bool Mentions(string column) => _words.Contains(column);

    private static int End(Match[] tokens, int open)
    {
        var depth = 0;
        for (var at = open; at < tokens.Length; at++)
        {
            depth += tokens[at].Value switch { "(" => 1, ")" => -1, _ => 0 };
            if (depth == 0) return at;
        }

        return tokens.Length;
    }

    /// <summary>What may be a column: no function, no type and no collation.</summary>
    private static HashSet<string> Words(ReadOnlySpan<Match> condition)
    {
        var words = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (var at = 0; at < condition.Length; at++)
        {
            if (at > 0 && (IsWord(condition[at - 1], "AS") || IsWord(condition[at - 1], "COLLATE"))) continue;
            if (Quoted(condition[at]) is { } quoted) words.Add(quoted);
            else if (condition[at].Groups["word"].Success && (at + 1 == condition.Length || condition[at + 1].Value != "(")) words.Add(condition[at].Value);
        }

        return words;
    }

    private static bool IsWord(Match token, string word) => token.Groups["word"].Success && token.Value.Equals(word, StringComparison.OrdinalIgnoreCase);

    private static string? Quoted(Match token) => !token.Groups["quoted"].Success ? null : token.Value[0] switch
    {
        '[' => token.Value[1..^1],
        var mark => token.Value[1..^1].Replace(new string(mark, 2), mark.ToString(), StringComparison.Ordinal),
    };

    private static string Squeezed(string text) => Spaces().Replace(text, "");

    [GeneratedRegex("""(?<skipped>\s+|--[^\n]*|/\*.*?(\*/|$))|'([^']|'')*'|(?<quoted>"([^"]|"")*"|`([^`]|``)*`|\[[^\]]*\])|(?<word>[\w$]+)|.""", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Tokens();

    [GeneratedRegex(@"\s+", RegexOptions.None, 1000)]
    private static partial Regex Spaces();
}
