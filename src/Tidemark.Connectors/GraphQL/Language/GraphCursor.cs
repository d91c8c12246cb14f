using Tidemark.Engine.Errors;

namespace Tidemark.Connectors.GraphQL.Language;

/// <summary>Walks the tokens of a GraphQL text.</summary>
/// <exception cref="TidemarkException">Configuration <c>graphql.malformed</c>, with the line.</exception>
internal sealed class GraphCursor(string text)
{
    private readonly IReadOnlyList<GraphToken> _tokens = GraphTokens.Read(text);
    private int _at;

    public string Text => text;

    public GraphToken Token => _tokens[_at];

    public bool IsAtEnd => Token.Kind == GraphTokenKind.End;

    /// <summary>Where the last token that was taken ends.</summary>
    public int TakenEnd => _at == 0 ? 0 : _tokens[_at - 1].End;

    /// <summary>Whether a name or mark stands here.</summary>
    public bool Is(string word) =>
        Token.Kind is GraphTokenKind.Name or GraphTokenKind.Mark
            && text.AsSpan(Token.Start, Token.End - Token.Start).SequenceEqual(word);

    public bool TryTake(string word)
    {
        if (!Is(word)) return false;
        _at++;
        return true;
    }

    public void Take(string word)
    {
        if (!TryTake(word)) throw Unexpected($"{word} is expected");
    }

    public string TakeName()
    {
        if (Token.Kind != GraphTokenKind.Name) throw Unexpected("a name is expected");
        return Word(_tokens[_at++]);
    }

    /// <summary>Passes over a value: a literal, a name, a variable, a list or an object.</summary>
    public void SkipValue()
    {
        if (TryTake("$")) TakeName();
        else if (Is("[") || Is("{")) SkipBrackets();
        else if (Token.Kind is GraphTokenKind.Literal or GraphTokenKind.Name) _at++;
        else throw Unexpected("a value is expected");
    }

    /// <summary>Passes over what stands between brackets, with the brackets that are inside.</summary>
    public void SkipBrackets()
    {
        var (start, depth) = (Token.Start, 0);
        do
        {
            if (IsAtEnd) throw GraphTokens.Malformed(text, start, "a bracket that opens there is not closed");
            if (Is("{") || Is("[") || Is("(")) depth++;
            else if (Is("}") || Is("]") || Is(")")) depth--;
            _at++;
        }
        while (depth > 0);
    }

    public void SkipDirectives()
    {
        while (TryTake("@"))
        {
            TakeName();
            if (Is("(")) SkipBrackets();
        }
    }

    /// <summary>Passes over a description, as schemas have them before a type or a field.</summary>
    public void SkipDescription()
    {
        if (Token.Kind == GraphTokenKind.Literal) _at++;
    }

    public void Skip() => _at++;

    public TidemarkException Unexpected(string what) =>
        GraphTokens.Malformed(
            text, Token.Start, IsAtEnd ? $"{what}, but the text ends" : $"{what} in place of {Word(Token)}");

    private string Word(GraphToken token) => text[token.Start..token.End];
}
