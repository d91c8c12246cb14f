using Tidemark.Engine.Records;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Stripe;

/// <summary>What can be read from Stripe, and how.</summary>
internal static class StripeStreams
{
    public static IReadOnlyList<HttpStream> All(StripeOptions options) =>
    [
        Stream(options, StripeSchemas.Customers, StripeEventTypes.Customers),
        // Without status=all the list leaves canceled subscriptions out.
        Stream(options, StripeSchemas.Subscriptions, StripeEventTypes.Subscriptions,
            filter: call => call.With("status", "all"), nested: "items"),
        Stream(options, StripeSchemas.Charges, StripeEventTypes.Charges, expand: "refunds", nested: "refunds"),
        Stream(options, StripeSchemas.Invoices, StripeEventTypes.Invoices, nested: "lines"),
        Stream(options, StripeSchemas.Products, StripeEventTypes.Products),
        Stream(options, StripeSchemas.Plans, StripeEventTypes.Plans),
    ];

    /// <param name="options">Page size, workers and bounds.</param>
    /// <param name="schema">Columns; its name is that of the path.</param>
    /// <param name="events">Events that change the stream's objects.</param>
    /// <param name="filter">What the list must be asked besides.</param>
    /// <param name="expand">A property that Stripe sends only where it is asked to.</param>
    /// <param name="nested">A list within the object that may be cut off.</param>
    private static HttpStream Stream(
        StripeOptions options, StreamSchema schema, IReadOnlyList<StripeEventType> events,
        Func<HttpCall, HttpCall>? filter = null, string? expand = null, string? nested = null)
    {
        var path = $"/v1/{schema.Name}";
        var list = (filter ?? (call => call))(HttpCall.Get(path)).With("expand[]", expand is null ? null : $"data.{expand}");
        DateTimeOffset? floor = options.StartDate is { } day
            ? new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero) : null;
        var objects = new StripeObjects(
            id => HttpCall.Get($"{path}/{Uri.EscapeDataString(id)}").With("expand[]", expand), nested, floor?.ToUnixTimeSeconds());
        // Events never hold what must be asked for, so such an object is read by its id.
        var feed = new StripeEvents(events, objects, isWhole: expand is null);
        return new HttpStream(schema, StripePaging.ByCreated(list, options.PageSize))
        {
            Complete = nested is null ? null
                : (exchange, page, cancellationToken) => StripeNested.CompleteAsync(exchange, page, nested, cancellationToken),
            Changes = new ChangeFeed(feed.ReadAsync, StripeEvents.Reach) { HoldsSnapshots = true },
            // A restricted key may be allowed the list and not the events: better known now than after hours of reading.
            Probes = [HttpCall.Get(path).With("limit", 1), HttpCall.Get("/v1/events").With("limit", 1)],
            Parallel = options.Parallel,
            Overlap = options.Overlap,
            Floor = floor,
        };
    }
}
