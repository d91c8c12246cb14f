using System.Text;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Settings;

namespace Tidemark.Connectors.Stripe;

/// <summary>Calls of Stripe: signed, with a time, by the secret of the webhook endpoint.</summary>
/// <remarks>https://docs.stripe.com/webhooks#verify-manually.</remarks>
internal static class StripeWebhook
{
    private static readonly (string Stream, IReadOnlyList<StripeEventType> Events)[] Known =
    [
        (StripeSchemas.Customers.Name, StripeEventTypes.Customers), (StripeSchemas.Subscriptions.Name, StripeEventTypes.Subscriptions),
        (StripeSchemas.Charges.Name, StripeEventTypes.Charges), (StripeSchemas.Invoices.Name, StripeEventTypes.Invoices),
        (StripeSchemas.Products.Name, StripeEventTypes.Products), (StripeSchemas.Plans.Name, StripeEventTypes.Plans),
    ];

    public static WebhookNews Hear(WebhookCall call, Secret secret, DateTimeOffset now)
    {
        var parts = (call.Header("Stripe-Signature") ?? "").Split(',').Select(part => part.Split('=', 2)).Where(part => part.Length == 2).ToLookup(part => part[0].Trim(), part => part[1].Trim());
        var time = parts["t"].FirstOrDefault();
        var expected = Convert.ToHexStringLower(WebhookProof.Sign(Encoding.UTF8.GetBytes(secret.Reveal()), Encoding.UTF8.GetBytes($"{time}."), call.Body));
        // While a secret is rolled, Stripe signs with both.
        if (!parts["v1"].Any(signature => WebhookProof.IsSame(signature, expected))) throw WebhookProof.Refused("Stripe-Signature is not that of this source's secret.");
        if (!WebhookProof.IsOfNow(time, now)) throw WebhookProof.Refused("Stripe-Signature is of another time.");
        var type = WebhookProof.Text(call, "type");
        return new(type, [.. Known.Where(known => known.Events.Any(each => each.Name == type)).Select(known => known.Stream)]);
    }
}
