using Tidemark.Connectors.GraphQL.Language;
using Tidemark.Connectors.GraphQL.Queries;

namespace Tidemark.Connectors.GraphQL.Reading;

/// <summary>Finds where a query asks for the number of all records. Pure.</summary>
internal static class QueryTotal
{
    private static readonly string[] Names = ["totalCount", "total_count", "total"];

    /// <summary>Its path in an answer; null where the query does not ask, or its rows are not the records.</summary>
    public static string? PathOf(QueryPlan plan)
    {
        if (plan.Definition.Rows is not null) return null;
        if (plan.Definition.Total is { } total) return GraphQLPaging.Path(total);
        // A plain list holds nothing but its records: the number stands beside it.
        if (plan.List.IsConnection && In(plan.List.Field.Fields, plan.ListPath) is { } within) return within;
        if (plan.Path.Count > 1) return In(plan.Path[^2].Fields, plan.ListPath[..plan.ListPath.LastIndexOf('/')]);
        return Meta(plan.Operation.Fields, $"_{plan.Path[0].Name}Meta", "data");
    }

    private static string? In(IReadOnlyList<GraphField> fields, string path) =>
        fields.FirstOrDefault(field => field.Fields.Count == 0 && Names.Contains(field.Name)) is { } total
            ? $"{path}/{total.Response}" : Meta(fields, "_meta", path);

    private static string? Meta(IReadOnlyList<GraphField> fields, string name, string path) =>
        fields.FirstOrDefault(field => field.Name == name) is { } meta
        && meta.Fields.FirstOrDefault(field => field.Name == "count") is { } count
            ? $"{path}/{meta.Response}/{count.Response}" : null;
}
