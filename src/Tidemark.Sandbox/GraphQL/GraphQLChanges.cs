using System.Text.Json;
using System.Text.Json.Nodes;
using Tidemark.Sandbox.Control;
using Tidemark.Sandbox.GraphQL.Shapes;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.GraphQL;

/// <summary>
/// Creates, updates and deletes records. An update moves <c>updatedAt</c>; a deletion leaves no trace.
/// </summary>
internal sealed class GraphQLChanges(
    IReadOnlyDictionary<string, GraphQLRecords> kinds, IReadOnlyDictionary<string, RecordStream> streams,
        SandboxOptions options)
{
    private const int ChoicePurpose = 3500;

    private readonly Lock _gate = new();
    private long _round;

    public MutationResult Apply(string name, Mutation mutation)
    {
        lock (_gate)
        {
            var stream = streams[name];
            var objects = mutation.ReadCreate();
            var toUpdate = Select(stream, mutation.Update);
            var toDelete = Select(stream, mutation.Delete);
            return new(
                [.. objects.Select(fields => Create(kinds[name], stream, fields))],
                [.. toUpdate.Select(entry => Update(stream, entry, mutation.Update!.Set, mutation.Events))],
                [.. toDelete.Select(entry => Delete(stream, entry))]);
        }
    }

    private string Create(GraphQLRecords kind, RecordStream stream, JsonObject fields)
    {
        var (index, now) = (stream.NextIndex, options.Clock.GetUtcNow());
        using var buffer = new JsonBuffer(4096);
        kind.Write(buffer, index, now.ToUnixTimeSeconds(), Form.Complete);
        var record = JsonNode.Parse(buffer.Written.Span)!.AsObject();
        record["createdAt"] = GraphQLRecords.Time(now);
        record["updatedAt"] = GraphQLRecords.Time(now);
        foreach (var (name, value) in fields) record[name] = value?.DeepClone();
        var id = record["id"]!.ToString();
        if (fields.ContainsKey("id") && stream.TryFind(id, out _))
            throw new ControlException($"there is a '{id}' already");
        stream.Add(
            new(now.ToUnixTimeSeconds(), index), id, JsonSerializer.SerializeToUtf8Bytes(record, JsonText.Options));
        return id;
    }

    private string Update(RecordStream stream, RecordEntry entry, JsonObject? fields, bool isTold)
    {
        using var buffer = new JsonBuffer(4096);
        stream.Write(buffer, entry, Form.Complete);
        var record = JsonNode.Parse(buffer.Written.Span)!.AsObject();
        if (isTold) record["updatedAt"] = GraphQLRecords.Time(options.Clock.GetUtcNow());
        var plain = record.ContainsKey("name") ? "name" : "status";
        foreach (var (name, value) in fields ?? new JsonObject { [plain] = $"CHANGED_{_round}" })
            record[name] = value?.DeepClone();
        stream.Change(entry, JsonSerializer.SerializeToUtf8Bytes(record, JsonText.Options));
        return stream.IdOf(entry);
    }

    private static string Delete(RecordStream stream, RecordEntry entry)
    {
        var id = stream.IdOf(entry);
        // An update just before may have changed a record that is to go.
        stream.Delete(stream.At(entry.Index));
        return id;
    }

    private IReadOnlyList<RecordEntry> Select(RecordStream stream, Selection? selection)
    {
        if (selection is null) return [];
        if (selection.Named is { } ids) return [.. ids.Distinct().Select(id => Find(stream, id))];
        var draws = new Draws(Draws.Key(options.Seed, ChoicePurpose), _round++);
        return RecordChoice.Pick(stream, selection.Count ?? 0, draws, _ => true);
    }

    private static RecordEntry Find(RecordStream stream, string id) =>
        stream.TryFind(id, out var entry) && !entry.IsDeleted
        ? entry : throw new ControlException($"there is no '{id}' that could be changed");
}
