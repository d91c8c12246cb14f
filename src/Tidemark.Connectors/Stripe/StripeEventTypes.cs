using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Stripe;

/// <summary>
/// The events that change the objects of each stream. Some changes of an object make no event of the object itself: a
/// customer's discount makes an event of the discount alone. The tests list the types that concern no stream, with the
/// reason.
/// </summary>
/// <remarks>https://docs.stripe.com/api/events/types, version <see cref="StripeConnector.Version"/>.</remarks>
internal static class StripeEventTypes
{
    // What an invoice shows of its customer until it is finalized.
    private static readonly string[] ShownOnDrafts = ["address", "email", "name", "phone", "shipping", "tax_exempt"];

    private static readonly string[] Discounts = Names("customer.discount.", "created", "deleted", "updated");
    private static readonly string[] TaxIds = Names("customer.tax_id.", "created", "deleted", "updated");
    private static readonly string[] Prices = Names("price.", "created", "deleted", "updated");

    public static readonly IReadOnlyList<StripeEventType> Customers =
    [
        .. Holds(Names("customer.", "created", "updated")),
        new("customer.deleted") { IsHeld = true, Deletes = true },
        .. Touches("object/customer", Discounts),
        .. Touches("object/customer", Names("customer.source.", "created", "deleted", "updated")),
        .. Touches("previous_attributes/customer", "payment_method.detached"),
        // It takes the customer's next number.
        .. Touches("object/customer", "invoice.finalized"),
    ];

    public static readonly IReadOnlyList<StripeEventType> Subscriptions =
    [
        // The "deleted" one is a cancellation: the object stays.
        .. Holds(Names("customer.subscription.", "created", "deleted", "paused", "pending_update_applied",
            "pending_update_expired", "resumed", "trial_will_end", "updated")),
        .. Touches("object/subscription", Discounts),
        .. Touches("object/subscription", Names("subscription_schedule.", "aborted", "canceled", "completed", "created",
            "updated")),
        .. Touches("object/released_subscription", "subscription_schedule.released"),
        .. Touches("object/parent/subscription_details/subscription", Names("invoice.", "created", "deleted"))
            .Select(type => type with { OrId = "object/subscription" }),
        // Items show the whole price.
        .. Lists(id => Find("subscriptions").With("price", id).With("status", "all"), "plan.updated", "price.updated"),
    ];

    public static readonly IReadOnlyList<StripeEventType> Charges =
    [
        .. Holds(Names("charge.", "captured", "expired", "failed", "pending", "refunded", "succeeded", "updated")),
        .. Touches("object/charge", Names("charge.dispute.", "closed", "created", "funds_reinstated", "funds_withdrawn",
            "updated")),
        .. Touches("object/charge", "charge.refund.updated"),
        .. Touches("object/charge", Names("refund.", "created", "failed", "updated")),
        .. Touches("object/latest_charge", Names("payment_intent.", "amount_capturable_updated", "canceled",
            "partially_funded", "payment_failed", "processing", "succeeded")),
        .. Touches("object/charge", Names("review.", "closed", "opened")),
        .. Touches("object/charge", Names("radar.early_fraud_warning.", "created", "updated")),
        .. Touches("object/charge", Names("application_fee.", "created", "refunded")),
        .. Touches("object/source_transaction", Names("transfer.", "created", "reversed", "updated")),
    ];

    public static readonly IReadOnlyList<StripeEventType> Invoices =
    [
        .. Holds(Names("invoice.", "created", "finalization_failed", "finalized", "marked_uncollectible", "overdue", "overpaid",
            "paid", "payment_action_required", "payment_attempt_required", "payment_failed", "payment_succeeded", "sent",
            "updated", "voided", "will_be_due")),
        new("invoice.deleted") { IsHeld = true, Deletes = true },
        .. Touches("object/invoice", Names("invoiceitem.", "created", "deleted")),
        .. Touches("object/invoice", "invoice_payment.paid"),
        .. Touches("object/invoice", Names("credit_note.", "created", "updated", "voided")),
        .. Touches("object/invoice", Discounts),
        .. Lists(Drafts, "customer.updated").Select(type => type with { Id = "object/id", Changing = ShownOnDrafts }),
        .. Lists(Drafts, TaxIds).Select(type => type with { Id = "object/customer" }),
    ];

    // The ids of products and of plans can be chosen, and used again after a deletion: whether there is one is asked.
    public static readonly IReadOnlyList<StripeEventType> Products =
        [.. Holds(Names("product.", "created", "updated")), .. Touches("object/id", "product.deleted")];

    /// <summary>A recurring price is a plan of the same id.</summary>
    public static readonly IReadOnlyList<StripeEventType> Plans =
    [
        .. Holds(Names("plan.", "created", "updated")),
        .. Touches("object/id", "plan.deleted"),
        .. Touches("object/id", Prices).Select(type => type with { OnlyRecurring = true }),
    ];

    private static HttpCall Drafts(string customer) => Find("invoices").With("customer", customer).With("status", "draft");

    private static HttpCall Find(string stream) => HttpCall.Get($"/v1/{stream}");

    private static string[] Names(string start, params string[] ends) => [.. ends.Select(end => start + end)];

    private static IEnumerable<StripeEventType> Holds(params string[] names) =>
        names.Select(name => new StripeEventType(name) { IsHeld = true });

    private static IEnumerable<StripeEventType> Touches(string id, params string[] names) =>
        names.Select(name => new StripeEventType(name) { Id = id });

    private static IEnumerable<StripeEventType> Lists(Func<string, HttpCall> several, params string[] names) =>
        names.Select(name => new StripeEventType(name) { Several = several });
}
