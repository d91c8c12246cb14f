using Tidemark.Connectors.GraphQL.Queries;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Records;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.GraphQL.Reading;

/// <summary>
/// Tries the columns on a few records. Scalars of a server's own have names but no rules: one server's <c>Date</c> is a
/// day, another's an instant. It is better said before the reading than once for every record.
/// </summary>
internal static class TypeSample
{
    private const int Records = 20;

    /// <summary>What no record of a page fits; null where some do, or there are none. Pure.</summary>
    public static Problem? Misfit(HttpPage page, QueryPlan plan, StreamSchema schema)
    {
        if (plan.Rows is not null) return null;
        var mapper = new RecordMapper(schema, reportsNewFields: false, keepsRaw: false);
        var batch = new RowBatch(schema);
        Problem? first = null;
        foreach (var record in Enumerable.Range(0, Math.Min(Records, page.Records.Count)).Select(page.Record))
        {
            var node = plan.List.Elements == "edges" ? JsonElements.Node(record) : record;
            if (mapper.Map(
                node.Span, isDeletion: false, batch).Problem is not { Code: "value.wrong_type" } wrong) return null;
            first ??= wrong;
        }

        return first is null ? null : new Problem("graphql.type_differs", $"query {plan.Name}", first.Message,
            "The server's scalar has another meaning than its name has elsewhere. Under types of the query, "
            + "say what it is, e.g. created_at: timestamp.");
    }
}
