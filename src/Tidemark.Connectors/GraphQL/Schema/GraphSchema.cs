namespace Tidemark.Connectors.GraphQL.Schema;

/// <summary>The type of a field, without its nullability.</summary>
/// <param name="Name">Name of the innermost type, e.g. <c>Customer</c>.</param>
/// <param name="IsList">Whether it is a list, of any depth.</param>
internal sealed record GraphType(string Name, bool IsList)
{
    /// <summary>Types of the field's arguments by their names, as a query declares them: <c>ID!</c>, <c>[Cursor!]</c>.</summary>
    public IReadOnlyDictionary<string, string> Arguments { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}

/// <summary>What a server says of its types.</summary>
/// <param name="QueryType">Name of the type of the root.</param>
/// <param name="Types">Fields by name, of each object and interface by name.</param>
internal sealed record GraphSchema(
    string QueryType, IReadOnlyDictionary<string, IReadOnlyDictionary<string, GraphType>> Types)
{
    /// <summary>Null for a type or a field that is not known.</summary>
    public GraphType? Field(string type, string field) =>
        Types.TryGetValue(type, out var fields) && fields.TryGetValue(field, out var found) ? found : null;
}
