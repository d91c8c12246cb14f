using System.Text.Json;

namespace Tidemark.Sandbox.Square;

/// <summary>What a search of orders asks for.</summary>
/// <param name="Field">The time to sort by, e.g. <c>created_at</c>.</param>
/// <param name="NewestFirst">Whether the order is descending.</param>
/// <param name="Start">Milliseconds since 1970, included; null for no start.</param>
/// <param name="End">Milliseconds since 1970, included; null for no end.</param>
/// <param name="States">States to return; null for all.</param>
internal sealed record OrderQuery(string Field, bool NewestFirst, long? Start, long? End, IReadOnlyList<string>? States)
{
    private static readonly string[] Times = ["created_at", "updated_at", "closed_at"];

    /// <exception cref="SquareProblem">400: an unknown part, several times, or another time to sort by than to filter by.</exception>
    public static OrderQuery Read(JsonElement body)
    {
        var query = Part(body, "query", "filter", "sort");
        var filter = Part(query, "filter", "state_filter", "date_time_filter", "source_filter", "customer_filter", "fulfillment_filter");
        var sort = Part(query, "sort", "sort_field", "sort_order");
        var times = Part(filter, "date_time_filter", Times);
        var field = sort.TryGetProperty("sort_field", out var name) ? name.ToString().ToLowerInvariant() : "created_at";
        if (!Times.Contains(field)) throw SquareProblem.Invalid("INVALID_VALUE", "sort_field", "There is no such time.");

        var ranges = times.EnumerateObject().ToList();
        if (ranges.Count > 1) throw SquareProblem.Invalid("INVALID_TIME_RANGE", "date_time_filter", "Only one time range is allowed.");
        if (ranges.Count == 1 && ranges[0].Name != field)
            throw SquareProblem.Invalid("INVALID_VALUE", "sort_field", "sort_field must be the time that is filtered by.");

        var range = Part(times, field, "start_at", "end_at");
        var (start, end) = (SquareQuery.Time(range, "start_at"), SquareQuery.Time(range, "end_at"));
        if (start > end) throw SquareProblem.Invalid("INVALID_TIME_RANGE", field, "The range ends before it begins.");

        var states = SquareQuery.Texts(Part(filter, "state_filter", "states"), "states");
        var isNewestFirst = !sort.TryGetProperty("sort_order", out var order) || order.ToString() == "DESC";
        return new(field, isNewestFirst, start, end, states);
    }

    /// <summary>An empty object where there is no such part.</summary>
    private static JsonElement Part(JsonElement whole, string name, params ReadOnlySpan<string> known)
    {
        if (!whole.TryGetProperty(name, out var part)) return JsonElement.Parse("{}");
        SquareQuery.Allow(part, known);
        return part;
    }
}
