using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Close;

/// <summary>
/// Changes of one stream: first what its list shows by <c>date_updated</c>, where it has such a filter, then the
/// rest from the event log. Events hold the object too, but not for every role and not for long, so that changed
/// objects are read anew. Close may show events late and out of order; the overlap of the readings covers that.
/// </summary>
/// <param name="feed">The stream.</param>
/// <param name="listing">Its list of everything, by creation.</param>
/// <param name="floor">Objects created before this second are ignored; null reads all.</param>
/// <remarks>https://developer.close.com/api/resources/events; kept for 30 days.</remarks>
internal sealed class CloseEvents(CloseFeed feed, HttpListing listing, long? floor)
{
    public const string CursorParameter = "_cursor";

    public static readonly TimeSpan Reach = TimeSpan.FromDays(30);

    private const string Path = CloseConnector.Root + "/event/";
    private const int MaxPageSize = 50;
    private const int MaxFetches = 8;

    // Ids have about 50 characters, and Close advises against addresses of more than 2,000.
    private const int IdsAtOnce = 30;

    /// <summary>A cheap call that shows whether the log may be read.</summary>
    public static HttpCall Probe => HttpCall.Get(Path).With("_limit", 1);

    /// <summary>Changes of a window. An object is read anew; one that is not there any more is a deletion.</summary>
    public async IAsyncEnumerable<HttpPage> ReadAsync(
        HttpExchange exchange, FeedWindow window, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (from, to) = window;
        var news = new CloseNews(feed);
        if (feed.Updated is { } updated)
        {
            var range = new Slice { From = from, To = to };
            await foreach (var page in exchange.ReadAsync(updated, range, cancellationToken))
            {
                news.Saw(page);
                yield return Wanted(page);
            }
        }

        foreach (var query in feed.Queries)
            await HearAsync(exchange, Log(query, from, to), news, from, cancellationToken);
        if (news.ConcernsAll)
        {
            await foreach (var page in exchange.ReadAsync(listing, new Slice { From = floor, To = to }, cancellationToken))
                yield return page;
        }
        else if (feed.OfLead is { } ofLead)
        {
            foreach (var lead in news.Leads)
            {
                await foreach (var page in exchange.ReadAsync(ofLead(lead), new Slice(), cancellationToken))
                    yield return Wanted(Narrowed(page));
            }
        }

        // A deletion may be older than what the listing has shown: an object that was restored is still there.
        foreach (var ids in news.Changed.Concat(news.Deleted).Chunk(IdsAtOnce))
        {
            if (feed.One is not null)
            {
                yield return Wanted(await FetchAsync(exchange, ids, cancellationToken));
                continue;
            }

            var gone = ids.Intersect(news.Deleted, StringComparer.Ordinal).ToHashSet(StringComparer.Ordinal);
            await foreach (var page in exchange.ReadAsync(feed.Many!(string.Join(',', ids)), new Slice(), cancellationToken))
            {
                for (var index = 0; index < page.Records.Count; index++)
                {
                    if (page.Value(index, "id") is { } id) gone.Remove(id);
                }

                yield return Wanted(page);
            }

            if (gone.Count > 0) yield return Deletions(gone);
        }
    }

    private static async Task HearAsync(
        HttpExchange exchange, HttpListing log, CloseNews news, long from, CancellationToken cancellationToken)
    {
        await foreach (var page in exchange.ReadAsync(log, new Slice(), cancellationToken))
        {
            using (page)
            {
                for (var index = 0; index < page.Records.Count; index++) news.Heard(page, index, from);
                // A cursor leads on beyond the range: with one, Close does not look at the times that were asked for.
                if (ClosePaging.Second(page.Last("date_updated")) < from) return;
            }
        }
    }

    private static HttpListing Log(IReadOnlyList<KeyValuePair<string, string>> filters, long from, long? to)
    {
        var list = HttpCall.Get(Path).With("_limit", MaxPageSize);
        list = list with { Query = [.. list.Query, .. filters] };
        var first = list.With("date_updated__gte", ClosePaging.Instant(from))
            .With("date_updated__lt", ClosePaging.Instant(to));
        return new HttpListing(
            "data", slice => slice.Position is { } cursor ? list.With(CursorParameter, cursor) : first,
            Paging.ByToken("cursor_next"))
        {
            PageSize = MaxPageSize,
            LosesPosition = error => error.Code == CloseErrors.CursorGone,
        };
    }

    /// <summary>The objects as they are now; one that is no more as a deletion.</summary>
    private async Task<HttpPage> FetchAsync(HttpExchange exchange, string[] ids, CancellationToken cancellationToken)
    {
        var fetched = new ConcurrentDictionary<string, OneRecord>(StringComparer.Ordinal);
        try
        {
            await Parallel.ForEachAsync(
                ids, new ParallelOptions { MaxDegreeOfParallelism = MaxFetches, CancellationToken = cancellationToken },
                async (id, token) => fetched[id] = await OneRecord.ReadAsync(
                    exchange, feed.One!(id), failure => failure.Code == CloseErrors.NotFound, token));
            using var records = new HttpPageBuilder();
            foreach (var id in ids)
            {
                if (fetched[id] is { Page: { } found }) records.Add(Narrowed(found.Record(0)).Span);
                else records.Add(Id(id), fetched[id].Unfit is null, fetched[id].Unfit);
            }

            return records.ToPage();
        }
        finally
        {
            foreach (var found in fetched.Values) found.Dispose();
        }
    }

    private HttpPage Narrowed(HttpPage page)
    {
        if (feed.Fields is null) return page;
        using (page)
        using (var narrowed = new HttpPageBuilder())
        {
            for (var index = 0; index < page.Records.Count; index++) narrowed.Add(Narrowed(page.Record(index)).Span);
            return narrowed.ToPage();
        }
    }

    private ReadOnlyMemory<byte> Narrowed(ReadOnlyMemory<byte> record) =>
        feed.Fields is { } fields ? JsonProperties.Join([record], fields.Contains) : record;

    /// <summary>The page without what the listing leaves out too. Takes the page over.</summary>
    private HttpPage Wanted(HttpPage page)
    {
        if (!Enumerable.Range(0, page.Records.Count).Any(IsTooOld)) return page;
        using (page)
        using (var wanted = new HttpPageBuilder())
        {
            for (var index = 0; index < page.Records.Count; index++)
            {
                if (!IsTooOld(index)) wanted.Add(page.Record(index).Span, page.Records[index].IsDeletion, page.Records[index].Unfit);
            }

            return wanted.ToPage();
        }

        bool IsTooOld(int index) => floor is not null && ClosePaging.Second(page.Value(index, "date_created")) < floor;
    }

    private static HttpPage Deletions(IEnumerable<string> ids)
    {
        using var records = new HttpPageBuilder();
        foreach (var id in ids) records.Add(Id(id), isDeletion: true);
        return records.ToPage();
    }

    private static byte[] Id(string id) => Encoding.UTF8.GetBytes(new JsonObject { ["id"] = id }.ToJsonString());
}
