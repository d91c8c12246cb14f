using Tidemark.Engine.Connectors;
using Tidemark.Engine.Settings;
using Tidemark.Engine.Sources;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Stripe;

/// <summary>Stripe: customers, subscriptions, charges, invoices, products and plans.</summary>
/// <remarks>https://docs.stripe.com/api, version <see cref="Version"/>.</remarks>
public sealed class StripeConnector : IWebhookConnector
{
    /// <summary>The version that requests pin and that events must have been made in to be taken as they are.</summary>
    internal const string Version = "2026-10-28.endive";

    // A live account may make 100 requests a second, a sandbox 25 (https://docs.stripe.com/rate-limits). What is left
    // over is for the account's own use.
    private const double LiveRequestsPerSecond = 80;
    private const double TestRequestsPerSecond = 20;

    public ConnectorSpec Spec { get; } = ConnectorSpec.Of<StripeOptions>("stripe", "Stripe", ConnectorRoles.Source) with
    {
        Docs = new Uri("https://docs.stripe.com/api"),
    };

    public WebhookNews Hear(WebhookCall call, Secret secret, BoundSettings settings, DateTimeOffset now) => StripeWebhook.Hear(call, secret, now);

    public ISource OpenSource(BoundSettings settings, TimeProvider clock)
    {
        var stripe = settings.As<StripeOptions>();
        return new HttpSource(new HttpExchange(Api(stripe), clock), StripeStreams.All(stripe), clock)
        {
            AccountFacts = [IsLive(stripe) ? "live" : "test", stripe.Account ?? ""],
            Facts =
            [
                new("mode", IsLive(stripe) ? "live" : "test"),
                new("account", stripe.Account ?? "the key's own"),
                new("version", Version),
            ],
            Inquire = OwnerAsync,
        };
    }

    internal static HttpApi Api(StripeOptions options) => options.ApiAt(options.BaseUrl) with
    {
        Headers = options.Account is { } account
            ? [new("Stripe-Version", Version), new("Stripe-Account", account)]
            : [new("Stripe-Version", Version)],
        Authentication = HttpAuthentication.Bearer(options.ApiKey),
        RequestsPerSecond = options.RequestsPerSecond > 0 ? options.RequestsPerSecond
            : IsLive(options) ? LiveRequestsPerSecond : TestRequestsPerSecond,
        MaxConcurrent = options.Parallel * 2,
        Classify = StripeErrors.Classify,
    };

    // A restricted key may not be allowed to.
    /// <remarks>https://docs.stripe.com/api/accounts/retrieve.</remarks>
    private static async Task<SourceCheck> OwnerAsync(HttpExchange exchange, CancellationToken cancellationToken)
    {
        await exchange.AskOwnerAsync(HttpCall.Get("/v1/account"), PageShape.One, "id", cancellationToken);
        return new SourceCheck([], []);
    }

    private static bool IsLive(StripeOptions options) => options.ApiKey.Reveal().Contains("_live_", StringComparison.Ordinal);
}
