using System.Globalization;
using System.Text.Json.Nodes;
using Tidemark.Engine.Records;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Close;

/// <summary>
/// Leads and contacts by Close's search: their lists have no filter by time. Pages follow a cursor; where the cursor
/// may not or cannot be followed, a new search begins at the second that was reached.
/// </summary>
/// <remarks>https://developer.close.com/api/resources/advanced-filtering.</remarks>
internal static class CloseSearch
{
    private const string Path = CloseConnector.Root + "/data/search/";

    /// <summary>Results after which one search is given up for a new one: Close is said to go no further.</summary>
    private const int MaxResults = 10_000;

    /// <param name="objectType"><c>lead</c> or <c>contact</c>.</param>
    /// <param name="field">The time to order and filter by, e.g. <c>date_created</c>.</param>
    /// <param name="fields">What to give of each; without it Close gives ids only.</param>
    /// <param name="pageSize">1 to 200.</param>
    public static HttpListing Of(string objectType, string field, IReadOnlyList<string> fields, int pageSize) => new(
        "data", slice => HttpCall.Search(Path, Body(objectType, field, fields, pageSize, slice).ToJsonString()),
        new Paging((slice, page) => Next(slice, page, field, pageSize), page => page["cursor"] is { Length: > 0 })
        {
            Picks = ["cursor"],
            BindsPosition = true,
            EndsByPosition = true,
            Narrows = true,
        })
    {
        PageSize = pageSize,
        End = new(EndProof.NothingFollows, "https://developer.close.com/api/resources/advanced-filtering"),
        Range = new ListingRange(field, WireTime.Iso8601, RangeOrder.OldestFirst),
        LosesPosition = error => error.Code == CloseErrors.CursorGone,
    };

    /// <summary>How many there are from a second on; null for all.</summary>
    public static HttpCount Count(string objectType, string field, long? from)
    {
        var body = Body(objectType, field, ["id"], 1, new Slice { From = from });
        body["include_counts"] = true;
        return new HttpCount(HttpCall.Search(Path, body.ToJsonString()), "count/total");
    }

    /// <summary>Whether a call is the search for a later page.</summary>
    public static bool HasCursor(HttpCall call) =>
        call.Path == Path && call.Json is { } json && JsonNode.Parse(json)?["cursor"] is not null;

    private static JsonObject Body(string objectType, string field, IReadOnlyList<string> fields, int pageSize, Slice slice)
    {
        var position = Position.Parse(slice.Position);
        var queries = new JsonArray(new JsonObject { ["type"] = "object_type", ["object_type"] = objectType });
        if (Range(position.From ?? slice.From, slice.To) is { } condition)
        {
            queries.Add((JsonNode)new JsonObject
            {
                ["type"] = "field_condition",
                ["field"] = Field(),
                ["condition"] = condition,
            });
        }

        var body = new JsonObject
        {
            ["query"] = new JsonObject { ["type"] = "and", ["queries"] = queries },
            ["sort"] = new JsonArray(new JsonObject { ["direction"] = "asc", ["field"] = Field() }),
            ["_fields"] = new JsonObject { [objectType] = new JsonArray([.. fields.Select(name => JsonValue.Create(name))]) },
            ["_limit"] = pageSize,
        };
        if (position.Cursor is { } cursor) body["cursor"] = cursor;
        return body;

        JsonObject Field() => new()
        {
            ["type"] = "regular_field",
            ["object_type"] = objectType,
            ["field_name"] = field,
        };
    }

    private static JsonObject? Range(long? from, long? to)
    {
        if (from is null && to is null) return null;
        var condition = new JsonObject { ["type"] = "moment_range" };
        if (from is not null) condition["on_or_after"] = Moment(from);
        if (to is not null) condition["before"] = Moment(to);
        return condition;

        static JsonObject Moment(long? second) => new()
        {
            ["type"] = "fixed_utc",
            ["value"] = ClosePaging.Instant(second),
        };
    }

    /// <summary>
    /// After a page: its cursor, or a new search from the last second where the next page could exceed what a search
    /// gives. A search that ends is not believed, as one that was cut off ends like that: it is over when a new one
    /// from its last second finds nothing beyond that second.
    /// </summary>
    private static string? Next(Slice slice, HttpPage page, string field, int pageSize)
    {
        if (page.Records.Count == 0) return null;
        var (first, last) = (ClosePaging.Second(page.First(field)), ClosePaging.Second(page.Last(field)));
        if (first is null || last is null || last < first) throw CloseErrors.OutOfOrder(field);

        var position = Position.Parse(slice.Position);
        var read = position.Read + page.Records.Count;
        var cursor = page["cursor"] is { Length: > 0 } next ? next : null;
        if (cursor is not null && read + pageSize <= MaxResults)
            return (position with { Read = read, Cursor = cursor }).ToString();
        // All of the second that the search began with: a new one would begin with it again.
        if (cursor is null && first == last && position.From == last) return null;
        return new Position(0, last, null).ToString();
    }

    /// <param name="Read">Results of this search so far.</param>
    /// <param name="From">Second that this search begins at, where it is not the slice's.</param>
    /// <param name="Cursor">The page's cursor; null for the first page of the search.</param>
    private readonly record struct Position(int Read, long? From, string? Cursor)
    {
        public static Position Parse(string? text)
        {
            if (text is null) return default;
            var parts = text.Split(':', 3);
            return new Position(
                int.Parse(parts[0], CultureInfo.InvariantCulture),
                parts[1].Length == 0 ? null : long.Parse(parts[1], CultureInfo.InvariantCulture),
                parts[2].Length == 0 ? null : parts[2]);
        }

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Read}:{From}:{Cursor}");
    }
}
