using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Square;

/// <summary>What can be read from Square, parents before their children.</summary>
internal static class SquareStreams
{
    /// <summary>Square keeps what its searches look for without a limit of time.</summary>
    public static readonly TimeSpan Always = TimeSpan.FromDays(36_500);

    public static IReadOnlyList<HttpStream> All(SquareOptions options) =>
    [
        new(SquareSchemas.Locations, SquareLocations.Listing),
        SquareCatalog.Stream(options, SquareSchemas.Categories, "CATEGORY"),
        SquareCatalog.Stream(options, SquareSchemas.Items, "ITEM"),
        SquareCatalog.Stream(options, SquareSchemas.Variations, CatalogType.Variation),
        .. CatalogType.Further.Where(type => options.CatalogTypes.Contains(type.Name))
            .Select(type => SquareCatalog.Stream(options, SquareSchemas.Of(type), type.Name)),
        SquareInventory.Stream(options),
        SquareOrders.Stream(options, SquareSchemas.Orders, page => page),
        SquareOrders.Stream(options, SquareSchemas.LineItems, page => NestedRecords.Unfold(page, "line_items",
            [new("order_id", "id"), new("location_id", "location_id"), new("order_created_at", "created_at")])),
    ];
}
