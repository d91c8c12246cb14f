using System.Text.Json.Nodes;
using Tidemark.Tests.Connectors;

namespace Tidemark.Tests.Stripe;

/// <summary>A bench over the stand-in for Stripe.</summary>
internal static class StripeStandInBench
{
    public static Task<VendorBench> StartAsync(int size) => VendorBench.StartAsync("stripe", size, address =>
        new Dictionary<string, string>
        {
            ["api_key"] = "sk_test_tidemark",
            ["base_url"] = address.ToString(),
            ["allow_private_network"] = "true",
            ["requests_per_second"] = "1000",
        });

    /// <summary>An object with one value at a path, e.g. <c>{"object":{"customer":"cus_1"}}</c>.</summary>
    public static JsonObject At(string path, string value)
    {
        JsonNode inner = value;
        foreach (var name in path.Split('/').Reverse()) inner = new JsonObject { [name] = inner };
        return inner.AsObject();
    }
}
