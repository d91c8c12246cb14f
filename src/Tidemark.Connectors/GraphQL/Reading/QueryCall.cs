using System.Globalization;
using System.Text.Json.Nodes;
using Tidemark.Connectors.GraphQL.Language;
using Tidemark.Connectors.GraphQL.Queries;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.GraphQL.Reading;

/// <summary>Requests of one stream. Pure.</summary>
/// <param name="target">Path and query of the address.</param>
/// <param name="plan">The query.</param>
/// <remarks>https://graphql.github.io/graphql-over-http/draft/#sec-POST.</remarks>
internal sealed class QueryCall(string target, QueryPlan plan)
{
    /// <summary>The page that a slice stands at.</summary>
    public HttpCall At(Slice slice) => For(slice, plan.PageSize);

    /// <summary>One record, to see whether the query is understood and allowed.</summary>
    public HttpCall Probe() => Sample(records: 1);

    /// <summary>The first few records, where the size of a page can be asked for.</summary>
    public HttpCall Sample(int records) => For(new Slice(), Math.Min(records, plan.PageSize ?? records));

    /// <summary>A query that stands beside those of the settings.</summary>
    public static HttpCall Post(string target, string query, JsonObject? variables, string? operation)
    {
        var body = new JsonObject { ["query"] = query };
        if (variables is { Count: > 0 }) body["variables"] = variables;
        if (operation is not null) body["operationName"] = operation;
        return HttpCall.Search(target, body.ToJsonString());
    }

    private HttpCall For(Slice slice, int? size)
    {
        var definition = plan.Definition;
        var variables = definition.Variables?.DeepClone().AsObject() ?? [];
        if (plan.Size is { } sizeVariable && size is { } records) variables[sizeVariable] = records;
        if (plan.Position is { } position && GraphQLPaging.Position(plan, slice) is { } place) variables[position] =
            place;
        if (definition.Since is { } since
            && Since(slice.From, plan.Operation.Variable(since)) is { } from) variables[since] = from;
        return Post(target, plan.Operation.Text, variables, plan.Operation.Name);
    }

    /// <summary>
    /// A time as the variable takes it; null where everything is wanted and the variable may be left out.
    /// </summary>
    private JsonNode? Since(long? from, GraphVariable? variable)
    {
        // A variable that must be there asks for all by a time before all records.
        if (from is null && variable is not { IsRequired: true }) return null;
        var time = DateTimeOffset.FromUnixTimeSeconds(from ?? 0);
        var definition = plan.Definition;
        JsonNode value = definition.SinceFormat switch
        {
            "unix" => time.ToUnixTimeSeconds(),
            "unix_ms" => time.ToUnixTimeMilliseconds(),
            "date" => time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            _ => time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        };
        return definition.SinceText is { } text ? text.Replace("{since}", value.ToString(), StringComparison.Ordinal)
            : value;
    }
}
