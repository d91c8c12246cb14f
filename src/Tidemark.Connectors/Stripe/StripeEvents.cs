using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Stripe;

/// <summary>
/// Changes of one stream from Stripe's events: no list of Stripe shows what was updated or deleted. An object is taken from
/// its event only where its row cannot be newer; else it is read by its id, after all events of the window.
/// </summary>
/// <param name="types">Types of the events that concern the stream.</param>
/// <param name="objects">Reads the stream's objects.</param>
/// <param name="isWhole">Whether an event holds the object as the list shows it, with what the list expands.</param>
/// <remarks>https://docs.stripe.com/api/events; kept for 30 days.</remarks>
internal sealed class StripeEvents(IReadOnlyList<StripeEventType> types, StripeObjects objects, bool isWhole)
{
    public static readonly TimeSpan Reach = TimeSpan.FromDays(30);

    /// <summary>Types that one call may name.</summary>
    public const int MaxTypes = 20;

    private readonly IReadOnlyList<StripeEventType> _held = [.. types.Where(type => type.IsHeld)];
    private readonly IReadOnlyList<StripeEventType> _other = [.. types.Where(type => !type.IsHeld)];

    /// <summary>The changed objects of a window of events.</summary>
    public async IAsyncEnumerable<HttpPage> ReadAsync(
        HttpExchange exchange, FeedWindow window, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var touched = new HashSet<string>(StringComparer.Ordinal);
        var lists = new HashSet<HttpCall>();
        foreach (var group in _other.Chunk(MaxTypes))
        {
            await foreach (var page in exchange.ReadAsync(Events(group), In(window), cancellationToken))
            {
                using (page) Note(page, group, window.Rows, touched, lists);
            }
        }

        var newest = new Dictionary<string, long>(StringComparer.Ordinal);
        await foreach (var page in exchange.ReadAsync(Events(_held), In(window), cancellationToken))
        {
            using (page)
            {
                var changes = Collect(page, window.Rows, newest, touched);
                if (changes.Count > 0) yield return await RecordsAsync(exchange, page, changes, window.Rows, cancellationToken);
            }
        }

        foreach (var ids in touched.Chunk(StripePaging.MaxPageSize))
        {
            var changes = ids.Select(id => new Change(id, null, IsDeletion: false)).ToList();
            yield return await RecordsAsync(exchange, null, changes, window.Rows, cancellationToken);
        }

        foreach (var list in lists)
        {
            await foreach (var page in objects.ListAsync(exchange, list, window.Rows, cancellationToken)) yield return page;
        }
    }

    private static HttpListing Events(IReadOnlyList<StripeEventType> types) => StripePaging.ByCreated(
        types.Aggregate(HttpCall.Get("/v1/events"), (call, type) => call.With("types[]", type.Name)), StripePaging.MaxPageSize);

    private static Slice In(FeedWindow window) => new() { From = window.From, To = window.To };

    /// <summary>Notes which objects and lists of objects the page's events say to be read again.</summary>
    private static void Note(
        HttpPage page, IReadOnlyList<StripeEventType> types, RowAges rows, HashSet<string> touched, HashSet<HttpCall> lists)
    {
        for (var index = 0; index < page.Records.Count; index++)
        {
            if (Read(page, index, types) is not var (type, id, at) || rows.HaveSeen(at, null)) continue;
            if (type.Changing.Count > 0 && !type.Changing.Any(name => Place(page, index, $"previous_attributes/{name}") is not null))
                continue;
            if (type.OnlyRecurring && page.Value(index, "data/object/type") == "one_time") continue;
            if (type.Several is { } several) lists.Add(several(id));
            else touched.Add(id);
        }
    }

    /// <summary>
    /// What the page's events make of objects that no newer event spoke of: events come newest first. An object with another
    /// event in the same second, where the order of the two is not known, is marked to be read again.
    /// </summary>
    private List<Change> Collect(HttpPage page, RowAges rows, Dictionary<string, long> newest, HashSet<string> touched)
    {
        var changes = new List<Change>();
        for (var index = 0; index < page.Records.Count; index++)
        {
            if (Read(page, index, _held) is not var (type, id, at) || touched.Contains(id)) continue;
            if (!newest.TryAdd(id, at))
            {
                if (newest[id] == at) touched.Add(id);
                continue;
            }

            var created = long.TryParse(page.Value(index, "data/object/created"), out var second) ? second : (long?)null;
            if (!type.Deletes && rows.HaveSeen(at, created)) continue;
            var isTaken = type.Deletes || (IsWhole(page, index) && !rows.MayBeNewer(id, at, created));
            var place = isTaken ? Place(page, index, "object") : null;
            changes.Add(new(id, place is { } its ? its with { Start = its.Start + page.Records[index].Start } : null, type.Deletes));
        }

        return changes;
    }

    private bool IsWhole(HttpPage page, int index) => isWhole
        && page.Value(index, "api_version") == StripeConnector.Version
        && Place(page, index, "object") is { } place && !objects.IsCut(place.In(page.Record(index).Span));

    /// <summary>What an event concerns; null where it concerns none of the stream.</summary>
    private static (StripeEventType Type, string Id, long At)? Read(HttpPage page, int index, IReadOnlyList<StripeEventType> types)
    {
        var name = page.Value(index, "type");
        if (types.FirstOrDefault(type => type.Name == name) is not { } type) return null;
        if (!long.TryParse(page.Value(index, "created"), out var at)) return null;
        var id = Id(page, index, type.Id) ?? (type.OrId is { } other ? Id(page, index, other) : null);
        return id is { Length: > 0 } ? (type, id, at) : null;
    }

    private static string? Id(HttpPage page, int index, string path) => Place(page, index, path) switch
    {
        { Token: JsonTokenType.StartObject } => page.Value(index, $"data/{path}/id"),
        { Token: JsonTokenType.String } => page.Value(index, $"data/{path}"),
        _ => null,
    };

    private static JsonPlace? Place(HttpPage page, int index, string path) =>
        JsonPlace.Find(page.Readable(index), $"data/{path}");

    /// <summary>A page of the changed objects: as the event holds them, or read by their id.</summary>
    private async Task<HttpPage> RecordsAsync(
        HttpExchange exchange, HttpPage? page, IReadOnlyList<Change> changes, RowAges rows, CancellationToken cancellationToken)
    {
        var wanted = changes.Where(change => change.Object is null).Select(change => change.Id).ToList();
        var fetched = await objects.FetchAsync(exchange, wanted, rows, cancellationToken);
        try
        {
            using var records = new HttpPageBuilder();
            foreach (var change in changes)
            {
                if (change.Object is not { } place) Add(change.Id, fetched[change.Id], records);
                else if (change.IsDeletion) records.Add(place.In(page!.Bytes.Span), isDeletion: true);
                else objects.Add(place.In(page!.Bytes.Span), unfit: null, records);
            }

            return records.ToPage();
        }
        finally
        {
            foreach (var found in fetched.Values) found.Dispose();
        }
    }

    private void Add(string id, OneRecord found, HttpPageBuilder into)
    {
        if (found.Page is not { } page) into.Add(Encoding.UTF8.GetBytes(new JsonObject { ["id"] = id }.ToJsonString()), found.Unfit is null, found.Unfit);
        else if (page.First("deleted") == "true") into.Add(page.Record(0).Span, isDeletion: true);
        else objects.Add(page.Record(0).Span, page.Records[0].Unfit, into);
    }

    /// <summary>What became of an object.</summary>
    /// <param name="Id">The object's id.</param>
    /// <param name="Object">Where the page has the object; null where it must be read by its id.</param>
    /// <param name="IsDeletion">Whether the object was deleted.</param>
    private sealed record Change(string Id, JsonPlace? Object, bool IsDeletion);
}
