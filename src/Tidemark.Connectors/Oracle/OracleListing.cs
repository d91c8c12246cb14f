using System.Globalization;
using Tidemark.Engine.Records;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Oracle;

/// <summary>
/// Lists a resource by one of its times, oldest first, at most 500 a page. What the service says of the end is not
/// relied on: <c>hasMore</c> has been wrong, <c>totalResults</c> is not asked for, and a limit may be lowered silently.
/// So each page is followed by one that begins with the second the last one ended in, a page of one second alone by
/// that second's records by id, and the list is over when nothing follows.
/// </summary>
/// <param name="resource">The call without paging and filter, e.g. with the fields and the finder.</param>
/// <param name="id">Unique and numeric, e.g. <c>OptyId</c>.</param>
/// <param name="time">The time to list by, e.g. <c>CreationDate</c>.</param>
/// <param name="query">Syntax of the filter.</param>
/// <param name="condition">What the filter must hold besides; null for nothing.</param>
/// <param name="pageSize">2 to 500.</param>
/// <remarks>https://docs.oracle.com/en/cloud/saas/sales/faaps/Manage_Collections.html.</remarks>
internal sealed class OracleListing(
    HttpCall resource, string id, string time, OracleQuery query, string? condition, int pageSize)
{
    private const string HasMore = "hasMore";
    private const string Count = "count";
    private const string Limit = "limit";

    public HttpListing ToListing() => new("items", Call, new Paging(Next, page => page[HasMore] == "true")
    {
        Picks = [HasMore, Count],
        EndsByPosition = true,
    })
    {
        PageSize = pageSize,
        End = new(EndProof.NothingFollows, "https://docs.oracle.com/en/cloud/saas/sales/faaps/Manage_Collections.html"),
        Identity = id,
        OmitsEmpty = true,
        Range = new ListingRange(time, WireTime.Iso8601, RangeOrder.OldestFirst),
    };

    public HttpCall Call(Slice slice)
    {
        var at = OraclePosition.Of(slice);
        var (from, to) = at.IsWithin ? (at.Second, at.Second + 1) : (at.Second ?? slice.From, slice.To);
        return resource
            .With("q", query.All(query.Between(time, from, to), query.Below(id, at.Below), condition))
            // The time alone is not unique. Within its second it is left out: it may have fractions that are not shown.
            .With("orderBy", at.IsWithin ? $"{id}:desc" : $"{time}:asc,{id}:asc")
            .With(Limit, pageSize);
    }

    /// <summary>Where a slice goes on after a page; null at its end.</summary>
    /// <exception cref="Engine.Errors.TidemarkException">Upstream <c>oracle.not_a_collection</c>,
    /// <c>oracle.not_in_order</c>.</exception>
    public string? Next(Slice slice, HttpPage page)
    {
        var at = OraclePosition.Of(slice);
        if (page.Records.Count == 0)
        {
            // An answer without items that is not blank and does not say zero is something else than an empty list.
            if (page.Bytes.Length > 0 && page[Count] != "0") throw OracleErrors.NotACollection(Call(slice));
            return at.IsWithin ? From(at.Second!.Value + 1) : null;
        }

        var (first, last) = (Second(page.First(time)), Second(page.Last(time)));
        var least = at.Second ?? slice.From ?? long.MinValue;
        var isInOrder = first >= least && last >= first && last < (slice.To ?? long.MaxValue);
        if (!isInOrder || page.Last(id) is not { } lastId || (at.IsWithin && last != at.Second))
            throw OracleErrors.NotInOrder(Call(slice), time);
        if (at.IsWithin) return OraclePosition.Within(last!.Value, lastId);
        // What shares the last second may not have fitted; it is read again with what follows. A page of one second alone may
        // have been cut there, however short it is: that second is read by id, until nothing is left of it.
        return first < last ? From(last.Value) : OraclePosition.Within(last!.Value);

        string? From(long second) => second >= slice.To ? null : OraclePosition.From(second);
    }

    /// <summary>A time without an offset is UTC.</summary>
    private static long? Second(string? wire) => DateTimeOffset.TryParse(
        wire, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)
        ? instant.ToUnixTimeSeconds() : null;
}
