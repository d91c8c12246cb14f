using Tidemark.Engine.Errors;

namespace Tidemark.Connectors.GraphQL.Language;

/// <summary>Reads the queries of a GraphQL text. Values of arguments and directives are passed over.</summary>
/// <remarks>https://spec.graphql.org/October2021/#sec-Language.Operations.</remarks>
internal sealed class GraphParser
{
    private const int MaxDepth = 32;

    private readonly GraphCursor _cursor;
    private readonly List<(
        string? Name, IReadOnlyList<GraphVariable> Variables, IReadOnlyList<Selection> Selections)> _queries = [];
    private readonly Dictionary<string, (string OnType, IReadOnlyList<Selection> Selections)> _fragments = [];

    private GraphParser(string text) => _cursor = new GraphCursor(text);

    /// <summary>The query of a name, or the only one.</summary>
    /// <exception cref="TidemarkException">Configuration <c>graphql.malformed</c>, <c>graphql.not_a_query</c>,
    /// <c>graphql.operation_unknown</c>.</exception>
    public static GraphOperation Read(string text, string? operation)
    {
        var parser = new GraphParser(text);
        while (!parser._cursor.IsAtEnd) parser.ReadDefinition();
        var wanted = operation is null && parser._queries.Count == 1 ? parser._queries
            : parser._queries.FindAll(query => query.Name == operation);
        if (wanted.Count != 1)
        {
            throw new TidemarkException(FailureKind.Configuration, "graphql.operation_unknown",
                operation is null ? "The text has not one query but several, or none."
                    : $"The text has no query {operation}.")
            {
                Hint = NearestName.Hint(operation ?? "", parser._queries.Select(query => query.Name).OfType<string>()),
            };
        }

        var (name, variables, selections) = wanted[0];
        return new GraphOperation(text, name, variables, parser.Resolve(selections, onType: null, depth: 0));
    }

    private void ReadDefinition()
    {
        if (_cursor.Is("{")) _queries.Add((null, [], ReadSelections(depth: 0)));
        else if (_cursor.TryTake("fragment"))
        {
            var name = _cursor.TakeName();
            _cursor.Take("on");
            var type = _cursor.TakeName();
            _cursor.SkipDirectives();
            _fragments[name] = (type, ReadSelections(depth: 0));
        }
        else if (_cursor.TryTake("query"))
        {
            var name = _cursor.Token.Kind == GraphTokenKind.Name ? _cursor.TakeName() : null;
            var variables = ReadVariables();
            _cursor.SkipDirectives();
            _queries.Add((name, variables, ReadSelections(depth: 0)));
        }
        else if (_cursor.Is("mutation") || _cursor.Is("subscription"))
        {
            throw new TidemarkException(FailureKind.Configuration, "graphql.not_a_query",
                "The text has a mutation or a subscription; a source only asks.");
        }
        else
        {
            throw _cursor.Unexpected("a query is expected");
        }
    }

    private List<GraphVariable> ReadVariables()
    {
        var variables = new List<GraphVariable>();
        if (!_cursor.TryTake("(")) return variables;
        while (!_cursor.TryTake(")"))
        {
            var start = _cursor.Token.Start;
            _cursor.Take("$");
            var name = _cursor.TakeName();
            _cursor.Take(":");
            var typeStart = _cursor.Token.Start;
            if (_cursor.Is("[")) _cursor.SkipBrackets();
            else _cursor.TakeName();
            _cursor.TryTake("!");
            var type =
                string.Concat(_cursor.Text[typeStart.._cursor.TakenEnd].Where(letter => !char.IsWhiteSpace(letter)));
            var hasDefault = _cursor.TryTake("=");
            if (hasDefault) _cursor.SkipValue();
            variables.Add(new(name, type, hasDefault, _cursor.Text[start.._cursor.TakenEnd]));
            _cursor.SkipDirectives();
        }

        return variables;
    }

    private List<Selection> ReadSelections(int depth)
    {
        if (depth > MaxDepth) throw _cursor.Unexpected($"at most {MaxDepth} levels are expected");
        var selections = new List<Selection>();
        _cursor.Take("{");
        while (!_cursor.TryTake("}")) selections.Add(_cursor.TryTake("...") ? ReadFragment(depth) : ReadField(depth));
        return selections;
    }

    private Selection ReadFragment(int depth)
    {
        if (_cursor.Token.Kind == GraphTokenKind.Name && !_cursor.Is("on"))
        {
            var spread = _cursor.TakeName();
            _cursor.SkipDirectives();
            return new(null, spread, null, []);
        }

        var type = _cursor.TryTake("on") ? _cursor.TakeName() : null;
        _cursor.SkipDirectives();
        return new(null, null, type, ReadSelections(depth + 1));
    }

    private Selection ReadField(int depth)
    {
        var start = _cursor.Token.Start;
        var response = _cursor.TakeName();
        var name = _cursor.TryTake(":") ? _cursor.TakeName() : response;
        var argumentsAt = _cursor.TakenEnd;
        var arguments = new List<GraphArgument>();
        if (_cursor.TryTake("("))
        {
            argumentsAt = _cursor.TakenEnd;
            while (!_cursor.TryTake(")")) arguments.Add(ReadArgument());
        }

        _cursor.SkipDirectives();
        var inner = _cursor.Is("{") ? ReadSelections(depth + 1) : [];
        var field = new GraphField(name, response)
        {
            Arguments = arguments,
            ArgumentsAt = argumentsAt,
            HasSpreads = inner.Exists(HasSpread),
            Place = start.._cursor.TakenEnd,
        };
        return new(field, null, null, inner);
    }

    private GraphArgument ReadArgument()
    {
        var start = _cursor.Token.Start;
        var name = _cursor.TakeName();
        _cursor.Take(":");
        var valueStart = _cursor.Token.Start;
        _cursor.SkipValue();
        return new(name, _cursor.Text[valueStart.._cursor.TakenEnd], start.._cursor.TakenEnd);
    }

    private static bool HasSpread(Selection selection) =>
        selection.Spread is not null || selection.Field is { HasSpreads: true } || selection.Inner.Any(HasSpread);

    private List<GraphField> Resolve(IReadOnlyList<Selection> selections, string? onType, int depth)
    {
        // A fragment that spreads itself would go on for ever.
        if (depth > MaxDepth) throw GraphTokens.Malformed(_cursor.Text, 0, "its fragments are nested too deep");
        var fields = new List<GraphField>();
        foreach (var selection in selections)
        {
            if (selection.Field is { } field)
                fields.Add(field with { OnType = onType, Fields = Resolve(selection.Inner, onType: null, depth + 1) });
            else if (selection.Spread is not { } spread)
                fields.AddRange(Resolve(selection.Inner, selection.OnType ?? onType, depth + 1));
            else if (_fragments.TryGetValue(spread, out var fragment))
                fields.AddRange(Resolve(fragment.Selections, fragment.OnType, depth + 1));
            else throw GraphTokens.Malformed(_cursor.Text, _cursor.Text.Length, $"there is no fragment {spread}");
        }

        // The same field may be selected in several fragments.
        return [.. fields.GroupBy(field => field.Response).Select(
            same => same.Count() == 1 ? same.First() : Merge([.. same]))];
    }

    private static GraphField Merge(IReadOnlyList<GraphField> same) =>
        same[0] with { Fields = [.. same.SelectMany(field => field.Fields).DistinctBy(field => field.Response)] };

    /// <summary>A field, a spread by name, or a fragment in place.</summary>
    private sealed record Selection(GraphField? Field, string? Spread, string? OnType, IReadOnlyList<Selection> Inner);
}
