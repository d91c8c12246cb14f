using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tidemark.Sandbox.Faults;
using Tidemark.Sandbox.Records;
using Tidemark.Sandbox.Serving;

namespace Tidemark.Sandbox.Zoho;

/// <summary>Answers the list of a module: pages by token or number, fields, ids, and what changed since a time.</summary>
internal sealed class ZohoList(ZohoTable table, ZohoRules rules, TimeProvider clock)
{
    private const int MaxPage = 200;
    private const int MaxFields = 50;
    private const int MaxLength = 1024;

    public Answer Read(HttpRequest request, FiredFaults fired)
    {
        var query = request.Query;
        var fields = Fields(query["fields"]);
        var size = Number(query["per_page"], MaxPage, MaxPage, "per_page");
        var page = query.ContainsKey("page") ? Number(query["page"], 1, int.MaxValue, "page") : (int?)null;
        var token = query["page_token"].ToString();
        if (query["ids"].ToString() is { Length: > 0 } ids) return ReadIds(ids, fields, query["converted"].ToString());
        if (page is not null && token.Length > 0) throw ZohoProblem.Invalid("page_token");
        if ((long)size * (page ?? 1) > rules.PageCap)
            throw new ZohoProblem(400, "DISCRETE_PAGINATION_LIMIT_EXCEEDED",
                "You can only get the first 2000 records without using page_token param.", $$"""{"limit":{{rules.PageCap}}}""");

        var now = clock.GetUtcNow().ToUnixTimeSeconds();
        var place = token.Length > 0 ? ZohoPosition.Parse(token, request, now) : ZohoPosition.Start;
        if (place.Read + size > rules.TokenCap)
            throw new ZohoProblem(400, "PAGINATION_LIMIT_EXCEEDED",
                "You can only get up to first 100000 records using page_token param.");

        var after = fired.Has(FaultKind.RepeatPage) && token.Length > 0 ? place.Before : place.After;
        var since = Since(request);
        var found = Ordered(query, after, since)
            .Where(record => IsAsked(record.Entry, query["converted"].ToString()))
            .Skip(page is { } number ? (number - 1) * size : 0)
            .Take(size + 1).ToList();
        if (found.Count == 0) return Nothing(since is not null && token.Length == 0 && page is null or 1);

        var hasMore = found.Count > size;
        if (hasMore) found.RemoveAt(size);
        var says = fired.Has(FaultKind.EmptyPage) || fired.Has(FaultKind.HasMoreLieTrue)
            || (hasMore && !fired.Has(FaultKind.HasMoreLieFalse));
        var next = (hasMore || says) && rules.GivesPageTokens
            ? new ZohoPosition(found[^1].Key, after, place.Read + size, now + rules.PageTokenSeconds).ToToken(request) : null;
        if (fired.Has(FaultKind.EmptyPage)) found.Clear();
        var json = new JsonBuffer();
        json.Raw("""{"data":"""u8);
        Write(json, found.Select(record => record.Entry), fields);
        json.Add($$""","info":{"per_page":{{size}},"count":{{found.Count}},"page":{{page ?? 1 + (place.Read / size)}}""");
        json.Add($$""","sort_by":{{Sort(query)}},"sort_order":{{(IsAscending(query) ? "asc" : "desc")}},"more_records":{{says}},"next_page_token":{{next}}""");
        json.Add($$""","previous_page_token":null,"page_token_expiry":{{(next is null ? null : ZohoTime.Text(now + rules.PageTokenSeconds))}}""");
        json.Raw("}}"u8);
        return new(200, json);
    }

    /// <summary>How many records there are; of leads, those that the list gives as well.</summary>
    public long Count(IQueryCollection query)
    {
        if (query.Keys.FirstOrDefault(name => name != "converted") is { } unknown)
            throw new NotSupportedException($"This stand-in counts without {unknown}.");
        return table.ById(RecordKey.First, isAscending: true)
            .LongCount(record => IsAsked(record.Entry, query["converted"].ToString()));
    }

    /// <summary>Fields that are asked for. Every answer has the id and the system's own besides.</summary>
    public static HashSet<string> Fields(string? asked)
    {
        if (string.IsNullOrEmpty(asked)) throw ZohoProblem.Missing("fields");
        if (asked.Length > MaxLength) throw ZohoProblem.Invalid("fields");
        var fields = asked.Split(',', StringSplitOptions.TrimEntries).ToHashSet(StringComparer.Ordinal);
        return fields.Count <= MaxFields
            ? fields : throw new ZohoProblem(400, "LIMIT_EXCEEDED", "maximum fields limit exceeded", """{"limit":50}""");
    }

    private Answer ReadIds(string ids, HashSet<string> fields, string converted)
    {
        if (ids.Length > MaxLength) throw ZohoProblem.Invalid("ids");
        var found = ids.Split(',').Select(id => (IsKnown: table.Stream.TryFind(id, out var entry), Entry: entry))
            .Where(each => each.IsKnown && !each.Entry.IsDeleted && IsAsked(each.Entry, converted))
            .Select(each => each.Entry)
            // Newest id first, as any list without an order of its own.
            .OrderByDescending(entry => entry.Index).ToList();
        if (found.Count == 0) return Nothing(isUnchanged: false);
        var json = new JsonBuffer();
        json.Raw("""{"data":"""u8);
        Write(json, found, fields);
        json.Add($$""","info":{"per_page":200,"count":{{found.Count}},"page":1,"more_records":false,"next_page_token":null""");
        json.Raw("}}"u8);
        return new(200, json);
    }

    private void Write(JsonBuffer json, IEnumerable<RecordEntry> entries, HashSet<string> fields)
    {
        json.Raw("["u8);
        var isFirst = true;
        foreach (var entry in entries)
        {
            if (!isFirst) json.Raw(","u8);
            isFirst = false;
            Project(json, table.Read(entry), fields);
        }

        json.Raw("]"u8);
    }

    internal static void Project(JsonBuffer json, ReadOnlySpan<byte> record, HashSet<string> fields)
    {
        var reader = new Utf8JsonReader(record);
        reader.Read();
        var isFirst = true;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var start = (int)reader.TokenStartIndex;
            var name = reader.GetString()!;
            reader.Read();
            reader.Skip();
            if (name != "id" && !name.StartsWith('$') && !fields.Contains(name)) continue;
            json.Raw(isFirst ? "{"u8 : ","u8);
            isFirst = false;
            json.Raw(record[start..(int)reader.BytesConsumed]);
        }

        json.Raw("}"u8);
    }

    private IEnumerable<(RecordKey Key, RecordEntry Entry)> Ordered(IQueryCollection query, RecordKey after, long? since)
    {
        var isByChange = Sort(query) == "Modified_Time";
        if (isByChange && !IsAscending(query))
        {
            return table.ByChange(RecordKey.First).Reverse()
                .SkipWhile(record => after != RecordKey.First && record.Key >= after)
                .TakeWhile(record => since is null || record.Key.Created >= since);
        }

        if (isByChange) return table.ByChange(since is { } from ? RecordKey.Max(after, RecordKey.BeforeAllOf(from)) : after);
        if (since is null) return table.ById(after, IsAscending(query));
        var changed = table.ByChange(RecordKey.BeforeAllOf(since.Value)).Select(record => record.Entry.Index).ToHashSet();
        return table.ById(after, IsAscending(query)).Where(record => changed.Contains(record.Entry.Index));
    }

    private bool IsAsked(RecordEntry entry, string converted) =>
        converted == "both" || table.IsConverted(entry) == (converted == "true");

    private Answer Nothing(bool isUnchanged) => new(isUnchanged && rules.SaysNotModified ? 304 : 204, new JsonBuffer(16));

    private static string Sort(IQueryCollection query) => query["sort_by"].ToString() switch
    {
        "" or "id" => "id",
        "Created_Time" => "Created_Time",
        "Modified_Time" => "Modified_Time",
        _ => throw ZohoProblem.Invalid("sort_by"),
    };

    private static bool IsAscending(IQueryCollection query) => query["sort_order"] == "asc";

    internal static long? Since(HttpRequest request)
    {
        var header = request.Headers.IfModifiedSince.ToString();
        if (header.Length == 0) return null;
        return header.Contains('T', StringComparison.Ordinal) && ZohoTime.Seconds(header) is { } since
            ? since : throw ZohoProblem.Invalid("If-Modified-Since");
    }

    internal static int Number(string? text, int otherwise, int most, string name)
    {
        if (string.IsNullOrEmpty(text)) return otherwise;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= most
            ? number : throw ZohoProblem.Invalid(name);
    }
}
