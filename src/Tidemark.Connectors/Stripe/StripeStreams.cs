using System.Globalization;
using Tidemark.Engine.Records;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Stripe;

/// <summary>What can be read from Stripe, and which events tell of its changes.</summary>
/// <remarks>https://docs.stripe.com/api/events/types.</remarks>
internal static class StripeStreams
{
    public static IReadOnlyList<HttpStream> All(StripeOptions options) =>
    [
        Stream(options, StripeSchemas.Customers, Changes("customer.", "created", "updated"), Deletes("customer.deleted")),
        // Without status=all the list leaves canceled subscriptions out. Its "deleted" event is such a cancellation:
        // the object stays.
        Stream(options, StripeSchemas.Subscriptions, Changes("customer.subscription.", "created", "updated", "deleted",
            "paused", "resumed", "pending_update_applied", "pending_update_expired", "trial_will_end"),
            filter: call => call.With("status", "all"), nested: "items"),
        Stream(options, StripeSchemas.Charges, Changes("charge.", "captured", "expired", "failed", "pending", "refunded",
            "succeeded", "updated"), Touches("charge", "charge.dispute.created", "charge.dispute.updated",
            "charge.dispute.closed", "charge.dispute.funds_withdrawn", "charge.dispute.funds_reinstated",
            "charge.refund.updated"), expand: "refunds", nested: "refunds"),
        Stream(options, StripeSchemas.Invoices, Changes("invoice.", "created", "updated", "finalized",
            "finalization_failed", "marked_uncollectible", "overdue", "paid", "payment_action_required", "payment_failed",
            "payment_succeeded", "sent", "voided", "will_be_due"), Deletes("invoice.deleted"), nested: "lines"),
        Stream(options, StripeSchemas.Products, Changes("product.", "created", "updated"), Deletes("product.deleted")),
        Stream(options, StripeSchemas.Plans, Changes("plan.", "created", "updated"), Deletes("plan.deleted")),
    ];

    /// <param name="options">Page size, workers and bounds.</param>
    /// <param name="schema">Columns; its name is that of the path.</param>
    /// <param name="changes">Events whose object is one of the stream.</param>
    /// <param name="more">Other events that change one of the stream's objects.</param>
    /// <param name="filter">What the list must be asked besides.</param>
    /// <param name="expand">A property that Stripe sends only where it is asked to.</param>
    /// <param name="nested">A list within the object that may be cut off.</param>
    private static HttpStream Stream(
        StripeOptions options, StreamSchema schema, IEnumerable<StripeEventType> changes,
        IEnumerable<StripeEventType>? more = null, Func<HttpCall, HttpCall>? filter = null, string? expand = null,
        string? nested = null)
    {
        var path = $"/v1/{schema.Name}";
        var list = (filter ?? (call => call))(HttpCall.Get(path)).With("expand[]", expand is null ? null : $"data.{expand}");
        DateTimeOffset? floor = options.StartDate is { } day
            ? new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero) : null;
        // Events never hold what must be asked for, so such an object is read by its id.
        var feed = new StripeEvents(
            [.. changes, .. more ?? []], id => HttpCall.Get($"{path}/{Uri.EscapeDataString(id)}").With("expand[]", expand),
            nested, floor?.ToUnixTimeSeconds(), isWhole: expand is null);
        return new HttpStream(schema, StripePaging.ByCreated(list, options.PageSize))
        {
            Complete = nested is null ? null
                : (exchange, page, cancellationToken) => StripeNested.CompleteAsync(exchange, page, nested, cancellationToken),
            Changes = new ChangeFeed(feed.ReadAsync, StripeEvents.Reach),
            // A restricted key may be allowed the list and not the events: better known now than after hours of reading.
            Probes = [HttpCall.Get(path).With("limit", 1), HttpCall.Get("/v1/events").With("limit", 1)],
            Parallel = options.Parallel,
            Overlap = options.Overlap,
            Floor = floor,
        };
    }

    private static IEnumerable<StripeEventType> Changes(string of, params string[] what) =>
        what.Select(name => new StripeEventType(of + name));

    private static IEnumerable<StripeEventType> Deletes(string name) => [new(name) { Deletes = true }];

    private static IEnumerable<StripeEventType> Touches(string id, params string[] names) =>
        names.Select(name => new StripeEventType(name) { Id = id });
}
