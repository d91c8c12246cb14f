using System.Text.Json.Nodes;
using Tidemark.Connectors.GraphQL.Language;
using Tidemark.Connectors.GraphQL.Queries;
using Tidemark.Connectors.GraphQL.Schema;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.GraphQL.Reading;

/// <summary>A query that reads the rest of a list within one record.</summary>
/// <param name="Text">The query.</param>
/// <param name="Variables">What it takes besides the record's id and the cursor.</param>
/// <param name="Id">What it takes as the record's id.</param>
/// <param name="After">Variable of the cursor.</param>
/// <param name="List">The list, with its path in an answer.</param>
internal sealed record NestedQuery(
    string Text, JsonObject Variables, RecordId Id, string After, (GraphList List, string Path) List)
{
    private const string OwnId = "tidemarkId";
    private const string OwnAfter = "tidemarkAfter";

    /// <summary>
    /// The query of the settings; else one by the root's field <c>node</c>, with the list as the stream's query has it.
    /// Null where neither can be had, or the record does not have what the query takes.
    /// </summary>
    /// <remarks>https://graphql.org/learn/global-object-identification/.</remarks>
    public static NestedQuery? For(QueryPlan plan, GraphList list, GraphSchema? schema) =>
        plan.Definition.Complete.TryGetValue(list.Field.Response, out var text) ? Stated(plan, list, text)
            : Derived(plan, list, schema);

    /// <summary>
    /// The argument by which the root's field <c>node</c> finds a record, with its type: <c>id</c>, or <c>nodeId</c> at PostGraphile.
    /// Null where there is none, or not one alone.
    /// </summary>
    public static KeyValuePair<string, string>? NodeArgument(GraphSchema? schema)
    {
        if (schema?.Field(schema.QueryType, "node")?.Arguments is not { } arguments) return null;
        List<KeyValuePair<string, string>> required = [.. arguments.Where(argument => argument.Value.EndsWith('!'))];
        return required.Count == 1 ? required[0] : required.Count == 0 && arguments.Count == 1 ? arguments.First() : null;
    }

    /// <summary>The rest of the list of one record.</summary>
    public HttpListing Listing(string target, JsonNode id) =>
        new($"{List.Path}/{List.List.Elements}", slice => Call(target, id, slice), Paging)
        {
            PageSize = int.MaxValue,
            Identity = "",
        };

    private Paging Paging =>
        GraphQLPaging.Relay(List.Path) is var relay ? relay with { Picks = [.. relay.Picks, "errors"] } : relay;

    private HttpCall Call(string target, JsonNode id, Slice slice)
    {
        var variables = Variables.DeepClone().AsObject();
        variables[Id.Variable] = id.DeepClone();
        variables[After] = slice.Position;
        return QueryCall.Post(target, Text, variables, operation: null);
    }

    private static NestedQuery? Stated(QueryPlan plan, GraphList list, string text)
    {
        var operation = GraphParser.Read(text, operation: null);
        var way = new List<GraphField>();
        // The list is found by its name, wherever the query has it.
        if (!Find(operation.Fields, list.Field.Response, way)) return null;
        var found = GraphList.Of(way[^1]);
        if (!found.HasPageInfo || found.Elements != list.Elements) return null;
        var after = found.Field.Argument("after")?.Variable;
        var id = operation.Variables.FirstOrDefault(variable => variable.IsRequired && variable.Name != after);
        if (after is null || id is null) return null;
        var record = plan.List.Record;
        var path = plan.Definition.CompleteBy
            ?? (record.Child(id.Name) is not null ? id.Name : plan.Rows is null ? plan.Definition.Key[0] : "id");
        if (!record.Selects(path)) return null;
        return new NestedQuery(
            text, Values(plan, operation.Variables), new(id.Name, id.Type, path.Replace('.', '/')), after, (found, PathOf(way)));
    }

    private static NestedQuery? Derived(QueryPlan plan, GraphList list, GraphSchema? schema)
    {
        if (schema is null || list.Field.HasSpreads || NodeArgument(schema) is not var (by, byType)) return null;
        var path = plan.Definition.CompleteBy ?? plan.List.Record.Fields.FirstOrDefault(field => field.Name == by)?.Response;
        if (path is null) return null;
        var type = schema.QueryType;
        foreach (var step in plan.RecordPath)
        {
            if (schema.Field(step.OnType ?? type, step.Name) is not { } next) return null;
            type = next.Name;
        }

        if (schema.Field(list.Field.OnType ?? type, list.Field.Name)?.Arguments.TryGetValue("after", out var after) is not true) return null;
        var field = WithCursor(plan.Operation.Text, list.Field);
        var used = plan.Operation.Variables.Where(variable => Uses(field, variable.Name)).ToList();
        var declared = string.Concat(used.Select(variable => ", " + variable.Declaration));
        var text = $"query($" + OwnId + $": {byType}, $" + OwnAfter + $": {after}{declared}) {{ node({by}: $" + OwnId
            + $") {{ ... on {list.Field.OnType ?? type} {{ {field} }} }} }}";
        return new NestedQuery(
            text, Values(plan, used), new(OwnId, byType, path.Replace('.', '/')), OwnAfter, (list, $"data/node/{list.Field.Response}"));
    }

    /// <summary>The field's text with the cursor among its arguments.</summary>
    private static string WithCursor(string text, GraphField field)
    {
        var (start, end) = (field.Place.Start.Value, field.Place.End.Value);
        const string argument = "after: $" + OwnAfter;
        if (field.Argument("after") is { } after)
            return text[start..after.Place.Start.Value] + argument + text[after.Place.End.Value..end];
        var inserted = field.Arguments.Count > 0 ? argument + ", " : $"({argument})";
        return text[start..field.ArgumentsAt] + inserted + text[field.ArgumentsAt..end];
    }

    private static bool Uses(string text, string variable) =>
        System.Text.RegularExpressions.Regex.IsMatch(text, $@"\${variable}(?![A-Za-z0-9_])",
            System.Text.RegularExpressions.RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));

    /// <summary>Values of variables that the settings fix, or that take the size of a page.</summary>
    private static JsonObject Values(QueryPlan plan, IEnumerable<GraphVariable> variables)
    {
        var values = new JsonObject();
        foreach (var variable in variables)
        {
            if (plan.Definition.Variables?[variable.Name] is { } value) values[variable.Name] = value.DeepClone();
            else if (variable.Name == plan.Size && plan.PageSize is { } size) values[variable.Name] = size;
        }

        return values;
    }

    private static bool Find(IReadOnlyList<GraphField> fields, string response, List<GraphField> way)
    {
        foreach (var field in fields)
        {
            way.Add(field);
            if (field.Response == response || Find(field.Fields, response, way)) return true;
            way.RemoveAt(way.Count - 1);
        }

        return false;
    }

    private static string PathOf(IEnumerable<GraphField> way) =>
        "data/" + string.Join('/', way.Select(field => field.Response));
}
