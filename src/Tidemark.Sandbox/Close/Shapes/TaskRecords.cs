using System.Text.Json.Nodes;
using Tidemark.Sandbox.Fiction;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Close.Shapes;

internal sealed class TaskRecords(CloseWorld world) : CloseRecords("task", world, world.TaskIds, world.Tasks)
{
    private const int Purpose = 5;

    private static readonly string[] Types = ["lead", "lead", "lead", "incoming_email", "missed_call"];

    public override string NoteField => "text";

    public override bool IsOfLead => true;

    /// <summary>What a list shows when it is not asked for a type.</summary>
    public RecordFilter LeadTasks => new("_type", index => TypeOf(index) == "lead", type => type == "lead");

    public override string EventType(JsonObject record) => $"task.{record["_type"]}";

    public override void Write(JsonBuffer json, long index, long created, Form form)
    {
        var draws = World.Draw(Purpose, index);
        var due = CloseWorld.Moment(created + 3 * 86_400, index);
        // A day, or a moment in the offset of whoever set it.
        var date = draws.Percent(50) ? due[..10] : due[..19] + "+02:00";
        json.Add($$"""{"_type":{{TypeOf(index)}},"id":{{IdAt(index)}},"lead_id":{{LeadOf(index)}},"lead_name":""");
        json.Add($$"""{{LeadRecords.NameOf(World, World.LeadOf(Timeline, index))}},"contact_id":null""");
        json.Add($$""","contact_name":null""");
        json.Add($$""","assigned_to":{{World.User(index)}},"assigned_to_name":"Ada Almeida","text":""");
        json.Add($$"""{{draws.From(Phrases.Notes)}},"date":{{date}},"due_date":{{date}}""");
        json.Add($$""","is_complete":{{draws.Percent(60)}}""");
        json.Add($$""","is_dateless":false,"object_id":null,"object_type":null,"view":null""");
        json.Add($$""","created_by_name":"Ada Almeida","updated_by_name":{{"Ada Almeida"}}""");
        WriteEnd(json, index, created);
    }

    private string TypeOf(long index) => Types[World.Draw(Purpose + 100, index).Next() % (ulong)Types.Length];
}
