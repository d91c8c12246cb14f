using Tidemark.Tests.Connectors;

namespace Tidemark.Tests.Stripe;

public sealed class StripePromises : ConnectorPromises
{
    protected override string Vendor => "stripe";

    protected override IReadOnlyList<string> Streams =>
        ["customers", "subscriptions", "charges", "invoices", "products", "plans"];

    protected override string Main => "customers";

    protected override IReadOnlyDictionary<string, object?> Change =>
        new Dictionary<string, object?> { ["description"] = "changed", ["balance"] = -4200 };

    protected override IReadOnlyDictionary<string, object?> At(DateTimeOffset time) =>
        new Dictionary<string, object?> { ["created"] = time.ToUnixTimeSeconds() };

    protected override IReadOnlyDictionary<string, string> Settings(Uri address) => new Dictionary<string, string>
    {
        ["api_key"] = "sk_test_tidemark",
        ["base_url"] = address.ToString(),
        ["allow_private_network"] = "true",
        ["requests_per_second"] = "1000",
        ["retries"] = "3",
    };
}
