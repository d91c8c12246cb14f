using Tidemark.Connectors.GraphQL.Queries;
using Tidemark.Connectors.GraphQL.Schema;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.GraphQL.Reading;

/// <summary>
/// Asks for the page that a reading begins with, as the reading asks for it, and for the rest of one list of each kind within its
/// records: what a server refuses of either is said before anything is read.
/// </summary>
/// <param name="exchange">The exchange.</param>
/// <param name="plan">The query.</param>
/// <param name="target">Path and query of the address.</param>
/// <param name="schema">Null where the server does not tell.</param>
internal sealed class QuerySample(HttpExchange exchange, QueryPlan plan, string target, GraphSchema? schema)
{
    private string Subject => $"query {plan.Name}";

    /// <summary>What is wrong; empty where a reading can begin.</summary>
    /// <exception cref="TidemarkException">Transient: nothing is known.</exception>
    public async Task<IReadOnlyList<Problem>> TryAsync(CancellationToken cancellationToken)
    {
        var call = new QueryCall(target, plan);
        var listing = GraphQLPaging.Listing(plan, call.At);
        try
        {
            using var page = await exchange.ProbeAsync(
                call.At(new Slice()), new PageShape(listing.Records, listing.Paging.Picks) { IsolatesFlaws = true }, cancellationToken);
            var problems = new List<Problem>();
            if (TypeSample.Misfit(page, plan, new Columns(plan, schema).ToSchema()) is { } misfit) problems.Add(misfit);
            foreach (var list in plan.Nested)
            {
                if (NestedQuery.For(plan, list, schema) is not { } query) problems.Add(Problem.From(NestedLists.CutOff(plan, list, schema), Subject));
                else if (await RestProblemAsync(page, list, query, cancellationToken) is { } refused) problems.Add(refused);
            }

            return problems;
        }
        catch (TidemarkException refused) when (refused.Kind != FailureKind.Transient)
        {
            // One record was given before this was asked for: it is the number that the server does not want.
            return [plan.PageSize is { } size
                ? new Problem(refused.Code, Subject, $"A page of {size} records is refused: {refused.Message}", "Lower page_size.")
                : Problem.From(refused, Subject)];
        }
    }

    /// <summary>Why the rest of a list cannot be had; null where it can, or no record shows it.</summary>
    private async Task<Problem?> RestProblemAsync(HttpPage page, GraphList list, NestedQuery query, CancellationToken cancellationToken)
    {
        foreach (var element in Enumerable.Range(0, page.Records.Count).Select(page.Record))
        {
            var record = plan.List.Elements == "edges" ? JsonElements.Node(element) : element;
            if (query.Id.In(record.Span) is not { } id) continue;
            if (JsonPlace.Find(record.Span, $"{list.Field.Response}/pageInfo/endCursor")?.Text(record.Span) is not { } cursor) continue;
            var listing = query.Listing(target, id);
            try
            {
                using var rest = await exchange.ProbeAsync(
                    listing.Call(new Slice { Position = cursor }), new PageShape(listing.Records, listing.Paging.Picks), cancellationToken);
                PartialData.Refuse(rest["errors"]);
                return null;
            }
            catch (TidemarkException refused) when (refused.Kind != FailureKind.Transient)
            {
                return new Problem("graphql.list_cut", Subject,
                    $"The query for the rest of {list.Field.Response} does not work: {refused.Message}", NestedLists.HowToComplete(plan, list, schema));
            }
        }

        return null;
    }
}
