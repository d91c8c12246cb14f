using System.Text.Json.Nodes;
using Tidemark.Sandbox.Control;
using Tidemark.Sandbox.GraphQL.Shapes;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.GraphQL;

/// <summary>An update moves <c>updatedAt</c>; a deletion leaves no trace.</summary>
internal sealed class GraphQLChanges(
    IReadOnlyDictionary<string, GraphQLRecords> kinds, IReadOnlyDictionary<string, RecordStream> streams, SandboxOptions options)
    : VendorChanges<string>(options, choicePurpose: 3500)
{
    protected override RecordStream StreamOf(string table) => streams[table];

    protected override void Check(string table, IReadOnlyList<JsonObject> objects, Mutation mutation) =>
        RefuseTaken(streams[table], objects.Select(fields => fields["id"]?.ToString()));

    protected override string Create(string table, JsonObject fields, bool isTold)
    {
        var stream = streams[table];
        var (index, now) = (stream.NextIndex, Clock.GetUtcNow());
        var record = Json(buffer => kinds[table].Write(buffer, index, now.ToUnixTimeSeconds(), Form.Complete));
        record["createdAt"] = GraphQLRecords.Time(now);
        record["updatedAt"] = GraphQLRecords.Time(now);
        Set(record, fields);
        var id = record["id"]!.ToString();
        stream.Add(new(now.ToUnixTimeSeconds(), index), id, Bytes(record));
        return id;
    }

    protected override string Update(string table, RecordEntry entry, JsonObject? fields, bool isTold)
    {
        var stream = streams[table];
        var record = Json(buffer => stream.Write(buffer, entry, Form.Complete));
        if (isTold) record["updatedAt"] = GraphQLRecords.Time(Clock.GetUtcNow());
        var plain = record.ContainsKey("name") ? "name" : "status";
        Set(record, fields ?? new JsonObject { [plain] = $"CHANGED_{Round}" });
        stream.Change(entry, Bytes(record));
        return stream.IdOf(entry);
    }
}
