namespace Tidemark.Tests.GraphQL;

/// <summary>Settings and queries for the stand-in's shop.</summary>
internal static class ShopQueries
{
    public const string CustomerFields =
        "id name email phone segment isActive orderCount rating creditLimit customerSince createdAt updatedAt tags metadata "
        + "address { line1 city state country }";

    public const string Customers = $$"""
        customers:
          query: |
            query ($first: Int!, $after: String, $since: DateTime) {
              customers(first: $first, after: $after, updatedSince: $since) {
                pageInfo { hasNextPage endCursor }
                nodes { {{CustomerFields}} }
              }
            }
          since: since

        """;

    public const string OrderFields = """
        id number status total currency placedOn createdAt updatedAt customer { id locale }
                      lineItems(first: 10) { pageInfo { hasNextPage endCursor } nodes { id sku title quantity price } }
        """;

    public const string Orders = $$"""
        orders:
          query: |
            query Orders($first: Int, $after: String, $since: DateTime!) {
              orders(first: $first, after: $after, updatedSince: $since) {
                edges { cursor node {
                      {{OrderFields}}
                } }
                pageInfo { endCursor hasNextPage }
              }
            }
          since: since

        """;

    public static Dictionary<string, string> Settings(Uri address, string queries, int pageSize = 50) => new()
    {
        ["url"] = new Uri(address, "/shop/graphql").ToString(),
        ["token"] = "tidemark",
        ["queries"] = queries,
        ["page_size"] = pageSize.ToString(provider: null),
        ["allow_private_network"] = "true",
        ["retries"] = "3",
    };
}
