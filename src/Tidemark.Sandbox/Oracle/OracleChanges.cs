using System.Globalization;
using System.Text.Json.Nodes;
using Tidemark.Sandbox.Control;
using Tidemark.Sandbox.Oracle.Shapes;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Oracle;

/// <summary>Only the time of the last update shows a change; an update without events leaves it.</summary>
/// <param name="kind">The resource.</param>
/// <param name="updates">The times of the last updates.</param>
/// <param name="learn">Hears of every field that a record is given.</param>
/// <param name="options">Seed and clock.</param>
internal sealed class OracleChanges(OracleRecords kind, OracleUpdates updates, Action<string> learn, SandboxOptions options)
    : VendorChanges<RecordStream>(options, (int)OraclePurpose.Choice)
{
    protected override RecordStream StreamOf(RecordStream table) => table;

    protected override void Check(RecordStream table, IReadOnlyList<JsonObject> objects, Mutation mutation)
    {
        RefuseTaken(table, objects.Select(Number));
        var set = mutation.Update?.Set ?? [];
        if (set.ContainsKey(kind.IdName) || set.ContainsKey(OracleRecords.Created))
            throw new ControlException($"{kind.IdName} and {OracleRecords.Created} never change");
    }

    protected override string Create(RecordStream table, JsonObject fields, bool isTold)
    {
        var index = table.NextIndex;
        var created = Seconds(fields, OracleRecords.Created) ?? Now();
        var record = Json(buffer => kind.Write(buffer, index, created, Form.Complete));
        record[OracleRecords.Updated] = OracleRecords.Time(Math.Max(created, Now()));
        Give(record, fields);
        var number = Number(fields) ?? kind.Ids.Text(index);
        table.Add(new(created, index), number, Bytes(record));
        updates.Set(table.At(index), Seconds(record, OracleRecords.Updated) ?? Now());
        return number;
    }

    protected override string Update(RecordStream table, RecordEntry entry, JsonObject? fields, bool isTold)
    {
        var record = Json(buffer => table.Write(buffer, entry, Form.Complete));
        if (isTold) record[OracleRecords.Updated] = OracleRecords.Time(Now());
        Give(record, fields ?? new JsonObject { ["LastUpdatedBy"] = $"change {Round}" });
        table.Change(entry, Bytes(record));
        if (Seconds(record, OracleRecords.Updated) is { } at) updates.Set(table.At(entry.Index), at);
        return table.IdOf(entry);
    }

    private void Give(JsonObject record, JsonObject fields)
    {
        foreach (var (name, _) in fields) learn(name);
        Set(record, fields);
    }

    private string? Number(JsonObject fields) =>
        fields[kind.NumberName] is JsonValue number && number.TryGetValue<string>(out var text) ? text : null;

    private static long? Seconds(JsonObject fields, string name) =>
        fields[name] is JsonValue value && value.TryGetValue<string>(out var text)
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time.ToUnixTimeSeconds() : null;
}
