using Tidemark.Connectors.GraphQL.Schema;
using Tidemark.Engine.Errors;

namespace Tidemark.Connectors.GraphQL.Queries;

/// <summary>All streams of a source.</summary>
internal static class QuerySet
{
    /// <summary>The plans of all queries that can be read.</summary>
    public static IReadOnlyList<QueryPlan> Read(GraphQLOptions options, ICollection<Problem> problems)
    {
        if (options.Headers is { } headers && !GraphQLHeaders.IsValid(headers.Reveal()))
            problems.Add(new("graphql.headers_malformed", "setting headers",
                "Every line of headers is a name, a colon and a value."));
        var plans = new List<QueryPlan>();
        try
        {
            foreach (var (name, entry) in QueriesText.Read(options.Queries))
            {
                var definition = new QueryReader(name, entry, problems).Read();
                CheckWords(name, definition, problems);
                if (definition.Query.Length > 0
                    && new QueryPlanner(name, definition, options.PageSize, problems).Plan() is { } plan)
                    plans.Add(plan);
            }
        }
        catch (TidemarkException malformed)
        {
            problems.Add(Problem.From(malformed, "setting queries"));
        }

        foreach (var same in plans.GroupBy(plan => plan.Name).Where(same => same.Count() > 1))
            problems.Add(new("graphql.name_taken", $"query {same.Key}", "There are two queries of this name."));
        if (plans.Count == 0 && problems.Count == 0)
            problems.Add(new("graphql.no_queries", "setting queries", "There is no query in it."));
        return plans;
    }

    private static void CheckWords(string name, QueryDefinition definition, ICollection<Problem> problems)
    {
        if (name.Length == 0 || Engine.Records.ColumnNames.SnakeCase(name) != name)
            problems.Add(new("graphql.name_invalid", $"query {name}",
                "The name of a stream is in snake_case, e.g. line_items."));
        foreach (var (field, word) in definition.Types.Where(type => ScalarTypes.OfWord(type.Value) is null))
        {
            problems.Add(new("graphql.type_unknown", $"query {name}", $"There is no type {word} for {field}.",
                NearestName.Hint(word, ScalarTypes.Known)));
        }
    }
}
