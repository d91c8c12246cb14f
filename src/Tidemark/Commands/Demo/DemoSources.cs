using Tidemark.Sandbox;

namespace Tidemark.Commands.Demo;

/// <summary>The settings with which each stand-in vendor is read. Wherever a vendor wants a secret, it is the word tidemark.</summary>
internal static class DemoSources
{
    /// <summary>What the stand-in for Stripe takes as a key.</summary>
    public const string StripeKey = "sk_test_tidemark";

    /// <summary>What the stand-ins take for a secret.</summary>
    public const string Word = "tidemark";

    private const string Queries = """
        customers:
          query: |
            query ($first: Int!, $after: String, $since: DateTime) {
              customers(first: $first, after: $after, updatedSince: $since) {
                pageInfo { hasNextPage endCursor }
                nodes { id name creditLimit updatedAt address { city country } }
              }
            }
          since: since
        """;

    /// <summary>Settings by the vendor's name, for the stand-ins that answer.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Of(SandboxServer sandbox) =>
        sandbox.Vendors.ToDictionary(
            vendor => vendor.Key,
            IReadOnlyDictionary<string, string> (vendor) => new Dictionary<string, string>(Settings(vendor.Key, $"{vendor.Value}"))
            {
                ["allow_private_network"] = "true",
                // A stand-in has no other customers.
                ["requests_per_second"] = "100",
            });

    /// <summary>A vendor's credentials and address; the pace is the connector's own.</summary>
    public static Dictionary<string, string> Settings(string vendor, string address) => vendor switch
    {
        "stripe" => new() { ["api_key"] = StripeKey, ["base_url"] = address },
        "close" => new() { ["api_key"] = "api_tidemark", ["base_url"] = address },
        "square" => new() { ["access_token"] = Word, ["base_url"] = address },
        "oracle" => new() { ["username"] = Word, ["password"] = Word, ["base_url"] = address },
        "zoho" => new()
        {
            ["client_id"] = Word,
            ["client_secret"] = Word,
            ["refresh_token"] = Word,
            ["accounts_url"] = address,
            ["api_url"] = address,
        },
        "graphql" => new() { ["url"] = $"{address}graphql", ["token"] = Word, ["queries"] = Queries },
        _ => throw new InvalidOperationException($"The demo does not know how to read {vendor}."),
    };
}
