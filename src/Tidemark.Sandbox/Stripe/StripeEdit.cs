using System.Text.Json;
using System.Text.Json.Nodes;
using Tidemark.Sandbox.Records;
using Tidemark.Sandbox.Stripe.Events;
using Tidemark.Sandbox.Stripe.Shapes;

namespace Tidemark.Sandbox.Stripe;

/// <summary>One edit of one record, and the event of it.</summary>
/// <param name="kind">Shape and names.</param>
/// <param name="stream">Stream of the record.</param>
/// <param name="events">Log for the events; null for none.</param>
/// <param name="clock">Clock of creation and update times.</param>
internal sealed class StripeEdit(StripeRecords kind, RecordStream stream, EventLog? events, TimeProvider clock)
{
    public static string? GivenId(JsonObject fields) =>
        fields["id"] is JsonValue id && id.TryGetValue<string>(out var text) ? text : null;

    /// <summary>A generated record with some fields replaced. Answers its id.</summary>
    public string Create(JsonObject fields)
    {
        var index = stream.NextIndex;
        var created = fields["created"] is JsonValue given && given.TryGetValue<long>(out var at) ? at : Now();
        using var buffer = new JsonBuffer(4096);
        kind.Write(buffer, index, created, Form.Complete);
        var record = JsonNode.Parse(buffer.Written.Span)!.AsObject();
        Set(record, fields);

        var id = GivenId(fields) ?? kind.Ids.Text(index);
        var json = Serialize(record);
        stream.Add(new(created, index), id, json);
        events?.Add(EventTypes.Created(kind, record["status"]?.ToString()), Snapshot(json), previous: null);
        return id;
    }

    public string Update(RecordEntry entry, JsonObject fields)
    {
        var record = Read(entry);
        if (kind is ProductRecords && !fields.ContainsKey("updated")) record["updated"] = Now();
        var previous = Set(record, fields);
        var json = Serialize(record);
        stream.Change(entry, json);
        events?.Add(
            EventTypes.Updated(kind, fields.Select(field => field.Key)), Snapshot(json), Serialize(previous));
        return stream.IdOf(entry);
    }

    public string Delete(RecordEntry entry)
    {
        var id = stream.IdOf(entry);
        var record = Read(entry);
        if (kind is SubscriptionRecords) Cancel(record);
        var json = Serialize(record);
        if (kind is SubscriptionRecords) stream.Change(entry, json);
        else stream.Delete(entry);
        events?.Add(EventTypes.Deleted(kind), Snapshot(json), previous: null);
        return id;
    }

    /// <summary>Sets fields and answers the old values of those that differ; null for a field that is new.</summary>
    private static JsonObject Set(JsonObject record, JsonObject fields)
    {
        var previous = new JsonObject();
        foreach (var (name, value) in fields)
        {
            var old = record[name];
            if (record.ContainsKey(name) && JsonNode.DeepEquals(old, value)) continue;
            previous[name] = old?.DeepClone();
            record[name] = value?.DeepClone();
        }

        return previous;
    }

    // Stripe keeps a deleted subscription and lists it as canceled.
    private void Cancel(JsonObject subscription)
    {
        subscription["status"] = "canceled";
        subscription["canceled_at"] = Now();
        subscription["ended_at"] = Now();
        if (subscription["cancellation_details"] is JsonObject details) details["reason"] = "cancellation_requested";
    }

    private JsonObject Read(RecordEntry entry)
    {
        using var buffer = new JsonBuffer(4096);
        stream.Write(buffer, entry, Form.Complete);
        return JsonNode.Parse(buffer.Written.Span)!.AsObject();
    }

    private byte[] Snapshot(byte[] complete)
    {
        if (kind.Nested is null) return complete;
        using var buffer = new JsonBuffer(4096);
        kind.WriteChanged(buffer, complete, Form.Listed);
        return buffer.Written.ToArray();
    }

    private static byte[] Serialize(JsonObject record) => JsonSerializer.SerializeToUtf8Bytes(record, JsonText.Options);

    private long Now() => clock.GetUtcNow().ToUnixTimeSeconds();
}
