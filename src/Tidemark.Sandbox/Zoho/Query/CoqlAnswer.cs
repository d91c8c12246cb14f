using System.Text.Json;
using Tidemark.Sandbox.Faults;
using Tidemark.Sandbox.Records;
using Tidemark.Sandbox.Serving;

namespace Tidemark.Sandbox.Zoho.Query;

/// <summary>Answers COQL: one module, a condition, an order, a part of at most 2,000 rows.</summary>
internal sealed class CoqlAnswer(IReadOnlyDictionary<string, ZohoTable> tables, ZohoRules rules)
{
    private const int MaxRows = 2000;
    private const int MaxOffset = 100_000;

    public Answer Read(string body, FiredFaults fired)
    {
        if (rules.Queries == "scope") throw new ZohoProblem(401, "OAUTH_SCOPE_MISMATCH", "invalid oauth scope to access this URL");
        if (rules.Queries == "unsupported") throw new ZohoProblem(400, "NOT_SUPPORTED", "the feature is not available in your edition");
        var query = CoqlParser.Parse(Select(body), rules.EqualsIsLoose);
        if (query.Limit > MaxRows || query.Offset + query.Limit > MaxOffset)
            throw new ZohoProblem(400, "LIMIT_EXCEEDED", "the limit given seems to be invalid", """{"limit":2000}""");
        var table = tables.Values.FirstOrDefault(each => each.Records.Module == query.Module)
            ?? throw new ZohoProblem(400, "INVALID_QUERY", "invalid query formed", """{"reason":"the module name given seems to be invalid"}""");
        var ordered = query.IsByChange
            ? table.ByChange(RecordKey.BeforeAllOf(query.Where.Earliest ?? long.MinValue))
            : table.ById(RecordKey.First, isAscending: true);
        var found = new List<JsonElement>();
        var toSkip = query.Offset;
        foreach (var (_, entry) in ordered)
        {
            var record = JsonSerializer.Deserialize<JsonElement>(table.Read(entry));
            if (!query.Where.Holds(record)) continue;
            if (toSkip-- > 0) continue;
            found.Add(record);
            if (found.Count > query.Limit) break;
        }

        if (found.Count == 0) return new(204, new JsonBuffer(16));
        var hasMore = found.Count > query.Limit;
        if (hasMore) found.RemoveAt(query.Limit);
        var says = hasMore && !fired.Has(FaultKind.HasMoreLieFalse);
        var json = new JsonBuffer();
        json.Raw("""{"data":["""u8);
        for (var number = 0; number < found.Count; number++)
        {
            if (number > 0) json.Raw(","u8);
            Write(json, found[number], query.Columns);
        }

        json.Add($$"""],"info":{"count":{{found.Count}},"more_records":{{says}}""");

        json.Raw("}}"u8);
        return new(200, json);
    }

    private static string Select(string body)
    {
        try
        {
            return JsonDocument.Parse(body).RootElement.GetProperty("select_query").GetString()!;
        }
        catch (Exception wrong) when (wrong is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new ZohoProblem(400, "MANDATORY_NOT_FOUND", "required field not found", """{"api_name":"select_query"}""");
        }
    }

    private static void Write(JsonBuffer json, JsonElement record, IReadOnlyList<string> columns)
    {
        json.Add($$"""{"id":{{record.GetProperty("id").GetString()}}""");
        foreach (var column in columns.Where(column => column != "id"))
        {
            if (!record.TryGetProperty(column, out var value))
                throw new ZohoProblem(400, "INVALID_QUERY", "invalid query formed", $$"""{"column_name":"{{column}}"}""");
            json.Add($$""","{{column:raw}}":""");
            json.Raw(value.GetRawText());
        }

        json.Raw("}"u8);
    }
}
