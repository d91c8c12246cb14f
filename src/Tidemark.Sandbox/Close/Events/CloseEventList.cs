using System.Globalization;
using Microsoft.AspNetCore.Http;
using Tidemark.Sandbox.Faults;
using Tidemark.Sandbox.Records;
using Tidemark.Sandbox.Serving;

namespace Tidemark.Sandbox.Close.Events;

/// <summary>Answers <c>/event/</c>: newest first, at most 50 a page, by cursor.</summary>
internal sealed class CloseEventList(CloseEventLog log, CloseWorld world)
{
    private const int MaxLimit = 50;

    private static readonly string[] Filters =
        ["object_type", "object_id", "action", "lead_id", "user_id", "request_id"];

    // In the order of Filters. Nothing at all is possible as well.
    private static readonly string[] Combinations =
    [
        "", "object_type,object_id", "object_type,action", "object_id,action", "object_type,lead_id",
        "object_type,action,lead_id", "object_type,lead_id,user_id", "object_type,action,lead_id,user_id",
        "lead_id,user_id", "object_id,user_id", "object_id,action,user_id", "object_type,user_id",
        "object_type,action,user_id", "lead_id", "user_id", "request_id",
    ];

    public Answer List(CloseQuery query, FiredFaults fired)
    {
        var limit = Math.Min(query.TakeLimit(), MaxLimit);
        var cursor = query.Take("_cursor");
        var asked = Filters.Select(name => (Name: name, Value: query.Take(name)))
            .Where(filter => filter.Value is not null).ToList();
        var combination = string.Join(',', asked.Select(filter => filter.Name));
        if (!Combinations.Contains(combination))
            throw CloseProblem.Bad($"These filters cannot be combined: {combination}.");
        // With a cursor, the times that were asked for are of no account.
        var range = query.TakeRange("date_updated") is { } wanted && cursor is null ? wanted : new RecordRange();
        query.Close();

        var events = log.Read(
            one => IsWithin(one, range) && asked.All(filter => Value(one, filter.Name) == filter.Value));
        var start = cursor is null ? 0 : events.FindIndex(one => one.Updated.UtcTicks < Ticks(cursor));
        if (start < 0) start = events.Count;
        if (cursor is not null && fired.Has(FaultKind.RepeatPage)) start = Math.Max(0, start - limit);
        var page = events.Skip(start).Take(limit).ToList();
        var hasMore = ClosePage.SaysMore(events.Count > start + limit, fired) && page.Count > 0;
        return ClosePage.Answer(
            page, fired, (json, one) => one.Write(json, world),
            json =>
            {
                ClosePage.Member(json, "cursor_next", hasMore ? Cursor(page[^1]) : null);
                json.Raw(",\"cursor_previous\":null"u8);
            });
    }

    public Answer Get(string id)
    {
        var one = world.EventIds.TryIndex(id, out var number) ? log.Find(each => each.Number == number) : null;
        if (one is null) throw CloseProblem.Missing();
        var json = new JsonBuffer(4096);
        one.Write(json, world);
        return new(StatusCodes.Status200OK, json);
    }

    private static bool IsWithin(CloseEvent one, RecordRange range) =>
        new RecordKey(one.Updated.ToUnixTimeSeconds(), one.Number) is var key
        && key > range.After && key < range.Before;

    private static string? Value(CloseEvent one, string filter) => filter switch
    {
        "object_type" => one.ObjectType,
        "object_id" => one.ObjectId,
        "action" => one.Action,
        "lead_id" => one.LeadId,
        _ => null,
    };

    private static string Cursor(CloseEvent last) => last.Updated.UtcTicks.ToString("x", CultureInfo.InvariantCulture);

    private static long Ticks(string cursor) =>
        long.TryParse(cursor, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var ticks)
            ? ticks : throw CloseProblem.Bad("Invalid cursor.");
}
