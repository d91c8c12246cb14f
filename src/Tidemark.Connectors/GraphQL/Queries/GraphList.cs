using Tidemark.Connectors.GraphQL.Language;

namespace Tidemark.Connectors.GraphQL.Queries;

/// <summary>A list as a query selects it: plain, or a connection with <c>nodes</c> or <c>edges</c>.</summary>
/// <param name="Field">The list's field.</param>
/// <param name="Elements"><c>nodes</c> or <c>edges</c> of a connection; null for a plain list.</param>
/// <param name="Record">The field whose selection is that of one record.</param>
/// <remarks>https://relay.dev/graphql/connections.htm.</remarks>
internal sealed record GraphList(GraphField Field, string? Elements, GraphField Record)
{
    public bool IsConnection => Elements is not null;

    /// <summary>Whether it can be seen that the list goes on, and where.</summary>
    public bool HasPageInfo => Field.Child("pageInfo") is { } info
        && info.Child("hasNextPage") is not null && info.Child("endCursor") is not null;

    /// <summary>Whether an edge says more of its record than where it stands.</summary>
    public bool HasEdgeFields => Elements == "edges"
        && Field.Child("edges")!.Fields.Any(edge => edge.Response is not ("node" or "cursor" or "__typename"));

    public static GraphList Of(GraphField field)
    {
        if (field.Child("nodes") is { Fields.Count: > 0 } nodes) return new(field, "nodes", nodes);
        if (field.Child("edges")?.Child("node") is { } node) return new(field, "edges", node);
        return new(field, null, field);
    }
}
