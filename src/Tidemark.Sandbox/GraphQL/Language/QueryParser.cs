using System.Text.Json.Nodes;

namespace Tidemark.Sandbox.GraphQL.Language;

/// <summary>Parses a query and puts the values of its variables in.</summary>
/// <remarks>https://spec.graphql.org/October2021/#sec-Document-Syntax.</remarks>
internal sealed class QueryParser
{
    private readonly QueryScanner _scanner;
    private readonly JsonObject _given;
    private readonly Dictionary<string, JsonNode?> _variables = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string OnType, List<Part> Parts)> _fragments = new(StringComparer.Ordinal);
    private readonly List<(string? Name, List<Part> Parts)> _operations = [];

    private QueryParser(string text, JsonObject given)
    {
        _scanner = new(text);
        _given = given;
    }

    /// <summary>What is asked of the root.</summary>
    /// <exception cref="GraphQLProblem">It is no query, or its variables do not fit it.</exception>
    public static IReadOnlyList<QueryField> Read(string text, JsonObject variables, string? operation)
    {
        var parser = new QueryParser(text, variables);
        while (!parser._scanner.IsAtEnd) parser.ReadDefinition();
        var wanted = parser._operations.FindAll(each => operation is null || each.Name == operation);
        if (wanted.Count != 1)
            throw GraphQLProblem.Invalid("Must provide operation name if query contains multiple operations.");
        return parser.Resolve(wanted[0].Parts, onType: null);
    }

    private void ReadDefinition()
    {
        if (_scanner.TryTake("fragment"))
        {
            var name = _scanner.TakeName();
            _scanner.Take("on");
            _fragments[name] = (_scanner.TakeName(), ReadParts());
            return;
        }

        string? operation = null;
        if (!_scanner.Sees("{"))
        {
            _scanner.Take("query");
            if (_scanner.SeesName()) operation = _scanner.TakeName();
            if (_scanner.TryTake("(")) ReadVariables();
        }

        _operations.Add((operation, ReadParts()));
    }

    private void ReadVariables()
    {
        while (!_scanner.TryTake(")"))
        {
            _scanner.Take("$");
            var name = _scanner.TakeName();
            _scanner.Take(":");
            var depth = 0;
            while (_scanner.TryTake("[")) depth++;
            _scanner.TakeName();
            var isRequired = _scanner.TryTake("!");
            for (; depth > 0; depth--)
            {
                _scanner.Take("]");
                isRequired = _scanner.TryTake("!");
            }

            var (hasDefault, fallback) = _scanner.TryTake("=") ? (true, ReadValue()) : (false, null);
            if (_given.TryGetPropertyValue(name, out var value)) _variables[name] = value;
            else if (hasDefault) _variables[name] = fallback;
            else if (isRequired)
                throw GraphQLProblem.BadInput($"Variable \"${name}\" of required type was not provided.");
            else _variables[name] = NotGiven;
        }
    }

    private List<Part> ReadParts()
    {
        var parts = new List<Part>();
        _scanner.Take("{");
        while (!_scanner.TryTake("}")) parts.Add(_scanner.TryTake("...") ? ReadFragment() : ReadField());
        return parts;
    }

    private Part ReadFragment()
    {
        if (_scanner.TryTake("on")) return new(null, null, _scanner.TakeName(), ReadParts());
        return _scanner.Sees("{") ? new(null, null, null, ReadParts()) : new(null, _scanner.TakeName(), null, []);
    }

    private Part ReadField()
    {
        var response = _scanner.TakeName();
        var name = _scanner.TryTake(":") ? _scanner.TakeName() : response;
        var arguments = new Dictionary<string, JsonNode?>(StringComparer.Ordinal);
        if (_scanner.TryTake("("))
        {
            while (!_scanner.TryTake(")"))
            {
                var argument = _scanner.TakeName();
                _scanner.Take(":");
                var value = ReadValue();
                if (!ReferenceEquals(value, NotGiven)) arguments[argument] = value;
            }
        }

        var parts = _scanner.Sees("{") ? ReadParts() : [];
        return new(new QueryField(name, response, arguments, [], null), null, null, parts);
    }

    private JsonNode? ReadValue()
    {
        if (_scanner.TryTake("$"))
        {
            var name = _scanner.TakeName();
            return _variables.TryGetValue(name, out var value)
                ? value : throw GraphQLProblem.Invalid($"Variable \"${name}\" is not defined.");
        }

        if (_scanner.TryTake("["))
        {
            var list = new JsonArray();
            while (!_scanner.TryTake("]")) list.Add(ReadValue()?.DeepClone());
            return list;
        }

        return _scanner.TakeScalar();
    }

    private List<QueryField> Resolve(List<Part> parts, string? onType)
    {
        var fields = new List<QueryField>();
        foreach (var part in parts)
        {
            if (part.Field is { } field) fields.Add(field with { OnType = onType, Fields = Resolve(part.Parts, null) });
            else if (part.Spread is null) fields.AddRange(Resolve(part.Parts, part.OnType ?? onType));
            else if (_fragments.TryGetValue(part.Spread, out var fragment)) fields.AddRange(
                Resolve(fragment.Parts, fragment.OnType));
            else throw GraphQLProblem.Invalid($"Unknown fragment \"{part.Spread}\".");
        }

        return fields;
    }

    // Stands for a variable without a value: its argument counts as not written.
    private static readonly JsonNode NotGiven = JsonValue.Create("not given")!;

    private sealed record Part(QueryField? Field, string? Spread, string? OnType, List<Part> Parts);
}
