using System.Globalization;
using System.Text;
using System.Text.Json;
using Tidemark.Sandbox.Faults;
using Tidemark.Sandbox.Records;
using Tidemark.Sandbox.Serving;

namespace Tidemark.Sandbox.Close;

/// <summary>
/// Answers <c>POST /data/search/</c> as far as it asks for objects of one type in a range of a time, ordered by it.
/// </summary>
internal sealed class CloseSearchDesk(
    IReadOnlyDictionary<string, CloseTable> byType, CloseView view, CloseSettings settings, TimeProvider clock)
{
    private const int MaxLimit = 200;

    public Answer Search(JsonElement? body, FiredFaults fired)
    {
        var ask = Ask.Read(body ?? throw CloseProblem.Bad("The body is not JSON."));
        if (!byType.TryGetValue(ask.ObjectType, out var table))
            throw CloseProblem.Bad($"Cannot search for {ask.ObjectType}.");
        if (ask.Limit is < 1 or > MaxLimit) throw CloseProblem.Invalid("_limit", $"Must be between 1 and {MaxLimit}.");
        var (range, given) = (ask.Range, 0);
        if (ask.Cursor is { } cursor) (range, given) = GoOn(range, cursor, ask.IsAscending);

        var room = Math.Min(ask.Limit, settings.SearchCap - given);
        if (room <= 0 && settings.SearchCapIsSaid) throw CloseProblem.Bad("A search gives no more results than this.");
        var found = table.Read(ask.Field, range, ask.IsAscending, Math.Max(0, room) + 1);
        var hasMore = found.Count > room;
        if (hasMore) found.RemoveAt(room);
        var isCut = !settings.SearchCapIsSaid && given + found.Count >= settings.SearchCap;
        var next = found.Count > 0 && ClosePage.SaysMore(hasMore && !isCut, fired)
            ? Cursor(CloseTable.KeyOf(ask.Field, found[^1]), given + found.Count)
            : fired.Has(FaultKind.EmptyPage) ? ask.Cursor ?? Cursor(RecordKey.First, 0) : null;
        return ClosePage.Answer(
            found, fired, (json, entry) => view.Write(json, table, entry, ask.Fields ?? [], ask.ObjectType),
            json =>
            {
                ClosePage.Member(json, "cursor", next);
                if (!ask.WithCounts) return;
                // A search gives so many records; the total knows no such cap.
                var total = table.CountIn(ask.Field, ask.Range);
                json.Add($$""","count":{"limited":{{Math.Min(total, settings.SearchCap)}},"total":{{total}}}""");
            });
    }

    private string Cursor(RecordKey last, int given)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var text = string.Create(CultureInfo.InvariantCulture, $"{last.Created} {last.Index} {given} {now}");
        return Convert.ToBase64String(Encoding.ASCII.GetBytes(text));
    }

    private (RecordRange Range, int Given) GoOn(RecordRange range, string cursor, bool isAscending)
    {
        Span<byte> bytes = stackalloc byte[200];
        if (!Convert.TryFromBase64String(cursor, bytes, out var length))
            throw CloseProblem.Invalid("cursor", "Invalid cursor.");
        var parts = Encoding.ASCII.GetString(bytes[..length]).Split(' ')
            .Select(part => long.Parse(part, CultureInfo.InvariantCulture)).ToArray();
        var age = clock.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(parts[3]);
        if (age.TotalSeconds > settings.CursorSeconds) throw CloseProblem.Invalid("cursor", "The cursor has expired.");
        var last = new RecordKey(parts[0], parts[1]);
        return (isAscending
            ? range with { After = RecordKey.Max(range.After, last) }
            : range with { Before = RecordKey.Min(range.Before, last) }, (int)parts[2]);
    }

    /// <summary>What a search asks for.</summary>
    private sealed record Ask(string ObjectType, string Field, bool IsAscending, RecordRange Range)
    {
        public IReadOnlyList<string>? Fields { get; private init; }

        public int Limit { get; private init; } = 100;

        public string? Cursor { get; private init; }

        public bool WithCounts { get; private init; }

        public static Ask Read(JsonElement body)
        {
            string? type = null;
            var (field, range) = ("date_created", new RecordRange());
            foreach (var query in body.GetProperty("query").GetProperty("queries").EnumerateArray())
            {
                if (!query.TryGetProperty("object_type", out var asked)) (field, range) = Condition(query);
                else type = asked.GetString();
            }

            if (type is null) throw CloseProblem.Invalid("query", "An object_type is missing.");
            var isAscending = false;
            if (body.TryGetProperty("sort", out var sort))
            {
                isAscending = sort[0].GetProperty("direction").GetString() == "asc";
                field = sort[0].GetProperty("field").GetProperty("field_name").GetString()!;
            }

            return new(type, field, isAscending, range)
            {
                Fields = body.TryGetProperty("_fields", out var fields) && fields.TryGetProperty(type, out var names)
                    ? [.. names.EnumerateArray().Select(name => name.GetString()!)] : null,
                Limit = body.TryGetProperty("_limit", out var limit) ? limit.GetInt32() : 100,
                WithCounts = body.TryGetProperty("include_counts", out var counts) && counts.GetBoolean(),
                Cursor = body.TryGetProperty("cursor", out var cursor) ? cursor.GetString() : null,
            };
        }

        private static (string Field, RecordRange Range) Condition(JsonElement query)
        {
            var field = query.GetProperty("field").GetProperty("field_name").GetString()!;
            var condition = query.GetProperty("condition");
            if (condition.GetProperty("type").GetString() != "moment_range")
                throw CloseProblem.Invalid("query", "Unknown condition.");
            var range = new RecordRange();
            if (Moment("on_or_after") is { } from) range = range with { After = RecordKey.BeforeAllOf(from) };
            if (Moment("before") is { } to) range = range with { Before = RecordKey.BeforeAllOf(to) };
            return (field, range);

            long? Moment(string name) =>
                condition.TryGetProperty(name, out var moment) && moment.ValueKind == JsonValueKind.Object
                ? CloseQuery.Second(name, moment.GetProperty("value").GetString()!) : null;
        }
    }
}
