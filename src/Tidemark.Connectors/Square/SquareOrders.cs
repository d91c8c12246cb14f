using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Tidemark.Engine.Records;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Square;

/// <summary>
/// Orders, searched by at most ten locations at a time. All of them are listed by a time that does not change, oldest
/// first, so that nothing moves while it is read; what is new or changed is found by <c>updated_at</c>, day by day.
/// </summary>
/// <remarks>https://developer.squareup.com/reference/square/orders-api/search-orders.</remarks>
internal static class SquareOrders
{
    private const int MaxLocations = 10;
    private const string UpdatedAt = "updated_at";

    private static readonly Paging ByCursor = Paging.ByToken("cursor");

    /// <param name="options">Page size, workers, bounds and the time to list by.</param>
    /// <param name="schema">Columns.</param>
    /// <param name="records">Makes the stream's records of a page of orders; takes the page over.</param>
    public static HttpStream Stream(SquareOptions options, StreamSchema schema, Func<HttpPage, HttpPage> records) =>
        new(schema, Listing(options, Field(options)) with
        {
            Scopes = SquareLocations.IdsAsync,
            ScopesAtOnce = MaxLocations,
        })
        {
            Complete = (_, page, _) => ValueTask.FromResult(records(page)),
            Changes = new ChangeFeed((exchange, window, cancellationToken) =>
                ChangesAsync(exchange, options, records, window, cancellationToken), SquareStreams.Always)
            {
                ShowsNew = true,
            },
            Parallel = options.Parallel,
            Overlap = options.Overlap,
            Floor = Floor(options),
        };

    private static HttpListing Listing(SquareOptions options, string field) =>
        new("orders", slice => Search(options, field, slice), ByCursor)
        {
            OmitsEmpty = true,
            PageSize = options.OrdersPageSize,
            Range = new ListingRange(field, WireTime.Iso8601, RangeOrder.OldestFirst),
            LosesPosition = error => error.Code == SquareErrors.CursorGone,
        };

    private static async IAsyncEnumerable<HttpPage> ChangesAsync(
        HttpExchange exchange, SquareOptions options, Func<HttpPage, HttpPage> records, FeedWindow window,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var changed = Listing(options, UpdatedAt);
        foreach (var group in (window.Scopes ?? []).Chunk(MaxLocations))
        {
            var slice = new Slice { Scope = string.Join(',', group), From = window.From, To = window.To };
            await foreach (var page in exchange.ReadAsync(changed, slice, cancellationToken))
                yield return records(Wanted(page, options));
        }
    }

    /// <summary>A page without the orders that lie before the start date: one that is read again may be old.</summary>
    private static HttpPage Wanted(HttpPage page, SquareOptions options)
    {
        if (Floor(options) is not { } floor) return page;
        using (page)
        using (var wanted = new HttpPageBuilder())
        {
            for (var index = 0; index < page.Records.Count; index++)
            {
                if (DateTimeOffset.TryParse(page.Value(index, Field(options)), CultureInfo.InvariantCulture,
                    DateTimeStyles.AssumeUniversal, out var at) && at < floor) continue;
                wanted.Add(page.Record(index).Span);
            }

            return wanted.ToPage(envelope: page);
        }
    }

    private static HttpCall Search(SquareOptions options, string field, Slice slice)
    {
        var filter = new JsonObject();
        // A search by closed_at must name closed states; the search for changes must find the same orders.
        if (options.OrdersBy == SquareOrderTime.ClosedAt)
            filter["state_filter"] = new JsonObject { ["states"] = SquareBody.Array(["COMPLETED", "CANCELED"]) };
        if (slice.From is not null || slice.To is not null)
        {
            var range = new JsonObject();
            if (slice.From is { } from) range["start_at"] = SquareBody.At(from);
            // The end is included. What lies on it comes twice, in place of being missed where times are finer than they seem.
            if (slice.To is { } to) range["end_at"] = SquareBody.At(to);
            filter["date_time_filter"] = new JsonObject { [field] = range };
        }

        var query = new JsonObject();
        if (filter.Count > 0) query["filter"] = filter;
        query["sort"] = new JsonObject { ["sort_field"] = field.ToUpperInvariant(), ["sort_order"] = "ASC" };
        var body = new JsonObject
        {
            ["location_ids"] = SquareBody.Array(slice.Scope!.Split(',')),
            ["query"] = query,
            ["limit"] = options.OrdersPageSize,
        };
        if (slice.Position is { } cursor) body["cursor"] = cursor;
        return HttpCall.Search("/v2/orders/search", body.ToJsonString());
    }

    private static string Field(SquareOptions options) =>
        options.OrdersBy == SquareOrderTime.ClosedAt ? "closed_at" : "created_at";

    private static DateTimeOffset? Floor(SquareOptions options) => options.StartDate is { } day
        ? new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero) : null;
}
