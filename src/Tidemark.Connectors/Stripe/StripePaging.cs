using Tidemark.Engine.Records;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Stripe;

/// <summary>How Stripe's lists are asked for: newest first, by the id of the last record, at most 100 a page.</summary>
/// <remarks>https://docs.stripe.com/api/pagination.</remarks>
internal static class StripePaging
{
    public const int MaxPageSize = 100;

    // An id that is last has no successor: asking behind it shows that.
    private static readonly ListEnd End = new(EndProof.NothingFollows, "https://docs.stripe.com/api/pagination");

    private static readonly Paging ById = Paging.ByLastRecord("id", hasMore: "has_more");

    /// <summary>A list with a filter on <c>created</c>, in Unix seconds.</summary>
    /// <param name="list">The call without paging, e.g. <c>GET /v1/subscriptions?status=all</c>.</param>
    /// <param name="pageSize">1 to 100.</param>
    public static HttpListing ByCreated(HttpCall list, int pageSize) =>
        new("data",
            slice => Page(list, pageSize, slice).With("created[gte]", slice.From).With("created[lt]", slice.To),
            ById)
        {
            PageSize = pageSize,
            End = End,
            Range = new ListingRange("created", WireTime.UnixSeconds, RangeOrder.NewestFirst),
            LosesPosition = error => error.Code == StripeErrors.PositionGone,
        };

    /// <summary>
    /// A list within an object, by the address that the object gives, e.g. <c>/v1/invoices/in_1/lines</c>.
    /// </summary>
    public static HttpListing Nested(string address) =>
        new("data", slice => Page(HttpCall.Get(address), MaxPageSize, slice), ById)
        {
            End = End,
            LosesPosition = error => error.Code == StripeErrors.PositionGone,
        };

    private static HttpCall Page(HttpCall list, int pageSize, Slice slice) =>
        list.With("limit", pageSize).With("starting_after", slice.Position);
}
