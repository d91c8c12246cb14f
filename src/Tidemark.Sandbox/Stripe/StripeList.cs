using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Tidemark.Sandbox.Faults;
using Tidemark.Sandbox.Records;
using Tidemark.Sandbox.Serving;
using Tidemark.Sandbox.Stripe.Shapes;

namespace Tidemark.Sandbox.Stripe;

/// <summary>Answers the list of a stream and its single records.</summary>
internal sealed class StripeList(string name, StripeRecords records, RecordStream stream, StripeExpansion expansion)
{
    private readonly string _url = $"/v1/{name}";

    public Answer List(StripeQuery query, FiredFaults fired)
    {
        var limit = query.TakeLimit();
        var range = Narrow(query.TakeCreated(), query, fired);
        var expand = query.TakeExpand("data.");
        range = range with { Filters = Filters(query) };
        query.Close();

        // One more than requested shows whether there is more; it is at the far end of the range.
        var found = stream.Read(range, limit + 1);
        var hasMore = found.Count > limit;
        if (hasMore) found.RemoveAt(range.FromOldest ? 0 : limit);
        return new StripePage<RecordEntry>(_url, found, hasMore)
            .Answer(fired, (json, entry) => Write(json, entry, expand));
    }

    public Answer Get(string id, StripeQuery query)
    {
        var expand = query.TakeExpand("");
        query.Close();
        var entry = Find(id, "id", StatusCodes.Status404NotFound);
        if (entry.IsDeleted && !records.LeavesTrace)
            throw StripeProblem.Missing(StatusCodes.Status404NotFound, "id", records.ObjectName, id);
        var json = new JsonBuffer(4096);
        if (entry.IsDeleted) json.Add($$"""{"id":{{id}},"object":{{records.ObjectName}},"deleted":true}""");
        else Write(json, entry, expand);
        return new(StatusCodes.Status200OK, json);
    }

    /// <summary>The whole record, as the list inside it is paged from there.</summary>
    public JsonBuffer Complete(string id, string parameter, int status)
    {
        var entry = Find(id, parameter, status);
        if (entry.IsDeleted) throw StripeProblem.Missing(status, parameter, records.ObjectName, id);
        var json = new JsonBuffer();
        stream.Write(json, entry, Form.Complete);
        return json;
    }

    /// <summary>The whole record; null if there is none with that id.</summary>
    public JsonBuffer? TryComplete(string id) => stream.TryFind(id, out var entry) && !entry.IsDeleted
        ? Complete(id, "id", StatusCodes.Status404NotFound) : null;

    /// <summary>The record as a list shows it; null if there is none with that id.</summary>
    public JsonObject? Find(string id)
    {
        if (!stream.TryFind(id, out var entry) || entry.IsDeleted) return null;
        using var json = new JsonBuffer(4096);
        stream.Write(json, entry, Form.Listed);
        return JsonNode.Parse(json.Written.Span)!.AsObject();
    }

    private void Write(JsonBuffer json, RecordEntry entry, IReadOnlyList<string[]> expand)
    {
        var form = expand.Any(path => path[0] == Expandable) ? Form.Expanded : Form.Listed;
        var others = expand.Where(path => path is not [var only] || only != Expandable).ToList();
        if (others.Count == 0)
        {
            stream.Write(json, entry, form);
            return;
        }

        using var buffer = new JsonBuffer(4096);
        stream.Write(buffer, entry, form);
        var record = JsonNode.Parse(buffer.Written.Span)!.AsObject();
        foreach (var path in others) expansion.Expand(record, path);
        json.Raw(JsonSerializer.SerializeToUtf8Bytes(record, JsonText.Options));
    }

    private string? Expandable => records.Nested is { IsExpandable: true } nested ? nested.Field : null;

    private RecordRange Narrow(RecordRange range, StripeQuery query, FiredFaults fired)
    {
        var after = query.Take("starting_after");
        var before = query.Take("ending_before");
        if (after is not null && before is not null)
            throw StripeProblem.Invalid("ending_before", "Give only one of starting_after and ending_before.");

        if (before is not null)
            return range with { After = RecordKey.Max(range.After, KeyOf(before, "ending_before")), FromOldest = true };
        if (after is null) return range;

        var key = KeyOf(after, "starting_after");
        if (!fired.Has(FaultKind.RepeatPage)) return range with { Before = RecordKey.Min(range.Before, key) };
        // The page that ended with this record: upwards from it, and with it.
        var below = key with { Index = key.Index - 1 };
        return range with { After = RecordKey.Max(range.After, below), FromOldest = true };
    }

    private RecordKey KeyOf(string id, string parameter)
    {
        var entry = Find(id, parameter, StatusCodes.Status400BadRequest);
        return entry.IsDeleted
            ? throw StripeProblem.Missing(StatusCodes.Status400BadRequest, parameter, records.ObjectName, id)
            : entry.Key;
    }

    private RecordEntry Find(string id, string parameter, int status) => stream.TryFind(id, out var entry)
        ? entry
        : throw StripeProblem.Missing(status, parameter, records.ObjectName, id);

    private List<RecordFilter> Filters(StripeQuery query)
    {
        var filters = new List<RecordFilter>();
        foreach (var parameter in query.Left)
        {
            if (records.Where(parameter, query.Peek(parameter)) is not { } filter) continue;
            query.Take(parameter);
            filters.Add(filter);
        }

        if (records.Unasked is { } unasked && !filters.Exists(filter => filter.Field == unasked.Field))
            filters.Add(unasked);
        return filters;
    }
}
