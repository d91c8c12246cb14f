using Microsoft.AspNetCore.Http;
using Tidemark.Sandbox.Close.Events;
using Tidemark.Sandbox.Close.Shapes;
using Tidemark.Sandbox.Faults;
using Tidemark.Sandbox.Records;
using Tidemark.Sandbox.Serving;

namespace Tidemark.Sandbox.Close;

/// <summary>Which address is answered by what.</summary>
internal sealed class CloseRoutes(
    IReadOnlyDictionary<string, CloseList> lists, CloseSearchDesk search, CloseEventList events, CloseWorld world)
{
    /// <remarks>Every path is /api/v1/thing/, /api/v1/thing/id/, or with one of a few kinds between.</remarks>
    public static RequestKind Describe(HttpRequest request)
    {
        var path = request.Path.Value ?? "/";
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var isOfType = parts.Length > 3 && parts[2] == "activity" && ActivityRecords.TypeAt(parts[3..]) is not null;
        var isRecord = !isOfType && (parts.Length > 4
            || (parts.Length > 3 && parts[^1].Contains('_', StringComparison.Ordinal) && parts[2] != "custom_field"));
        var page = isRecord || path.EndsWith("/me/", StringComparison.Ordinal) ? PageKind.NotAList
            : request.Query.ContainsKey("_skip") || request.Query.ContainsKey("_cursor") ? PageKind.Later
            : PageKind.First;
        return new(isRecord ? $"/{string.Join('/', parts[..^1])}/{{id}}/" : path, page);
    }

    public Answer Answer(HttpRequest request, FiredFaults fired)
    {
        var path = request.Path.Value ?? "/";
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (!path.EndsWith('/') || parts is not ["api", "v1", ..]) throw CloseProblem.Missing();
        if (path == "/api/v1/data/search/" && HttpMethods.IsPost(request.Method))
            return search.Search(RequestBody.Json(request), fired);
        if (!HttpMethods.IsGet(request.Method) && !CloseQuery.IsOverridden(request))
        {
            throw new CloseProblem(
                StatusCodes.Status405MethodNotAllowed, "The method is not allowed for the requested URL.");
        }

        var query = new CloseQuery(request);
        return parts[2..] switch
        {
            ["me"] => Me(),
            ["event"] => events.List(query, fired),
            ["event", var id] => events.Get(id),
            ["status", var kind] when lists.TryGetValue($"{kind}_statuses", out var list) => list.List(query, fired),
            ["custom_field", var kind] when CustomKinds.Contains(kind) =>
                lists["custom_fields"].List(query, fired, CustomFieldRecords.OfKind(kind)),
            [var thing] when Names.TryGetValue(thing, out var name) => lists[name].List(query, fired),
            ["activity", _, ..] when ActivityRecords.TypeAt(parts[3..]) is { } type => lists["activities"].List(query, fired, type),
            ["activity", .., var id] => lists["activities"].Get(id, query),
            [var thing, var id] when Names.TryGetValue(thing, out var name) => lists[name].Get(id, query),
            _ => throw CloseProblem.Missing(),
        };
    }

    private static readonly string[] CustomKinds =
        ["lead", "contact", "opportunity", "activity", "custom_object_type", "shared"];

    private static readonly Dictionary<string, string> Names = new(StringComparer.Ordinal)
    {
        ["lead"] = "leads",
        ["contact"] = "contacts",
        ["opportunity"] = "opportunities",
        ["activity"] = "activities",
        ["task"] = "tasks",
        ["user"] = "users",
        ["pipeline"] = "pipelines",
    };

    private Answer Me()
    {
        var json = new JsonBuffer(1024);
        json.Add($$"""{"id":{{world.User(0)}}""");
        json.Add($$""","email":"ada@example.com","first_name":"Ada","last_name":{{"Almeida"}}""");
        json.Add($$""","organizations":[{"id":{{CloseWorld.Organization}},"name":"Northwind Traders"}]}""");
        return new(StatusCodes.Status200OK, json);
    }
}
