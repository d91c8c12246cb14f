using System.Text.Json.Nodes;
using Tidemark.Sandbox.Control;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Zoho;

/// <summary>The times of records show creations and updates; the list of deleted records shows deletions.</summary>
internal sealed class ZohoChanges(SandboxOptions options) : VendorChanges<ZohoTable>(options, choicePurpose: 4500)
{
    /// <summary>Sets fields, and the time of the change unless it is among them. Answers that time.</summary>
    public long Update(ZohoTable table, RecordEntry entry, JsonObject fields)
    {
        var record = JsonNode.Parse(table.Read(entry))!.AsObject();
        record["Modified_Time"] = ZohoTime.Text(Now());
        Set(record, fields);
        var modified = Modified(record);
        table.Stream.Change(entry, Bytes(record));
        table.Changed(entry.Index, modified);
        return modified;
    }

    protected override RecordStream StreamOf(ZohoTable table) => table.Stream;

    protected override void Check(ZohoTable table, IReadOnlyList<JsonObject> objects, Mutation mutation)
    {
        if (objects.Any(fields => fields.ContainsKey("id"))) throw new ControlException("Zoho gives out ids itself");
    }

    protected override string Create(ZohoTable table, JsonObject fields, bool isTold)
    {
        var index = table.Stream.NextIndex;
        var record = Json(buffer => table.Records.Write(buffer, index, Now(), Form.Complete));
        record["Created_Time"] = ZohoTime.Text(Now());
        Set(record, fields);
        var (id, modified) = (table.Records.Ids.Text(index), Modified(record));
        table.Stream.Add(new(modified, index), id, Bytes(record));
        table.Changed(index, modified);
        return id;
    }

    protected override string Update(ZohoTable table, RecordEntry entry, JsonObject? fields, bool isTold)
    {
        Update(table, entry, fields ?? new JsonObject { ["Description"] = $"change {Round}" });
        return table.Stream.IdOf(entry);
    }

    protected override string Delete(ZohoTable table, RecordEntry entry, bool isTold)
    {
        var name = JsonNode.Parse(table.Read(entry))!["Full_Name"]?.ToString();
        var id = base.Delete(table, entry, isTold);
        table.Gone(entry.Index, isTold ? new(id, name, Now(), "recycle") : null);
        return id;
    }

    private long Modified(JsonObject record) => ZohoTime.Seconds(record["Modified_Time"]?.ToString()) ?? Now();
}
