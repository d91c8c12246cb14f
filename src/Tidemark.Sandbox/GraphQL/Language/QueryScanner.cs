using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tidemark.Sandbox.GraphQL.Language;

/// <summary>Walks a query text letter by letter.</summary>
internal sealed class QueryScanner(string text)
{
    private int _at;

    public bool IsAtEnd
    {
        get
        {
            SkipBlanks();
            return _at == text.Length;
        }
    }

    public bool TryTake(string mark)
    {
        SkipBlanks();
        if (string.CompareOrdinal(text, _at, mark, 0, mark.Length) != 0) return false;
        // A word must end there: "on" is not the beginning of "online".
        if (char.IsLetter(mark[0]) && _at + mark.Length < text.Length
            && IsWordLetter(text[_at + mark.Length])) return false;
        _at += mark.Length;
        return true;
    }

    public bool Sees(string mark)
    {
        var at = _at;
        var found = TryTake(mark);
        _at = at;
        return found;
    }

    public void Take(string mark)
    {
        if (!TryTake(mark)) throw Unexpected($"Expected \"{mark}\"");
    }

    public bool SeesName()
    {
        SkipBlanks();
        return _at < text.Length && (char.IsAsciiLetter(text[_at]) || text[_at] == '_');
    }

    public string TakeName()
    {
        if (!SeesName()) throw Unexpected("Expected Name");
        var start = _at;
        while (_at < text.Length && IsWordLetter(text[_at])) _at++;
        return text[start.._at];
    }

    /// <summary>A number, a string or one of the words true, false and null; an enum's word as text.</summary>
    public JsonNode? TakeScalar()
    {
        SkipBlanks();
        if (SeesName())
        {
            return TakeName() switch
            {
                "true" => JsonValue.Create(true),
                "false" => JsonValue.Create(false),
                "null" => null,
                var word => JsonValue.Create(word),
            };
        }

        var start = _at;
        if (_at < text.Length && text[_at] == '"')
        {
            for (_at++; _at < text.Length && text[_at] != '"'; _at++)
            {
                if (text[_at] == '\\') _at++;
            }

            _at = Math.Min(_at + 1, text.Length);
        }
        else
        {
            while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] is '-' or '+' or '.')) _at++;
        }

        try
        {
            return JsonNode.Parse(text[start.._at]);
        }
        catch (JsonException)
        {
            throw Unexpected("Expected a value");
        }
    }

    public GraphQLProblem Unexpected(string what) =>
        new("GRAPHQL_PARSE_FAILED", $"Syntax Error: {what}, found {(IsAtEnd ? "<EOF>" : $"\"{text[_at]}\"")}.");

    private void SkipBlanks()
    {
        for (; _at < text.Length; _at++)
        {
            if (text[_at] == '#')
            {
                while (_at + 1 < text.Length && text[_at + 1] != '\n') _at++;
            }
            else if (!char.IsWhiteSpace(text[_at]) && text[_at] != ',') return;
        }
    }

    private static bool IsWordLetter(char letter) => char.IsAsciiLetterOrDigit(letter) || letter == '_';
}
