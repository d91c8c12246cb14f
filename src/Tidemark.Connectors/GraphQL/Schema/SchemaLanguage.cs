using Tidemark.Connectors.GraphQL.Language;
using Tidemark.Engine.Errors;

namespace Tidemark.Connectors.GraphQL.Schema;

/// <summary>
/// Reads a schema in schema language: objects and interfaces with their fields; the rest is passed over.
/// </summary>
/// <remarks>https://spec.graphql.org/October2021/#sec-Type-System.</remarks>
internal static class SchemaLanguage
{
    /// <exception cref="TidemarkException">Configuration <c>graphql.malformed</c>, with the line.</exception>
    public static GraphSchema Read(string text)
    {
        var cursor = new GraphCursor(text);
        var types = new Dictionary<string, IReadOnlyDictionary<string, GraphType>>(StringComparer.Ordinal);
        var query = "Query";
        while (!cursor.IsAtEnd)
        {
            cursor.SkipDescription();
            cursor.TryTake("extend");
            if (cursor.TryTake("type") || cursor.TryTake("interface")) ReadType(cursor, types);
            else if (cursor.TryTake("schema")) query = ReadRoots(cursor) ?? query;
            else SkipDefinition(cursor);
        }

        return new GraphSchema(query, types);
    }

    private static void ReadType(GraphCursor cursor, Dictionary<string, IReadOnlyDictionary<string, GraphType>> types)
    {
        var name = cursor.TakeName();
        while (cursor.Is("implements") || cursor.Is("&") || cursor.Token.Kind == GraphTokenKind.Name)
        {
            // A type without fields ends where the next definition begins.
            if (IsDefinition(cursor)) break;
            cursor.Skip();
        }

        cursor.SkipDirectives();
        var fields = types.TryGetValue(name, out var known)
            ? new Dictionary<string, GraphType>(known, StringComparer.Ordinal) : new(StringComparer.Ordinal);
        types[name] = fields;
        if (!cursor.TryTake("{")) return;
        while (!cursor.TryTake("}"))
        {
            cursor.SkipDescription();
            var field = cursor.TakeName();
            var arguments = ReadArguments(cursor);
            cursor.Take(":");
            fields[field] = ReadTypeName(cursor) with { Arguments = arguments };
            cursor.SkipDirectives();
        }
    }

    private static Dictionary<string, string> ReadArguments(GraphCursor cursor)
    {
        var arguments = new Dictionary<string, string>(StringComparer.Ordinal);
        if (!cursor.TryTake("(")) return arguments;
        while (!cursor.TryTake(")"))
        {
            cursor.SkipDescription();
            var name = cursor.TakeName();
            cursor.Take(":");
            var start = cursor.Token.Start;
            ReadTypeName(cursor);
            arguments[name] = string.Concat(cursor.Text[start..cursor.TakenEnd].Where(letter => !char.IsWhiteSpace(letter)));
            // With a default, it may be left out.
            if (cursor.TryTake("="))
            {
                cursor.SkipValue();
                arguments[name] = arguments[name].TrimEnd('!');
            }

            cursor.SkipDirectives();
        }

        return arguments;
    }

    private static GraphType ReadTypeName(GraphCursor cursor)
    {
        GraphType type;
        if (cursor.TryTake("["))
        {
            type = ReadTypeName(cursor) with { IsList = true };
            cursor.Take("]");
        }
        else
        {
            type = new GraphType(cursor.TakeName(), IsList: false);
        }

        cursor.TryTake("!");
        return type;
    }

    private static string? ReadRoots(GraphCursor cursor)
    {
        string? query = null;
        cursor.SkipDirectives();
        cursor.Take("{");
        while (!cursor.TryTake("}"))
        {
            var isQuery = cursor.TakeName() == "query";
            cursor.Take(":");
            var type = cursor.TakeName();
            if (isQuery) query = type;
        }

        return query;
    }

    private static void SkipDefinition(GraphCursor cursor)
    {
        cursor.Skip();
        while (!cursor.IsAtEnd && !IsDefinition(cursor) && cursor.Token.Kind != GraphTokenKind.Literal)
        {
            if (cursor.Is("{") || cursor.Is("(") || cursor.Is("[")) cursor.SkipBrackets();
            else cursor.Skip();
        }
    }

    private static bool IsDefinition(GraphCursor cursor) =>
        cursor.Is("type") || cursor.Is("interface") || cursor.Is("schema") || cursor.Is("extend") || cursor.Is("enum")
        || cursor.Is("scalar") || cursor.Is("union") || cursor.Is("input") || cursor.Is("directive");
}
