using System.Globalization;
using Tidemark.Engine.Records;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Close;

/// <summary>
/// How Close's lists are asked for. A list with a filter by time resumes from the second of the last record instead of
/// counting on: the count that Close takes has a limit, and moves when a record before it is deleted. Only within a
/// second that fills a page is there anything to count.
/// </summary>
/// <remarks>https://developer.close.com/api/overview/pagination.</remarks>
internal static class ClosePaging
{
    // has_more alone is not relied on: behind the last record nothing must follow.
    private static readonly ListEnd End = new(EndProof.NothingFollows, "https://developer.close.com/api/overview/pagination");

    /// <summary>A list that can be filtered by a time and is ordered by it.</summary>
    /// <param name="list">The call without paging, e.g. <c>GET /api/v1/opportunity/?_order_by=date_created</c>.</param>
    /// <param name="field">Name of the time in a record and of its filters, e.g. <c>date_created</c>.</param>
    /// <param name="order">
    /// Oldest or newest first; a page in another order ends the reading with <c>close.out_of_order</c>.
    /// </param>
    /// <param name="pageSize">1 to 100.</param>
    public static HttpListing ByTime(HttpCall list, string field, RangeOrder order, int pageSize)
    {
        var paging = new Paging((slice, page) => Next(slice, page, field, order), page => page["has_more"] == "true")
        {
            Picks = ["has_more"],
            EndsByPosition = true,
        };
        return new HttpListing("data", slice => Page(list, field, order, slice).With("_limit", pageSize), paging)
        {
            PageSize = pageSize,
            End = End,
            Range = new ListingRange(field, WireTime.Iso8601, order),
        };
    }

    /// <summary>A list without such a filter: everything, by counting.</summary>
    /// <param name="call">The call for a slice, without paging.</param>
    /// <param name="pageSize">Null where the list takes no such parameter: it gives everything, or as much as it likes.</param>
    public static HttpListing ByCount(Func<Slice, HttpCall> call, int? pageSize) =>
        new("data",
            slice => call(slice).With("_limit", pageSize).With("_skip", Some(Paging.Offset(slice))),
            Paging.ByOffset("has_more") with { EndsByPosition = pageSize is not null })
        {
            PageSize = pageSize ?? int.MaxValue,
            // A record that goes while they are counted lets another slip onto the page that was read, and be passed over.
            End = End with { Proof = pageSize is null ? EndProof.OneAnswer : EndProof.Word },
        };

    /// <summary>An instant as a filter takes it.</summary>
    /// <param name="second">Since 1970 UTC; null for none.</param>
    public static string? Instant(long? second) => second is { } at
        ? DateTimeOffset.FromUnixTimeSeconds(at)
            .ToString("yyyy-MM-dd'T'HH:mm:ss'+00:00'", CultureInfo.InvariantCulture)
        : null;

    /// <summary>A wire time in whole seconds since 1970 UTC, whatever its offset; null if the text is not a time.</summary>
    public static long? Second(string? wire) => DateTimeOffset.TryParse(
        wire, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)
        ? instant.ToUnixTimeSeconds() : null;

    private static HttpCall Page(HttpCall list, string field, RangeOrder order, Slice slice)
    {
        var (from, to, skip) = (slice.From, slice.To, 0L);
        if (slice.Position is { } position)
        {
            (var second, skip) = Parse(position);
            if (order == RangeOrder.OldestFirst) from = second;
            else to = second + 1;
        }

        return list.With($"{field}__gte", Instant(from)).With($"{field}__lt", Instant(to)).With("_skip", Some(skip));
    }

    private static string? Next(Slice slice, HttpPage page, string field, RangeOrder order)
    {
        if (page.Records.Count == 0) return null;
        if (Second(page.First(field)) is not { } first || Second(page.Last(field)) is not { } last
            || (order == RangeOrder.OldestFirst ? last < first : last > first))
            throw CloseErrors.OutOfOrder(field);

        var (second, count) = slice.Position is { } position ? Parse(position) : default;
        var before = second == last ? count : 0;
        return Format(last, first == last ? before + page.Records.Count : 0);
    }

    private static long? Some(long skip) => skip > 0 ? skip : null;

    private static string Format(long second, long skip) =>
        string.Create(CultureInfo.InvariantCulture, $"{second}+{skip}");

    private static (long Second, long Skip) Parse(string position)
    {
        var plus = position.LastIndexOf('+');
        return (long.Parse(position.AsSpan(0, plus), CultureInfo.InvariantCulture),
            long.Parse(position.AsSpan(plus + 1), CultureInfo.InvariantCulture));
    }
}
