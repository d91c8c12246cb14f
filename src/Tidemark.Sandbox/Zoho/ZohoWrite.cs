using System.Text.Json;
using System.Text.Json.Nodes;
using Tidemark.Sandbox.Records;
using Tidemark.Sandbox.Serving;

namespace Tidemark.Sandbox.Zoho;

/// <summary>Answers the update of up to 100 records: each is judged for itself.</summary>
internal sealed class ZohoWrite(ZohoTable table, ZohoChanges changes, ZohoRules rules)
{
    private const int MaxRecords = 100;

    public Answer Put(string body)
    {
        JsonObject? request = null;
        try
        {
            request = JsonNode.Parse(body) as JsonObject;
        }
        catch (JsonException)
        {
            // Refused below, as a body of another kind is.
        }

        if (request?["data"] is not JsonArray { Count: > 0 } data) throw ZohoProblem.Invalid("data");
        if (data.Count > MaxRecords) throw new ZohoProblem(400, "LIMIT_EXCEEDED", "maximum records limit exceeded", """{"limit":100}""");
        var runsWorkflows = request["trigger"] is not JsonArray { Count: 0 };
        var json = new JsonBuffer();
        json.Raw("""{"data":["""u8);
        var passed = 0;
        for (var number = 0; number < data.Count; number++)
        {
            if (number > 0) json.Raw(","u8);
            if (Update(data[number] as JsonObject, number, runsWorkflows, json)) passed++;
        }

        json.Raw("]}"u8);
        return new(passed == data.Count ? 200 : passed == 0 ? 400 : rules.PartialStatus, json);
    }

    private bool Update(JsonObject? fields, int number, bool runsWorkflows, JsonBuffer json)
    {
        if (fields?["id"]?.ToString() is not { } id)
            return Refuse(json, "MANDATORY_NOT_FOUND", "required field not found", "id", number);
        lock (rules.LockedOnce)
        {
            if (rules.LockedOnce.Remove(id)) return Refuse(json, "RECORD_LOCKED", "the record is locked", "id", number);
        }

        if (!table.Stream.TryFind(id, out var entry) || entry.IsDeleted)
            return Refuse(json, "INVALID_DATA", "the id given seems to be invalid", "id", number);
        foreach (var (name, value) in fields)
        {
            if (name != "id" && table.Records.Fields.FirstOrDefault(field => field.ApiName == name) is { JsonType: "double" or "integer" }
                && value is not null && value.GetValueKind() != JsonValueKind.Number)
                return Refuse(json, "INVALID_DATA", "invalid data", name, number);
        }

        var set = fields.DeepClone().AsObject();
        set.Remove("id");
        // What a workflow of the account would do, so that a client that forgets to suppress them is seen.
        if (runsWorkflows) set["Description"] = "changed by a workflow";
        var at = changes.Update(table, entry, set);
        json.Add($$"""{"code":"SUCCESS","details":{"Modified_Time":{{ZohoTime.Text(at)}},"id":{{id}}}""");
        json.Raw(""","message":"record updated","status":"success"}"""u8);
        return true;
    }

    private static bool Refuse(JsonBuffer json, string code, string message, string field, int number)
    {
        json.Add($$"""{"code":{{code}},"details":{"api_name":{{field}},"json_path":"$.data[{{number}}].{{field:raw}}"}""");
        json.Add($$""","message":{{message}},"status":"error"}""");
        return false;
    }
}
