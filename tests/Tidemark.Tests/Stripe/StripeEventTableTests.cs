using Shouldly;
using Tidemark.Connectors.Stripe;
using Xunit;

namespace Tidemark.Tests.Stripe;

/// <summary>Every type of event that Stripe has is listened to, or is of no concern for a reason.</summary>
public sealed class StripeEventTableTests
{
    private static readonly Dictionary<string, IReadOnlyList<StripeEventType>> Streams = new()
    {
        ["customers"] = StripeEventTypes.Customers,
        ["subscriptions"] = StripeEventTypes.Subscriptions,
        ["charges"] = StripeEventTypes.Charges,
        ["invoices"] = StripeEventTypes.Invoices,
        ["products"] = StripeEventTypes.Products,
        ["plans"] = StripeEventTypes.Plans,
    };

    /// <summary>Beginnings of names, and why such events change nothing in a row.</summary>
    private static readonly Dictionary<string, string> OfNoConcern = new()
    {
        ["account."] = "objects of a connected account or of the account itself",
        ["application_fee.refund.updated"] = "a charge names its fee and not the fee's refunds",
        ["apps."] = "apps are no stream",
        ["balance.available"] = "the account's balance",
        ["balance_settings."] = "the account's settings",
        ["billing."] = "meters, alerts and credits: plans name their meter only",
        ["billing_portal."] = "pages for customers",
        ["capability."] = "a connected account's",
        ["cash_balance."] = "customers show it only where it is expanded",
        ["checkout.session."] = "what a session makes has events of its own",
        ["climate."] = "climate orders are no stream",
        ["coupon."] = "discounts hold the coupon's id; a deleted coupon stays with those who have it",
        ["customer.source.expiring"] = "a reminder",
        ["customer_cash_balance_transaction."] = "customers show the balance only where it is expanded",
        ["entitlements."] = "entitlements are no part of a customer",
        ["file."] = "files are no stream",
        ["financial_connections."] = "bank accounts of others",
        ["identity."] = "verifications are no stream",
        ["invoice.upcoming"] = "a reminder about an invoice that does not exist yet",
        ["issuing_"] = "cards that the account issues",
        ["mandate."] = "charges and invoices name their mandate only",
        ["payment_intent.created"] = "there is no charge yet",
        ["payment_intent.requires_action"] = "there is no charge yet",
        ["payment_link."] = "what a link makes has events of its own",
        ["payment_method.attached"] = "customers do not list their methods",
        ["payment_method.automatically_updated"] = "a charge keeps the details that it was made with",
        ["payment_method.updated"] = "a charge keeps the details that it was made with",
        ["payout."] = "payouts are no stream",
        ["person."] = "a connected account's",
        ["promotion_code."] = "discounts hold the code's id",
        ["quote."] = "what a quote makes has events of its own",
        ["reporting."] = "reports are no stream",
        ["reserve."] = "the account's reserves",
        ["setup_intent."] = "names no subscription; the subscription has an event of its own",
        ["sigma."] = "queries are no stream",
        ["source."] = "a charge keeps the source that it was made with",
        ["subscription_schedule.expiring"] = "a reminder",
        ["tax.settings."] = "the account's settings",
        ["tax_rate."] = "subscriptions and invoices hold a copy, and nothing says which: docs/connectors/stripe.md",
        ["terminal."] = "devices",
        ["test_helpers."] = "no list shows the objects of a test clock",
        ["three_d_secure."] = "authentications are no stream",
        ["topup."] = "top-ups are no stream",
        ["treasury."] = "financial accounts are no stream",
    };

    private static IEnumerable<string> Mapped => Streams.Values.SelectMany(types => types).Select(type => type.Name).Distinct();

    [Fact]
    public void R4_every_type_of_event_is_mapped_to_a_stream_or_is_of_no_concern_for_a_reason()
    {
        var mapped = Mapped.ToHashSet();
        mapped.Except(StripeVendorTypes.Events).ShouldBeEmpty("Stripe has no such event");
        foreach (var type in StripeVendorTypes.Events)
        {
            var reasons = OfNoConcern.Keys.Count(start => type.StartsWith(start, StringComparison.Ordinal));
            reasons.ShouldBe(mapped.Contains(type) ? 0 : 1, type);
        }

        foreach (var start in OfNoConcern.Keys)
            StripeVendorTypes.Events.ShouldContain(type => type.StartsWith(start, StringComparison.Ordinal), start);
    }

    [Fact]
    public void R4_the_table_of_event_types_is_that_of_the_vendors_own_client()
    {
        var file = StripePackage.File("WebhookEndpoints.d.ts");
        StripeVendorTypes.EventsOf(file).ShouldBe(StripeVendorTypes.Events);
    }

    [Fact]
    public void Events_that_hold_an_object_fit_one_call()
    {
        foreach (var (stream, types) in Streams)
            types.Count(type => type.IsHeld).ShouldBeInRange(1, StripeEvents.MaxTypes, stream);
    }
}
