using System.Globalization;
using System.Text.Json.Nodes;
using Tidemark.Tests.Sources;

namespace Tidemark.Tests.Stripe;

/// <summary>A small Stripe: lists by creation, objects by id, nested lists, events. Every answer takes its own path.</summary>
internal sealed class PlayedStripe
{
    /// <summary>The version that events are written in.</summary>
    public string Version { get; set; } = "2026-10-28.endive";

    public Dictionary<string, List<JsonObject>> Objects { get; } = new()
    {
        ["customers"] = [],
        ["subscriptions"] = [],
        ["charges"] = [],
        ["invoices"] = [],
        ["products"] = [],
        ["plans"] = [],
        ["subscription_items"] = [],
    };

    public List<JsonObject> Events { get; } = [];

    /// <summary>What an event's property <c>$from</c> is held against: from when on it is listed.</summary>
    public long Now { get; set; }

    /// <summary>The second that answers are dated with; null for no date.</summary>
    public Func<long>? Date { get; set; }

    public List<PlayedRequest> Requests { get; } = [];

    public Func<PlayedRequest, PlayedAnswer?> Fault { get; set; } = _ => null;

    public void Add(string stream, string id, long created, string more = "") =>
        Objects[stream].Add(JsonNode.Parse($$"""{"id":"{{id}}","object":"{{stream.TrimEnd('s')}}","created":{{created}}{{more}}}""")!.AsObject());

    public JsonObject Find(string stream, string id) => Objects[stream].Single(entry => (string)entry["id"]! == id);

    /// <summary>Tells of an object as it is now, or as it is given.</summary>
    public void Happen(string type, long created, JsonNode what) => Events.Add(new JsonObject
    {
        ["id"] = $"evt_{Events.Count}",
        ["object"] = "event",
        ["api_version"] = Version,
        ["created"] = created,
        ["data"] = new JsonObject { ["object"] = what.DeepClone() },
        ["type"] = type,
    });

    public PlayedAnswer Answer(PlayedRequest request)
    {
        var answer = Find(request);
        if (Date is { } date) answer.Headers["Date"] = DateTimeOffset.FromUnixTimeSeconds(date()).ToString("R", CultureInfo.InvariantCulture);
        return answer;
    }

    private PlayedAnswer Find(PlayedRequest request)
    {
        Requests.Add(request);
        if (Fault(request) is { } fault) return fault;
        var parts = request.Path.Split('/', StringSplitOptions.RemoveEmptyEntries)[1..];
        return parts switch
        {
            ["events"] => Page(Events.Where(entry => (long?)entry["$from"] is null || (long)entry["$from"]! <= Now)
                .Where(entry => request.Query["types[]"].Contains((string)entry["type"]!)), request),
            [var stream] => Page(Objects[stream].Where(entry => IsAsked(entry, request)), request),
            ["invoices", var id, "lines"] => Page(Whole("invoices", id, "lines"), request),
            ["charges", var id, "refunds"] => Page(Whole("charges", id, "refunds"), request),
            [var stream, var id] => Objects[stream].FirstOrDefault(entry => (string)entry["id"]! == id) is { } found
                ? PlayedAnswer.Json(Shown(found).ToJsonString())
                : PlayedAnswer.Json("""{"error":{"type":"invalid_request_error","code":"resource_missing","message":"No such object","param":"id"}}""", 404),
            _ => new PlayedAnswer(404, []),
        };
    }

    private static bool IsAsked(JsonObject entry, PlayedRequest request) =>
        (request["customer"] is not { } customer || (string?)entry["customer"] == customer)
        && (request["status"] is null or "all" || (string?)entry["status"] == request["status"])
        && (request["price"] is not { } price || (string?)entry["price"] == price);

    private IEnumerable<JsonObject> Whole(string stream, string id, string list) =>
        Find(stream, id)[list]!["data"]!.AsArray().Select(entry => entry!.AsObject());

    private static PlayedAnswer Page(IEnumerable<JsonObject> all, PlayedRequest request)
    {
        var sorted = all.OrderByDescending(entry => (long?)entry["created"] ?? 0).ToList();
        if (request["starting_after"] is { } after)
        {
            var position = sorted.FindIndex(entry => (string)entry["id"]! == after);
            if (position < 0)
            {
                return PlayedAnswer.Json(
                    """{"error":{"code":"resource_missing","message":"No such object: 'x'","param":"starting_after","type":"invalid_request_error"}}""", 400);
            }

            sorted = sorted[(position + 1)..];
        }

        var found = sorted.Where(entry => request.Number("created[gte]") is not { } least || (long)entry["created"]! >= least)
            .Where(entry => request.Number("created[lt]") is not { } end || (long)entry["created"]! < end).ToList();
        var limit = (int)(request.Number("limit") ?? 10);
        return PlayedAnswer.Json(new JsonObject
        {
            ["object"] = "list",
            ["url"] = request.Path,
            ["has_more"] = found.Count > limit,
            ["data"] = new JsonArray([.. found.Take(limit).Select(Shown)]),
        }.ToJsonString());
    }

    /// <summary>An object as lists and events show it: nested lists end after ten entries.</summary>
    private static JsonNode Shown(JsonObject whole)
    {
        var shown = whole.DeepClone().AsObject();
        foreach (var list in shown.Select(property => property.Value).OfType<JsonObject>().Where(value => value["data"] is JsonArray { Count: > 10 }))
        {
            list["has_more"] = true;
            for (var entries = list["data"]!.AsArray(); entries.Count > 10;) entries.RemoveAt(10);
        }

        return shown;
    }
}
