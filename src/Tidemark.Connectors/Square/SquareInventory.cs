using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Square;

/// <summary>
/// Counts of variations at locations. All of them are read by batches of variations, as the catalog lists them, with
/// the locations of a batch in parallel: each answer is short, and a cursor that expires costs one of them. Changes
/// come by <c>updated_after</c>, for all variations and locations at once.
/// </summary>
/// <remarks>https://developer.squareup.com/reference/square/inventory-api/batch-retrieve-inventory-counts.</remarks>
internal static class SquareInventory
{
    private const int MaxPageSize = 1000;
    private const string LocationIds = "location_ids";

    public static HttpStream Stream(SquareOptions options) =>
        new(SquareSchemas.Inventory, SquareCatalog.Listing(CatalogType.Variation, options.InventoryBatchSize, withDeleted: false) with
        {
            Scopes = SquareLocations.IdsAsync,
            ScopesAtOnce = int.MaxValue, // the catalog is listed once, for all of them
        })
        {
            ScopeField = LocationIds,
            Parallel = 1,
            Complete = (exchange, page, cancellationToken) => CountsAsync(exchange, page, options, cancellationToken),
            Changes = new ChangeFeed(
                (exchange, window, cancellationToken) => ChangesAsync(exchange, window.From, cancellationToken), SquareStreams.Always)
            {
                ShowsNew = true,
                Window = SquareStreams.Always, // the filter knows no end
            },
            Probes = [Retrieve(new JsonObject(), 1, new Slice())],
            Overlap = options.Overlap,
        };

    /// <summary>The counts of a page of variations, in no order.</summary>
    private static async ValueTask<HttpPage> CountsAsync(
        HttpExchange exchange, HttpPage variations, SquareOptions options, CancellationToken cancellationToken)
    {
        using (variations)
        using (var counts = new HttpPageBuilder())
        {
            var gate = new Lock();
            var ids = new List<string>();
            for (var index = 0; index < variations.Records.Count; index++)
            {
                if (variations.Value(index, "id") is { } id) ids.Add(id);
                else counts.AddUnknown(variations.Record(index).Span, "The variation has no id to ask for its counts by.");
            }

            // Those that the whole reading is about: what is listed may change in the middle of it.
            var locations = variations.First(LocationIds)?.Split(',') ?? [];
            // The size of a catalog page is a wish that Square need not follow.
            var lists = ids.Chunk(options.InventoryBatchSize).SelectMany(batch => locations.Select(location => Listing(batch, location)));
            await Parallel.ForEachAsync(
                lists,
                new ParallelOptions { MaxDegreeOfParallelism = options.Parallel, CancellationToken = cancellationToken },
                async (list, token) =>
                {
                    await foreach (var page in exchange.ReadAsync(list, new Slice(), token))
                    {
                        using (page)
                        {
                            lock (gate)
                            {
                                for (var index = 0; index < page.Records.Count; index++) counts.Add(page.Record(index).Span);
                            }
                        }
                    }
                });
            return counts.ToPage(envelope: variations);
        }
    }

    private static async IAsyncEnumerable<HttpPage> ChangesAsync(
        HttpExchange exchange, long from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var page in exchange.ReadAsync(Listing([], null), new Slice { From = from }, cancellationToken)) yield return page;
    }

    private static HttpListing Listing(IReadOnlyList<string> variations, string? location) =>
        new("counts", slice => Retrieve(Filter(variations, location), MaxPageSize, slice), Paging.ByToken("cursor"))
        {
            OmitsEmpty = true,
            PageSize = MaxPageSize,
            // No count has an id of its own, and at one location and state a variation has one count.
            Identity = "catalog_object_id",
            LosesPosition = error => error.Code == SquareErrors.CursorGone,
        };

    private static JsonObject Filter(IReadOnlyList<string> variations, string? location)
    {
        var body = new JsonObject();
        if (variations.Count > 0) body["catalog_object_ids"] = SquareBody.Array(variations);
        if (location is not null) body["location_ids"] = SquareBody.Array([location]);
        return body;
    }

    private static HttpCall Retrieve(JsonObject body, int limit, Slice slice)
    {
        body["limit"] = limit;
        if (slice.From is { } from) body["updated_after"] = SquareBody.Before(from);
        if (slice.Position is { } cursor) body["cursor"] = cursor;
        return HttpCall.Search("/v2/inventory/counts/batch-retrieve", body.ToJsonString());
    }
}
