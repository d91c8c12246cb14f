using Tidemark.Tests.Connectors;

namespace Tidemark.Tests.GraphQL;

/// <summary>The promises by cursors, with nodes.</summary>
public sealed class GraphQLPromises : ConnectorPromises
{
    protected override string Vendor => "graphql";

    protected override bool TellsOwner => false;

    protected override IReadOnlyList<string> Streams => ["customers", "orders"];

    protected override string Main => "customers";

    // A list without a deleted record does not say that it is gone.
    protected override bool SeesDeletions => false;

    protected override IReadOnlyDictionary<string, object?> Change =>
        new Dictionary<string, object?> { ["name"] = "Changed", ["creditLimit"] = "12.50" };

    protected override IReadOnlyDictionary<string, object?> At(DateTimeOffset time) =>
        new Dictionary<string, object?> { ["createdAt"] = time.UtcDateTime, ["updatedAt"] = time.UtcDateTime };

    protected override IReadOnlyDictionary<string, string> Settings(Uri address) =>
        ShopQueries.Settings(address, ShopQueries.Customers + ShopQueries.Orders);
}
