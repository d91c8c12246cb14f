using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Square;

/// <summary>Locations come whole in one answer, inactive ones too; there is no filter and no trace of deleted ones.</summary>
/// <remarks>https://developer.squareup.com/reference/square/locations-api/list-locations.</remarks>
internal static class SquareLocations
{
    private static readonly PageShape Shape = new("locations") { OmitsEmpty = true };

    public static readonly HttpListing Listing =
        new("locations", _ => HttpCall.Get("/v2/locations"), Paging.None)
        {
            OmitsEmpty = true,
            End = new(EndProof.OneAnswer, "https://developer.squareup.com/reference/square/locations-api/list-locations"),
        };

    public static async Task<IReadOnlyList<string>> IdsAsync(HttpExchange exchange, CancellationToken cancellationToken)
    {
        using var page = await exchange.SendAsync(HttpCall.Get("/v2/locations"), Shape, cancellationToken);
        return [.. Enumerable.Range(0, page.Records.Count).Select(index => page.Value(index, "id")).OfType<string>()];
    }
}
