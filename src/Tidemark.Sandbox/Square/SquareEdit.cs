using System.Text.Json;
using System.Text.Json.Nodes;
using Tidemark.Sandbox.Records;
using Tidemark.Sandbox.Square.Shapes;

namespace Tidemark.Sandbox.Square;

/// <summary>One edit of one record, and what follows from it.</summary>
internal sealed class SquareEdit(SquareRecords records, Tombstones tombstones, TimeProvider clock)
{
    private const string Variations = "variations";

    /// <summary>A generated record with some fields replaced. Answers its id.</summary>
    public string Create(RecordStream stream, JsonObject fields)
    {
        var index = stream.NextIndex;
        var created = SquareTime.TryParse(fields["created_at"]?.ToString(), out var given)
            ? DateTimeOffset.FromUnixTimeMilliseconds(given).ToUnixTimeSeconds() : clock.GetUtcNow().ToUnixTimeSeconds();
        using var buffer = new JsonBuffer(4096);
        stream.Seeded.Write(buffer, index, created, Form.Complete);
        var record = JsonNode.Parse(buffer.Written.Span)!.AsObject();
        Touch(stream, record);
        Merge(record, fields);

        var id = stream == records.CountStream ? SquareChanges.CountId(record)! : record["id"]!.ToString();
        var json = Serialize(record);
        stream.Add(new(created, index), id, json);
        Follow(stream, record, id);
        return id;
    }

    public string Update(RecordStream stream, RecordEntry entry, JsonObject fields)
    {
        var record = Read(stream, entry);
        Touch(stream, record);
        Merge(record, fields);
        stream.Change(entry, Serialize(record));
        var id = stream.IdOf(entry);
        Follow(stream, record, id);
        return id;
    }

    public string Delete(RecordStream stream, RecordEntry entry)
    {
        var id = stream.IdOf(entry);
        var record = Read(stream, entry);
        var children = stream == records.ItemStream ? records.VariationsOf(id) : [];
        stream.Delete(entry);
        foreach (var child in children) Delete(records.VariationStream, child);
        if (stream == records.VariationStream) DropCounts(id);
        if (stream.Seeded is CatalogRecords kind)
        {
            Touch(stream, record);
            record["is_deleted"] = true;
            tombstones.Add(new(kind.Type, clock.GetUtcNow().ToUnixTimeMilliseconds(), Serialize(record)));
            Follow(stream, record, id);
        }

        return id;
    }

    /// <summary>Sets the times and the version that every change sets.</summary>
    private void Touch(RecordStream stream, JsonObject record)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        if (stream.Seeded is CatalogRecords) (record["updated_at"], record["version"]) = (SquareTime.Text(now), now);
        if (stream == records.CountStream) record["calculated_at"] = SquareTime.Text(now);
        if (stream != records.OrderStream) return;
        record["updated_at"] = SquareTime.Text(now);
        record["version"] = (record["version"]?.GetValue<int>() ?? 0) + 1;
    }

    private void Follow(RecordStream stream, JsonObject record, string id)
    {
        if (stream == records.OrderStream) FollowLines(record, id);
        if (stream != records.VariationStream || record[records.Variations.Data]?["item_id"]?.ToString() is not { } item) return;
        // An item shows its variations, so it is another version with every one of theirs.
        if (records.ItemStream.TryFind(item, out var entry) && !entry.IsDeleted) Update(records.ItemStream, entry, []);
    }

    private void FollowLines(JsonObject order, string id)
    {
        var now = order["line_items"]?.AsArray().Select(line => line!.AsObject()).ToDictionary(line => line["uid"]!.ToString()) ?? [];
        var lines = records.LineStream;
        foreach (var (uid, line) in now)
        {
            var json = LineItemRecords.Take(order, line);
            if (lines.TryFind(LineItemRecords.IdOf(id, uid), out var known) && !known.IsDeleted) lines.Change(known, json);
            else lines.Add(new(clock.GetUtcNow().ToUnixTimeSeconds(), lines.NextIndex), LineItemRecords.IdOf(id, uid), json);
        }

        foreach (var gone in LinesOf(id).Where(line => !now.ContainsKey(lines.IdOf(line).Split(':')[1]))) lines.Delete(gone);
    }

    private List<RecordEntry> LinesOf(string order)
    {
        var (lines, world) = (records.LineStream, records.World);
        var found = new List<RecordEntry>();
        if (world.OrderIds.TryIndex(order, out var index) && index < world.Orders.Count)
        {
            for (var at = 0; at < world.LinesOf.Of(index); at++) found.Add(lines.At(world.LinesOf.Before(index) + at));
        }

        for (var added = world.LineItems.Count; added < lines.NextIndex; added++) found.Add(lines.At(added));
        return [.. found.Where(line => !line.IsDeleted && lines.IdOf(line).StartsWith(order + ':', StringComparison.Ordinal))];
    }

    private void DropCounts(string variation)
    {
        var counts = records.CountStream;
        foreach (var entry in counts.Read(new RecordRange(), int.MaxValue)
            .Where(entry => counts.IdOf(entry).StartsWith(variation + ':', StringComparison.Ordinal))) counts.Delete(entry);
    }

    /// <summary>A record as it is kept: what it shows of other records is not part of it.</summary>
    private static JsonObject Read(RecordStream stream, RecordEntry entry)
    {
        using var buffer = new JsonBuffer(4096);
        stream.Write(buffer, entry, Form.Complete);
        return JsonNode.Parse(buffer.Written.Span)!.AsObject();
    }

    private byte[] Serialize(JsonObject record)
    {
        if (record[records.Items.Data] is JsonObject item) item.Remove(Variations);
        return JsonSerializer.SerializeToUtf8Bytes(record, JsonText.Options);
    }

    /// <summary>Sets fields; within an object that is there, only those that are given. Null takes a field away.</summary>
    private static void Merge(JsonObject record, JsonObject fields)
    {
        foreach (var (name, value) in fields)
        {
            if (value is null) record.Remove(name);
            else if (value is JsonObject inner && record[name] is JsonObject known) Merge(known, inner);
            else record[name] = value.DeepClone();
        }
    }
}
