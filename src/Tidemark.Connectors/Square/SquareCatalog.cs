using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Tidemark.Engine.Records;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Square;

/// <summary>
/// Catalog objects of one kind. All of them are listed without a filter; changes since a time come from the same search
/// with <c>begin_time</c>, deleted objects among them.
/// </summary>
/// <remarks>https://developer.squareup.com/reference/square/catalog-api/search-catalog-objects.</remarks>
internal static class SquareCatalog
{
    private static readonly Paging ByCursor = Paging.ByToken("cursor");

    /// <param name="options">Page size, overlap and whether deleted objects stay.</param>
    /// <param name="schema">Columns.</param>
    /// <param name="type">As Square names it; nested kinds such as variations come only where they are named.</param>
    public static HttpStream Stream(SquareOptions options, StreamSchema schema, string type) =>
        new(schema, Listing(type, options.CatalogPageSize, withDeleted: options.KeepDeleted))
        {
            Changes = new ChangeFeed((exchange, window, cancellationToken) =>
                ChangesAsync(exchange, type, options, window.From, cancellationToken), SquareStreams.Always)
            {
                ShowsNew = true,
                Window = SquareStreams.Always, // the search knows no end
            },
            Probes = [Search(type, 1, withDeleted: false, new Slice())],
            Overlap = options.Overlap,
        };

    /// <summary>Objects of a kind; with a lower bound those changed since, the bound's second included.</summary>
    public static HttpListing Listing(string type, int pageSize, bool withDeleted) =>
        new("objects", slice => Search(type, pageSize, withDeleted, slice), ByCursor)
        {
            OmitsEmpty = true,
            PageSize = pageSize,
            LosesPosition = error => error.Code == SquareErrors.CursorGone,
        };

    private static async IAsyncEnumerable<HttpPage> ChangesAsync(
        HttpExchange exchange, string type, SquareOptions options, long from,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var changed = Listing(type, options.CatalogPageSize, withDeleted: true);
        await foreach (var page in exchange.ReadAsync(changed, new Slice { From = from }, cancellationToken))
            yield return options.KeepDeleted ? page : MarkDeleted(page);
    }

    private static HttpPage MarkDeleted(HttpPage page)
    {
        using (page)
        using (var marked = new HttpPageBuilder())
        {
            for (var index = 0; index < page.Records.Count; index++)
                marked.Add(page.Record(index).Span, isDeletion: page.Value(index, "is_deleted") == "true");
            return marked.ToPage(envelope: page);
        }
    }

    private static HttpCall Search(string type, int pageSize, bool withDeleted, Slice slice)
    {
        var body = new JsonObject { ["object_types"] = SquareBody.Array([type]), ["limit"] = pageSize };
        if (withDeleted) body["include_deleted_objects"] = true;
        if (slice.From is { } from) body["begin_time"] = SquareBody.Before(from);
        if (slice.Position is { } cursor) body["cursor"] = cursor;
        return HttpCall.Search("/v2/catalog/search", body.ToJsonString());
    }
}
