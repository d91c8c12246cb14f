using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tidemark.Sandbox.Faults;
using Tidemark.Sandbox.Records;
using Tidemark.Sandbox.Serving;

namespace Tidemark.Sandbox.Stripe;

/// <summary>Pages the list inside one record, e.g. the lines of an invoice.</summary>
internal static class StripeInnerList
{
    /// <param name="record">The whole record.</param>
    /// <param name="field">Field of the list in it.</param>
    /// <param name="itemName">What Stripe calls an item in an error, e.g. <c>line_item</c>.</param>
    /// <param name="url">Address of this list.</param>
    /// <param name="query">What is left after the parameters of the route.</param>
    /// <param name="fired">Faults that hit this page.</param>
    public static Answer Read(
        JsonBuffer record, string field, string itemName, string url, StripeQuery query, FiredFaults fired)
    {
        var limit = query.TakeLimit();
        var after = query.Take("starting_after");
        var before = query.Take("ending_before");
        query.Close();

        using var document = JsonDocument.Parse(record.Written);
        var items = Items(document.RootElement, field);
        var from = 0;
        var to = items.Count;
        if (after is not null)
        {
            var place = Place(items, after, itemName, "starting_after");
            from = fired.Has(FaultKind.RepeatPage) ? Math.Max(0, place + 1 - limit) : place + 1;
        }

        if (before is not null)
        {
            to = Place(items, before, itemName, "ending_before");
            from = Math.Max(from, to - limit);
        }

        var page = items.Skip(from).Take(Math.Min(limit, to - from)).ToList();
        var hasMore = before is null ? from + page.Count < to : from > 0;
        return new StripePage<JsonElement>(url, page, hasMore)
            .Answer(fired, (json, item) => json.Raw(JsonSerializer.SerializeToUtf8Bytes(item, JsonText.Options)));
    }

    /// <summary>One entry of a list inside a record; null if there is none with that id.</summary>
    public static JsonBuffer? Find(JsonBuffer record, string field, string id)
    {
        using var document = JsonDocument.Parse(record.Written);
        foreach (var item in Items(document.RootElement, field))
        {
            if (!item.TryGetProperty("id", out var its) || !its.ValueEquals(id)) continue;
            var json = new JsonBuffer(4096);
            json.Raw(JsonSerializer.SerializeToUtf8Bytes(item, JsonText.Options));
            return json;
        }

        return null;
    }

    // A change at the control port may have made anything of the field.
    private static List<JsonElement> Items(JsonElement record, string field) =>
        record.TryGetProperty(field, out var list) && list.ValueKind == JsonValueKind.Object
            && list.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Array
            ? [.. data.EnumerateArray()]
            : [];

    private static int Place(List<JsonElement> items, string id, string itemName, string parameter)
    {
        var place = items.FindIndex(item => item.TryGetProperty("id", out var its) && its.ValueEquals(id));
        return place >= 0
            ? place
            : throw StripeProblem.Missing(StatusCodes.Status400BadRequest, parameter, itemName, id);
    }
}
