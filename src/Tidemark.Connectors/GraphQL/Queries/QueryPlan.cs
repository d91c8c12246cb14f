using Tidemark.Connectors.GraphQL.Language;

namespace Tidemark.Connectors.GraphQL.Queries;

internal enum PagingStyle
{
    None,
    Relay,
    Offset,
    Page,
}

/// <summary>
/// A planned definition: where its parts stand in an answer, and how the next page is requested.
/// </summary>
/// <param name="Name">Name of the stream.</param>
/// <param name="Definition">The definition from the settings.</param>
/// <param name="Operation">The parsed query.</param>
/// <param name="Path">Fields from the root to the list, both included.</param>
/// <param name="List">The list of records.</param>
internal sealed record QueryPlan(
    string Name, QueryDefinition Definition, GraphOperation Operation, IReadOnlyList<GraphField> Path, GraphList List)
{
    public PagingStyle Paging { get; init; }

    /// <summary>Variable of the cursor, offset or page number; null without paging.</summary>
    public string? Position { get; init; }

    /// <summary>Variable of the page's size; null where the query fixes it.</summary>
    public string? Size { get; init; }

    /// <summary>Records a page; null where neither the settings nor the query say so.</summary>
    public int? PageSize { get; init; }

    /// <summary>Connections within a record, which may be cut off.</summary>
    public IReadOnlyList<GraphList> Nested { get; init; } = [];

    /// <summary>The list within a record whose elements are the rows; null where the record is the row.</summary>
    public GraphList? Rows { get; init; }

    /// <summary>Path of the list's field in an answer, e.g. <c>data/customers</c>.</summary>
    public string ListPath => "data/" + string.Join('/', Path.Select(step => step.Response));

    /// <summary>Path of the array of records in an answer, e.g. <c>data/customers/nodes</c>.</summary>
    public string RecordsPath => List.Elements is { } elements ? $"{ListPath}/{elements}" : ListPath;

    /// <summary>What a row is selected of.</summary>
    public GraphField Row => Rows is null ? List.Record : Rows.Record;

    /// <summary>Where the type of a row stands: the fields from the root down to the row's.</summary>
    public IReadOnlyList<GraphField> RowPath => Rows is null ? RecordPath : [.. RecordPath, .. Steps(Rows)];

    public IReadOnlyList<GraphField> RecordPath => [.. Path.SkipLast(1), .. Steps(List)];

    private static IEnumerable<GraphField> Steps(GraphList list) => list.Elements switch
    {
        "nodes" => [list.Field, list.Record],
        "edges" => [list.Field, list.Field.Child("edges")!, list.Record],
        _ => [list.Field],
    };
}
