using Tidemark.Sandbox.Fiction;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Close.Shapes;

internal sealed class UserRecords(CloseWorld world) : CloseRecords("user", world, world.UserIds, world.Users)
{
    private const int Purpose = 6;

    public override string NoteField => "last_name";

    public override bool HasEvents => false;

    public override void Write(JsonBuffer json, long index, long created, Form form)
    {
        var draws = World.Draw(Purpose, index);
        var person = People.Draw(ref draws);
        var moment = CloseWorld.Moment(created, index);
        json.Add($$"""{"id":{{IdAt(index)}},"first_name":{{person.First}},"last_name":{{person.Last}}""");
        json.Add($$""","email":{{$"{person.FirstInMail}{index}@example.com"}},"organizations":""");
        json.Add($$"""[{{CloseWorld.Organization}}],"image":null""");
        json.Add($$""","date_created":{{moment}},"date_updated":{{moment}}}""");
    }
}

internal sealed class PipelineRecords(CloseWorld world)
    : CloseRecords("pipeline", world, world.PipelineIds, world.Few(Names.Length))
{
    public static readonly string[] Names = ["Sales", "Renewals"];

    public override bool HasEvents => false;

    public override void Write(JsonBuffer json, long index, long created, Form form)
    {
        json.Add($$"""{"id":{{IdAt(index)}},"name":{{(index < Names.Length ? Names[index] : $"Pipeline {index}")}}""");
        json.Add($$""","statuses":[""");
        var isFirst = true;
        for (var number = 0; number < OpportunityStatusRecords.All.Length; number++)
        {
            var (label, type, pipeline) = OpportunityStatusRecords.All[number];
            if (pipeline != index) continue;
            if (!isFirst) json.Raw(","u8);
            isFirst = false;
            json.Add($$"""{"id":{{new RecordId(World.OpportunityStatusIds, number)}},"label":{{label}}""");
            json.Add($$""","type":{{type}}}""");
        }

        json.Raw("]"u8);
        WriteEnd(json, index, created);
    }
}

internal sealed class LeadStatusRecords(CloseWorld world)
    : CloseRecords("status.lead", world, world.LeadStatusIds, world.Few(Labels.Length))
{
    public static readonly string[] Labels = ["Potential", "Qualified", "Customer", "Bad Fit"];

    public override string NoteField => "label";

    public override void Write(JsonBuffer json, long index, long created, Form form)
    {
        json.Add($$"""{"id":{{IdAt(index)}},"label":{{(index < Labels.Length ? Labels[index] : $"Status {index}")}}""");
        json.Add($$""","organization_id":{{CloseWorld.Organization}}}""");
    }
}

internal sealed class OpportunityStatusRecords(CloseWorld world)
    : CloseRecords("status.opportunity", world, world.OpportunityStatusIds, world.Few(All.Length))
{
    public static readonly (string Label, string Type, int Pipeline)[] All =
    [
        ("Demo", "active", 0), ("Proposal Sent", "active", 0), ("Won", "won", 0), ("Lost", "lost", 0),
        ("Renewal Due", "active", 1), ("Renewed", "won", 1), ("Churned", "lost", 1),
    ];

    public override string NoteField => "label";

    public override void Write(JsonBuffer json, long index, long created, Form form)
    {
        var (label, type, pipeline) = index < All.Length ? All[index] : ($"Status {index}", "active", 0);
        json.Add($$"""{"id":{{IdAt(index)}},"label":{{label}},"type":{{type}},"pipeline_id":""");
        json.Add($$"""{{new RecordId(World.PipelineIds, pipeline)}},"organization_id":{{CloseWorld.Organization}}}""");
    }
}
