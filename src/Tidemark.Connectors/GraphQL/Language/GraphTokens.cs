using System.Globalization;
using Tidemark.Engine.Errors;

namespace Tidemark.Connectors.GraphQL.Language;

internal enum GraphTokenKind
{
    End,
    Name,

    /// <summary>One of <c>{ } ( ) [ ] : ! = @ $ | &amp;</c>, or the three dots of a spread.</summary>
    Mark,

    /// <summary>A number or a string.</summary>
    Literal,
}

/// <summary>A word of a GraphQL text, by its place in it.</summary>
internal readonly record struct GraphToken(GraphTokenKind Kind, int Start, int End);

/// <summary>Cuts a GraphQL text into tokens. Commas, blanks and comments fall away.</summary>
/// <remarks>https://spec.graphql.org/October2021/#sec-Language.Source-Text.</remarks>
internal static class GraphTokens
{
    private const string Marks = "{}()[]:!=@$|&";
    private const string BlockQuote = "\"\"\"";

    /// <exception cref="TidemarkException">Configuration <c>graphql.malformed</c>, with the line.</exception>
    public static IReadOnlyList<GraphToken> Read(string text)
    {
        var tokens = new List<GraphToken>();
        for (var at = 0; at < text.Length;)
        {
            var letter = text[at];
            if (char.IsWhiteSpace(letter) || letter is ',' or '\uFEFF') at++;
            else if (letter == '#') at = EndOfLine(text, at);
            else
            {
                var token = Next(text, at);
                tokens.Add(token);
                at = token.End;
            }
        }

        tokens.Add(new(GraphTokenKind.End, text.Length, text.Length));
        return tokens;
    }

    public static TidemarkException Malformed(string text, int at, string what)
    {
        var line = text.AsSpan(0, Math.Min(at, text.Length)).Count('\n') + 1;
        return new(FailureKind.Configuration, "graphql.malformed",
            string.Create(CultureInfo.InvariantCulture, $"Line {line} of the GraphQL text: {what}."));
    }

    private static GraphToken Next(string text, int at)
    {
        var letter = text[at];
        if (IsNameLetter(letter) && !char.IsAsciiDigit(letter))
            return new(GraphTokenKind.Name, at, While(text, at, IsNameLetter));
        if (text.AsSpan(at).StartsWith("...")) return new(GraphTokenKind.Mark, at, at + 3);
        if (Marks.Contains(letter, StringComparison.Ordinal)) return new(GraphTokenKind.Mark, at, at + 1);
        if (letter == '"') return new(GraphTokenKind.Literal, at, EndOfString(text, at));
        if (letter == '-' || char.IsAsciiDigit(letter))
        {
            return new(GraphTokenKind.Literal, at,
                While(text, at + 1, one => char.IsAsciiLetterOrDigit(one) || one is '.' or '+' or '-'));
        }

        throw Malformed(text, at, $"'{letter}' has no place there");
    }

    private static int EndOfString(string text, int at)
    {
        if (text.AsSpan(at).StartsWith(BlockQuote))
        {
            for (var end = at + 3; end < text.Length; end++)
            {
                if (text.AsSpan(end).StartsWith("\\" + BlockQuote)) end += 3;
                else if (text.AsSpan(end).StartsWith(BlockQuote)) return end + 3;
            }
        }
        else
        {
            for (var end = at + 1; end < text.Length && text[end] != '\n'; end++)
            {
                if (text[end] == '\\') end++;
                else if (text[end] == '"') return end + 1;
            }
        }

        throw Malformed(text, at, "a string that begins there has no end");
    }

    private static int EndOfLine(string text, int at) => While(text, at, letter => letter is not ('\n' or '\r'));

    private static int While(string text, int at, Func<char, bool> goesOn)
    {
        while (at < text.Length && goesOn(text[at])) at++;
        return at;
    }

    private static bool IsNameLetter(char letter) => char.IsAsciiLetterOrDigit(letter) || letter == '_';
}
