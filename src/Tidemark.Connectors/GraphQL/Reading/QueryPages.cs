using System.Text.Json;
using Tidemark.Connectors.GraphQL.Queries;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.GraphQL.Reading;

/// <summary>
/// Makes records of what a page has: nodes out of edges, whole lists, rows within records, deletions.
/// </summary>
internal sealed class QueryPages(QueryPlan plan, NestedLists nested)
{
    /// <summary>A page as the engine takes it. Takes the page over: it is returned as it is, or disposed.</summary>
    public async ValueTask<HttpPage> CompleteAsync(
        HttpExchange exchange, HttpPage page, CancellationToken cancellationToken)
    {
        if (page.Records.Count == 0) return page;
        if (IsAsItIs && page["errors"] is null) return page;

        HttpPage whole;
        using (page)
        using (var builder = new HttpPageBuilder())
        {
            var unfit = PartialData.Unfit(page["errors"], plan);
            var records = Enumerable.Range(0, page.Records.Count).Select(page.Record)
                .Select(record => plan.List.Elements == "edges" ? JsonElements.Node(record) : record).ToList();
            var rests = plan.Nested.Count == 0 ? [] : await nested.ReadRestsAsync(exchange, records, unfit, cancellationToken);
            for (var index = 0; index < records.Count; index++)
            {
                var record = records[index];
                var at = index;
                if (plan.Nested.Count == 0) builder.Write(record.Span);
                else nested.Write(record.Span, list => rests.GetValueOrDefault((at, list)) ?? [], builder);
                builder.EndRecord(IsDeleted(record.Span), unfit.GetValueOrDefault(index));
            }

            whole = builder.ToPage(envelope: page);
        }

        return plan.Definition.Rows is { } rows
            ? NestedRecords.Unfold(whole, rows, [.. plan.Definition.Parent.Select(
                column => KeyValuePair.Create(column.Key, column.Value.Replace('.', '/')))])
            : whole;
    }

    private bool IsAsItIs =>
        plan.List.Elements != "edges" && plan.Nested.Count == 0 && plan.Definition is { Rows: null, Deleted: null };

    /// <summary>Whether the deletion field is true, or has a value such as the time of deletion.</summary>
    private bool IsDeleted(ReadOnlySpan<byte> record) => plan.Definition.Deleted is { } field
        && JsonPlace.Find(
            record, field.Replace(
            '.', '/')) is { Token: JsonTokenType.True or JsonTokenType.String or JsonTokenType.Number };
}
