using System.Text.Json;
using System.Text.Json.Nodes;
using Tidemark.Engine.Errors;

namespace Tidemark.Connectors.GraphQL.Queries;

/// <summary>Reads one entry of the setting <c>queries</c> and collects what is wrong with it.</summary>
internal sealed class QueryReader(string name, JsonObject entry, ICollection<Problem> problems)
{
    private static readonly string[] Keys =
        [.. typeof(QueryDefinition).GetProperties().Where(property => property.CanWrite)
            .Select(property => JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name)), "name"];

    public QueryDefinition Read()
    {
        foreach (var key in entry.Select(pair => pair.Key).Where(key => !Keys.Contains(key)))
            Report("graphql.key_unknown", $"There is no key {key} here.", NearestName.Hint(key, Keys));
        if (Text("query") is null) Report("graphql.query_missing", "There is no query.");
        var fallback = new QueryDefinition();
        return new QueryDefinition
        {
            Query = Text("query") ?? "",
            Operation = Text("operation"),
            Variables = entry["variables"] is null ? null
                : entry["variables"] as JsonObject ?? Wrong<JsonObject>("variables", "is a mapping"),
            Records = Text("records"),
            Key = entry.ContainsKey("key") ? Texts("key") : fallback.Key,
            Paging = OneOf("paging", "relay", "offset", "page", "none"),
            Position = Text("position"),
            Size = Text("size"),
            PageSize = Whole("page_size", 1, 100_000),
            FirstPage = Whole("first_page", 0, 1),
            HasMore = Text("has_more"),
            Total = Text("total"),
            Since = Text("since"),
            SinceFormat = OneOf("since_format", "iso", "date", "unix", "unix_ms") ?? fallback.SinceFormat,
            SinceText = Text("since_text"),
            Deleted = Text("deleted"),
            Types = Mapping("types"),
            Complete = Mapping("complete"),
            CompleteBy = Text("complete_by"),
            Rows = Text("rows"),
            Parent = Mapping("parent"),
        };
    }

    private void Report(string code, string message, string? hint = null) =>
        problems.Add(new(code, $"query {name}", message, hint));

    private T? Wrong<T>(string key, string rule)
    {
        Report("graphql.key_invalid", $"The key {key} {rule}.");
        return default;
    }

    private string? Text(string key) => entry[key] switch
    {
        null => null,
        JsonValue value when value.GetValueKind() is not (JsonValueKind.Object or JsonValueKind.Array) =>
            value.ToString(),
        _ => Wrong<string>(key, "is a single value"),
    };

    private List<string> Texts(string key) => entry[key] switch
    {
        JsonArray { Count: > 0 } list when list.All(item => item is JsonValue) =>
            [.. list.Select(item => item!.ToString())],
        JsonValue one when one.ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } names =>
            [.. names],
        _ => Wrong<List<string>>(key, "is a name or a list of names") ?? [],
    };

    private string? OneOf(string key, params string[] words) =>
        Text(key) is not { } text || words.Contains(text) ? Text(key)
            : Wrong<string>(key, $"is one of {string.Join(", ", words)}");

    private int? Whole(string key, int least, int most)
    {
        if (Text(key) is not { } text) return null;
        if (int.TryParse(text, out var number) && number >= least && number <= most) return number;
        Wrong<object>(key, $"is a whole number from {least} to {most}");
        return null;
    }

    private Dictionary<string, string> Mapping(string key)
    {
        if (entry[key] is null) return [];
        if (entry[key] is JsonObject mapping && mapping.All(pair => pair.Value is JsonValue))
            return mapping.ToDictionary(pair => pair.Key, pair => pair.Value!.ToString(), StringComparer.Ordinal);
        Wrong<object>(key, "is a mapping from names to values");
        return [];
    }
}
