using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tidemark.Sandbox.Control;
using Tidemark.Sandbox.Oracle.Shapes;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Oracle;

/// <summary>
/// Creates, updates and deletes records of one resource. Only the time of the last update tells of it.
/// </summary>
internal sealed class OracleChanges(
    OracleRecords kind, RecordStream stream, OracleUpdates updates, SandboxOptions options)
{
    private readonly Lock _gate = new();
    private long _round;

    /// <summary>All of a mutation, or none of it when any part is refused.</summary>
    /// <param name="mutation">What is to happen; without events an update leaves the time of the last one.</param>
    /// <param name="learn">Hears of every field that a record is given.</param>
    public MutationResult Apply(Mutation mutation, Action<string> learn)
    {
        lock (_gate)
        {
            var objects = mutation.ReadCreate();
            RefuseTakenNumbers(objects);
            var toUpdate = Select(mutation.Update);
            var toDelete = Select(mutation.Delete);
            var set = mutation.Update?.Set ?? [];
            if (set.ContainsKey(kind.IdName) || set.ContainsKey(OracleRecords.Created))
                throw new ControlException($"{kind.IdName} and {OracleRecords.Created} never change");

            foreach (var (name, _) in objects.Append(set).SelectMany(fields => fields)) learn(name);
            return new(
                [.. objects.Select(Create)],
                [.. toUpdate.Select(entry => Update(entry, mutation.Update!.Set ?? Note(), mutation.Events))],
                [.. toDelete.Select(entry => Delete(stream.At(entry.Index)))]);
        }
    }

    private string Create(JsonObject fields)
    {
        var index = stream.NextIndex;
        var created = Seconds(fields, OracleRecords.Created) ?? Now();
        using var buffer = new JsonBuffer(4096);
        kind.Write(buffer, index, created, Form.Complete);
        var record = JsonNode.Parse(buffer.Written.Span)!.AsObject();
        record[OracleRecords.Updated] = OracleRecords.Time(Math.Max(created, Now()));
        Set(record, fields);
        var number = Number(fields) ?? kind.Ids.Text(index);
        stream.Add(new(created, index), number, Serialize(record));
        updates.Set(stream.At(index), Seconds(record, OracleRecords.Updated) ?? Now());
        return number;
    }

    private string Update(RecordEntry entry, JsonObject fields, bool isTold)
    {
        using var buffer = new JsonBuffer(4096);
        stream.Write(buffer, entry, Form.Complete);
        var record = JsonNode.Parse(buffer.Written.Span)!.AsObject();
        if (isTold) record[OracleRecords.Updated] = OracleRecords.Time(Now());
        Set(record, fields);
        stream.Change(entry, Serialize(record));
        if (Seconds(record, OracleRecords.Updated) is { } at) updates.Set(stream.At(entry.Index), at);
        return stream.IdOf(entry);
    }

    private string Delete(RecordEntry entry)
    {
        var number = stream.IdOf(entry);
        stream.Delete(entry);
        return number;
    }

    private IReadOnlyList<RecordEntry> Select(Selection? selection)
    {
        if (selection is null) return [];
        if (selection.Named is { } numbers) return [.. numbers.Distinct().Select(Find)];
        var draws = new Draws(Draws.Key(options.Seed, (int)OraclePurpose.Choice), _round++);
        return RecordChoice.Pick(stream, selection.Count ?? 0, draws, _ => true);
    }

    private RecordEntry Find(string number) => stream.TryFind(number, out var entry) && !entry.IsDeleted
        ? entry : throw new ControlException($"there is no '{number}' that could be changed");

    private void RefuseTakenNumbers(IReadOnlyList<JsonObject> objects)
    {
        var given = new HashSet<string>(StringComparer.Ordinal);
        foreach (var fields in objects)
        {
            if (Number(fields) is { } number && (!given.Add(number) || stream.TryFind(number, out _)))
                throw new ControlException($"there is a '{number}' already");
        }
    }

    private JsonObject Note() => new() { ["LastUpdatedBy"] = $"change {_round}" };

    private string? Number(JsonObject fields) =>
        fields[kind.NumberName] is JsonValue number && number.TryGetValue<string>(out var text) ? text : null;

    private static long? Seconds(JsonObject fields, string name) =>
        fields[name] is JsonValue value && value.TryGetValue<string>(out var text)
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time.ToUnixTimeSeconds() : null;

    private static void Set(JsonObject record, JsonObject fields)
    {
        foreach (var (name, value) in fields) record[name] = value?.DeepClone();
    }

    private static byte[] Serialize(JsonObject record) => JsonSerializer.SerializeToUtf8Bytes(record, JsonText.Options);

    private long Now() => options.Clock.GetUtcNow().ToUnixTimeSeconds();
}
