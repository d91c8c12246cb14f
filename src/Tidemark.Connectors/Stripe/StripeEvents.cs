using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Stripe;

/// <summary>
/// Changes of one stream from Stripe's events: no list of Stripe shows what was updated or deleted. Events come newest
/// first, so the first one of an object decides.
/// </summary>
/// <param name="events">Which events concern the stream; at most 20 types.</param>
/// <param name="read">The call that reads one object by its id.</param>
/// <param name="nested">Path of a list within the object, or null.</param>
/// <param name="floor">Objects created before this, in Unix seconds, are of no interest; null where all are.</param>
/// <param name="isWhole">Whether an event holds the object as the list shows it, with what the list expands.</param>
/// <remarks>https://docs.stripe.com/api/events; kept for 30 days.</remarks>
internal sealed class StripeEvents(
    IReadOnlyList<StripeEventType> events, Func<string, HttpCall> read, string? nested, long? floor,
    bool isWhole)
{
    public static readonly TimeSpan Reach = TimeSpan.FromDays(30);

    private const int MaxFetches = 16;

    /// <summary>Events of a range of creation times [from, to), in Unix seconds.</summary>
    public async IAsyncEnumerable<HttpPage> ReadAsync(
        HttpExchange exchange, long from, long? to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var list = events.Aggregate(HttpCall.Get("/v1/events"), (call, type) => call.With("types[]", type.Name));
        var newest = new Dictionary<string, long>(StringComparer.Ordinal);
        var again = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var page in exchange.ReadAsync(
            StripePaging.ByCreated(list, StripePaging.MaxPageSize), new Slice { From = from, To = to }, cancellationToken))
        {
            using (page)
            {
                var changes = Collect(page, newest, again);
                if (changes.Count > 0) yield return await RecordsAsync(exchange, page, changes, cancellationToken);
            }
        }

        var unsettled = again.Select(id => new Change(id, 0, null, IsDeletion: false)).ToList();
        if (unsettled.Count > 0) yield return await RecordsAsync(exchange, null, unsettled, cancellationToken);
    }

    /// <summary>
    /// What the page's events make of objects that no newer event spoke of. An object with another event in the same
    /// second, where the order of the two is not known, is marked to be read again.
    /// </summary>
    private List<Change> Collect(HttpPage page, Dictionary<string, long> newest, HashSet<string> again)
    {
        var changes = new List<Change>();
        for (var index = 0; index < page.Records.Count; index++)
        {
            if (Read(page, index) is not { } change) continue;
            if (newest.TryAdd(change.Id, change.Created)) changes.Add(change);
            else if (newest[change.Id] == change.Created) again.Add(change.Id);
        }

        return changes;
    }

    /// <summary>What one event says; null where it is of no concern.</summary>
    private Change? Read(HttpPage page, int index)
    {
        var record = page.Record(index).Span;
        if (JsonPlace.Find(record, "data/object") is not { } place) return null;
        var name = page.Value(index, "type");
        if (events.FirstOrDefault(type => type.Name == name) is not { } type) return null;
        if (page.Value(index, $"data/object/{type.Id}") is not { } id) return null;
        if (!long.TryParse(page.Value(index, "created"), out var created)) return null;

        var isTaken = type.Deletes || (isWhole && type.Id == "id"
            && page.Value(index, "api_version") == StripeConnector.Version
            && !(nested is not null && StripeNested.IsCut(place.In(record), nested)));
        place = place with { Start = place.Start + page.Records[index].Start };
        return new Change(id, created, isTaken ? place : null, type.Deletes);
    }

    /// <summary>A page of the changed objects: as the event holds them, or read by their id.</summary>
    private async Task<HttpPage> RecordsAsync(
        HttpExchange exchange, HttpPage? page, IReadOnlyList<Change> changes, CancellationToken cancellationToken)
    {
        var fetched = new ConcurrentDictionary<string, HttpPage?>(StringComparer.Ordinal);
        try
        {
            await Parallel.ForEachAsync(
                changes.Where(change => change.Object is null),
                new ParallelOptions { MaxDegreeOfParallelism = MaxFetches, CancellationToken = cancellationToken },
                async (change, token) => fetched[change.Id] = await FetchAsync(exchange, change.Id, token));

            using var records = new HttpPageBuilder();
            foreach (var change in changes)
            {
                if (change.Object is { } place) Add(place.In(page!.Bytes.Span), change.IsDeletion);
                else if (fetched[change.Id] is { } found) Add(found.Record(0).Span, found.First("deleted") == "true");
                else records.Add(JsonSerializer.SerializeToUtf8Bytes(new { id = change.Id }), isDeletion: true);
            }

            return records.ToPage();

            void Add(ReadOnlySpan<byte> record, bool isDeletion)
            {
                if (isDeletion || !IsTooOld(record)) records.Add(record, isDeletion);
            }
        }
        finally
        {
            foreach (var found in fetched.Values) found?.Dispose();
        }
    }

    /// <summary>The object as it is now; null where there is none of that id any more.</summary>
    private async Task<HttpPage?> FetchAsync(HttpExchange exchange, string id, CancellationToken cancellationToken)
    {
        try
        {
            var page = await exchange.SendAsync(read(id), PageShape.One, cancellationToken);
            return nested is null ? page : await StripeNested.CompleteAsync(exchange, page, nested, cancellationToken);
        }
        catch (TidemarkException gone) when (gone.Code == StripeErrors.NotFound)
        {
            return null;
        }
    }

    private bool IsTooOld(ReadOnlySpan<byte> record) =>
        floor is not null && long.TryParse(JsonPlace.Find(record, "created")?.Text(record), out var created) && created < floor;

    /// <summary>What became of an object.</summary>
    /// <param name="Id">Of the object.</param>
    /// <param name="Created">Of the event, in Unix seconds.</param>
    /// <param name="Object">Where the page has the object; null where it must be read by its id.</param>
    /// <param name="IsDeletion">Whether it is gone.</param>
    private sealed record Change(string Id, long Created, JsonPlace? Object, bool IsDeletion);
}

/// <summary>A type of event.</summary>
/// <param name="Name">As Stripe names it, e.g. <c>customer.updated</c>.</param>
internal sealed record StripeEventType(string Name)
{
    /// <summary>
    /// Path in the event's object of the id of what changed; another than <c>id</c> where it is of another kind.
    /// </summary>
    public string Id { get; init; } = "id";

    /// <summary>Whether the object is gone afterwards.</summary>
    public bool Deletes { get; init; }
}
