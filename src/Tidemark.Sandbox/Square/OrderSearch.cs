using System.Text.Json;
using Tidemark.Sandbox.Faults;
using Tidemark.Sandbox.Records;
using Tidemark.Sandbox.Serving;
using Tidemark.Sandbox.Square.Shapes;

namespace Tidemark.Sandbox.Square;

/// <summary>Answers searches of orders.</summary>
/// <remarks>https://developer.squareup.com/docs/orders-api/manage-orders/search-orders.</remarks>
internal sealed class OrderSearch(SquareWorld world, OrderRecords records, RecordStream orders, RecordStream locations)
{
    private const int DefaultLimit = 500;
    private const int MaxLimit = 1000;
    private const int MaxLocations = 10;
    private const string Created = "created_at";

    public Answer Answer(JsonElement body, SquareCursor cursor, FiredFaults fired)
    {
        SquareQuery.Allow(body, "location_ids", "cursor", "query", "limit", "return_entries");
        var limit = SquareQuery.Number(body, "limit") ?? DefaultLimit;
        if (limit is < 1 or > MaxLimit) throw SquareProblem.Invalid("VALUE_TOO_HIGH", "limit", "limit is between 1 and 1000.");
        var filters = new List<RecordFilter> { AtLocations(body) };
        var query = OrderQuery.Read(body);
        if (query.States is { } states) filters.Add(new("state", index => states.Contains(records.StateOf(index)), text => states.Contains(text!)));

        // Without an end the first page's time is the end of all pages.
        var position = fired.Has(FaultKind.RepeatPage) ? cursor.Before : cursor.Position;
        var (start, end) = (query.Start ?? long.MinValue, query.End ?? cursor.First);
        filters.Add(InRange(query.Field, start, end));
        var found = query.Field == Created
            ? ByCreation(filters, start, end, position, query.NewestFirst, limit + 1)
            : TimedSearch.After(
                orders.Read(new RecordRange { Filters = filters }, int.MaxValue).Select(entry => new Timed(Time(entry, query.Field) ?? 0, entry)),
                position, query.NewestFirst, limit + 1);
        var page = found.Take(limit).ToList();
        var next = page.Count > 0 ? cursor.At(page[^1].Position) : cursor;
        if (SquareQuery.Flag(body, "return_entries"))
        {
            return new SquarePage<Timed>("order_entries", page, cursor, next, found.Count > limit)
                .Answer(fired, (json, order) => WriteEntry(json, order.Entry));
        }

        return new SquarePage<Timed>("orders", page, cursor, next, found.Count > limit)
            .Answer(fired, (json, order) => orders.Write(json, order.Entry, Form.Complete));
    }

    private void WriteEntry(JsonBuffer json, RecordEntry entry)
    {
        using var whole = new JsonBuffer(4096);
        orders.Write(whole, entry, Form.Complete);
        using var order = JsonDocument.Parse(whole.Written);
        json.Add($$"""{"order_id":{{orders.IdOf(entry)}}""");
        foreach (var name in new[] { "version", "location_id" })
        {
            if (order.RootElement.TryGetProperty(name, out var value)) json.Raw($",\"{name}\":{value.GetRawText()}");
        }

        json.Raw("}"u8);
    }

    private RecordFilter AtLocations(JsonElement body)
    {
        var ids = SquareQuery.Texts(body, "location_ids");
        if (ids is null or []) throw SquareProblem.Missing("location_ids");
        if (ids.Count > MaxLocations) throw SquareProblem.Invalid("ARRAY_LENGTH_TOO_LONG", "location_ids", "At most 10 locations.");
        if (ids.FirstOrDefault(id => !locations.TryFind(id, out _)) is { } unknown)
            throw SquareProblem.Invalid("INVALID_VALUE", "location_ids", $"There is no location {unknown}.");
        var seeded = ids.Select(id => world.LocationIds.TryIndex(id, out var index) ? index : -1).ToHashSet();
        return new("location_id", index => seeded.Contains(records.LocationOf(index)), text => ids.Contains(text!));
    }

    private RecordFilter InRange(string field, long start, long end) => new(
        field,
        index => records.Time(index, field) is { } time && time >= start && time <= end,
        text => SquareTime.TryParse(text, out var time) && time >= start && time <= end);

    /// <summary>The stream lies in the order of creation: no need to look at all of it.</summary>
    private List<Timed> ByCreation(
        List<RecordFilter> filters, long start, long end, string position, bool newestFirst, int count)
    {
        // An order's place is its second; a second more on either side leaves the milliseconds to the filter.
        var range = new RecordRange { Filters = filters, FromOldest = !newestFirst, Before = RecordKey.AfterAllOf(end / 1000) };
        if (start > long.MinValue) range = range with { After = RecordKey.BeforeAllOf(start / 1000 - 1) };
        if (position.Length > 0)
        {
            var parts = position.Split(':');
            var key = new RecordKey(Parse(parts[0]), Parse(parts[1]));
            range = newestFirst ? range with { Before = key } : range with { After = key };
        }

        var found = orders.Read(range, count);
        if (!newestFirst) found.Reverse();
        return [.. found.Select(entry => new Timed(entry.Key.Created, entry))];
    }

    private long? Time(RecordEntry entry, string field) =>
        entry.Changed is { Json: { } json } ? TimedSearch.TimeOf(json, field) : records.Time(entry.Index, field);

    private static long Parse(string number) => long.Parse(number, System.Globalization.CultureInfo.InvariantCulture);
}
