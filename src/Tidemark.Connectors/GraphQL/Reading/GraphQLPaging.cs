using System.Globalization;
using System.Text.Json.Nodes;
using Tidemark.Connectors.GraphQL.Queries;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.GraphQL.Reading;

/// <summary>How the pages of a query follow each other. Pure.</summary>
internal static class GraphQLPaging
{
    private const string Errors = "errors";

    /// <summary>The list of a plan, to be read page by page.</summary>
    public static HttpListing Listing(QueryPlan plan, Func<Slice, HttpCall> call)
    {
        var paging = Of(plan);
        return new HttpListing(plan.RecordsPath, call, paging with { Picks = [.. paging.Picks, Errors] })
        {
            // Numbered pages end where their own rule says.
            PageSize = plan.Paging switch
            {
                PagingStyle.Relay => plan.PageSize ?? int.MaxValue,
                PagingStyle.None => int.MaxValue,
                _ => 0,
            },
            Identity = (plan.List.Elements == "edges" ? "node/" : "") + plan.Definition.Key[0].Replace('.', '/'),
            Range = plan.Definition.Since is null ? null
                : new ListingRange("", Engine.Records.WireTime.Iso8601, RangeOrder.Unordered),
            End = EndOf(plan),
            Total = QueryTotal.PathOf(plan),
            LosesPosition = error => error.Code == GraphQLErrors.CursorRefused,
        };
    }

    /// <summary>Cursors of a connection at a path of an answer, e.g. <c>data/customers</c>.</summary>
    /// <remarks>https://relay.dev/graphql/connections.htm. What hasNextPage says is not relied on: behind the last cursor
    /// nothing must follow. Some servers say true on every page.</remarks>
    public static Paging Relay(string list)
    {
        var (cursor, more) = ($"{list}/pageInfo/endCursor", $"{list}/pageInfo/hasNextPage");
        return new Paging(
            (slice, page) => page[cursor] is { Length: > 0 } next
                && (page[more] == "true" || (page.Records.Count > 0 && next != slice.Position)) ? next : null,
            page => page[more] == "true")
        {
            Picks = [cursor, more],
            BindsPosition = true,
            EndsByPosition = true,
            MayAlwaysClaimMore = true,
        };
    }

    /// <summary>The value of the variable that takes the position; null for the first page by cursors.</summary>
    public static JsonNode? Position(QueryPlan plan, Slice slice) => plan.Paging switch
    {
        PagingStyle.Relay => slice.Position,
        PagingStyle.Offset => Read(slice),
        _ => Number(slice, part: 0) ?? plan.Definition.FirstPage ?? 1,
    };

    private static ListEnd EndOf(QueryPlan plan) => plan.Paging switch
    {
        PagingStyle.None => new(EndProof.OneAnswer, "https://graphql.org/learn/pagination/"),
        PagingStyle.Relay => new(EndProof.NothingFollows, "https://relay.dev/graphql/connections.htm"),
        // Where a record goes while they are counted, the first of the next page slips onto the one that was read, and is passed
        // over: neither an empty page nor a total that is one less shows it.
        _ => new(EndProof.Word, "https://graphql.org/learn/pagination/"),
    };

    private static Paging Of(QueryPlan plan)
    {
        if (plan.Paging == PagingStyle.Relay) return Relay(plan.ListPath);
        if (plan.Paging == PagingStyle.None) return Paging.None;
        if (plan.Definition.HasMore is { } flag)
        {
            var path = Path(flag);
            return new Paging((slice, page) => Next(plan, slice, page), page => page[path] == "true")
            {
                Picks = [path],
                EndsByPosition = true,
            };
        }

        if (plan.Definition.Total is not { } total)
        {
            // Servers cut pages down to limits of their own, so a short page does not end a list: an empty one does.
            return new Paging((slice, page) => Next(plan, slice, page), _ => false) { EndsByPosition = true };
        }

        var count = Path(total);
        return new Paging(
            (slice, page) => long.TryParse(page[count], CultureInfo.InvariantCulture, out var all)
                && Read(slice) + page.Records.Count >= all ? null : Next(plan, slice, page),
            // An empty page is asked for only while the total promises more.
            page => page.Records.Count == 0 && page[count] is not (null or "0"))
        {
            Picks = [count],
        };
    }

    /// <summary>
    /// Where the next page begins: its number, or the offset, and behind a colon the records read so far. Null behind an
    /// empty page.
    /// </summary>
    private static string? Next(QueryPlan plan, Slice slice, HttpPage page)
    {
        if (page.Records.Count == 0) return null;
        var read = Read(slice) + page.Records.Count;
        var next = plan.Paging == PagingStyle.Offset ? read : (long)Position(plan, slice)! + 1;
        return string.Create(CultureInfo.InvariantCulture, $"{next}:{read}");
    }

    private static long Read(Slice slice) => Number(slice, part: 1) ?? 0;

    private static long? Number(Slice slice, int part) =>
        slice.Position is { } position ? long.Parse(position.Split(':')[part], CultureInfo.InvariantCulture) : null;

    /// <summary>Path in an answer of what the settings name below data.</summary>
    public static string Path(string below) => "data/" + below.Replace('.', '/');
}
