using System.Text.Json;
using System.Text.Json.Nodes;
using Tidemark.Sandbox.Control;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Zoho;

/// <summary>Creates, updates and deletes records, and lets the CRM's times and lists tell of it.</summary>
internal sealed class ZohoChanges(SandboxOptions options)
{
    private const int ChoicePurpose = 4500;

    private readonly Lock _gate = new();
    private long _round;

    /// <summary>All of a mutation, or none of it when any part is refused.</summary>
    public MutationResult Apply(ZohoTable table, Mutation mutation)
    {
        lock (_gate)
        {
            var objects = mutation.ReadCreate();
            if (objects.Any(fields => fields.ContainsKey("id"))) throw new ControlException("Zoho gives out ids itself");
            var toUpdate = Select(table.Stream, mutation.Update);
            var toDelete = Select(table.Stream, mutation.Delete);
            return new(
                [.. objects.Select(fields => Create(table, fields))],
                [.. toUpdate.Select(entry =>
                {
                    Update(table, entry, mutation.Update!.Set ?? new JsonObject { ["Description"] = $"change {_round}" });
                    return table.Stream.IdOf(entry);
                })],
                [.. toDelete.Select(entry => Delete(table, table.Stream.At(entry.Index), mutation.Events))]);
        }
    }

    /// <summary>Sets fields, and the time of the change unless it is among them. Answers that time.</summary>
    public long Update(ZohoTable table, RecordEntry entry, JsonObject fields)
    {
        var record = JsonNode.Parse(table.Read(entry))!.AsObject();
        record["Modified_Time"] = ZohoTime.Text(Now());
        foreach (var (name, value) in fields) record[name] = value?.DeepClone();
        var modified = ZohoTime.Seconds(record["Modified_Time"]?.ToString()) ?? Now();
        table.Stream.Change(entry, JsonSerializer.SerializeToUtf8Bytes(record, JsonText.Options));
        table.Changed(entry.Index, modified);
        return modified;
    }

    private string Create(ZohoTable table, JsonObject fields)
    {
        var index = table.Stream.NextIndex;
        using var buffer = new JsonBuffer(4096);
        table.Records.Write(buffer, index, Now(), Form.Complete);
        var record = JsonNode.Parse(buffer.Written.Span)!.AsObject();
        record["Created_Time"] = ZohoTime.Text(Now());
        foreach (var (name, value) in fields) record[name] = value?.DeepClone();
        var modified = ZohoTime.Seconds(record["Modified_Time"]?.ToString()) ?? Now();
        var id = table.Records.Ids.Text(index);
        table.Stream.Add(new(modified, index), id, JsonSerializer.SerializeToUtf8Bytes(record, JsonText.Options));
        table.Changed(index, modified);
        return id;
    }

    private string Delete(ZohoTable table, RecordEntry entry, bool isTold)
    {
        var id = table.Stream.IdOf(entry);
        var name = JsonNode.Parse(table.Read(entry))!["Full_Name"]?.ToString();
        table.Stream.Delete(entry);
        table.Gone(entry.Index, isTold ? new(id, name, Now(), "recycle") : null);
        return id;
    }

    private IReadOnlyList<RecordEntry> Select(RecordStream stream, Selection? selection)
    {
        if (selection is null) return [];
        if (selection.Named is { } ids) return [.. ids.Distinct().Select(id => Find(stream, id))];
        var draws = new Draws(Draws.Key(options.Seed, ChoicePurpose), _round++);
        return RecordChoice.Pick(stream, selection.Count ?? 0, draws, _ => true);
    }

    private static RecordEntry Find(RecordStream stream, string id) => stream.TryFind(id, out var entry) && !entry.IsDeleted
        ? entry : throw new ControlException($"there is no '{id}' that could be changed");

    private long Now() => options.Clock.GetUtcNow().ToUnixTimeSeconds();
}
