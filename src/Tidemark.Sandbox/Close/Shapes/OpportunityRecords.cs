using Tidemark.Sandbox.Fiction;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Close.Shapes;

internal sealed class OpportunityRecords(CloseWorld world)
    : CloseRecords("opportunity", world, world.OpportunityIds, world.Opportunities)
{
    private const int Purpose = 3;

    private static readonly string[] Periods = ["one_time", "monthly", "annual"];

    public override string NoteField => "note";

    public override bool IsOfLead => true;

    public override string? CustomKind => "opportunity";

    public override void Write(JsonBuffer json, long index, long created, Form form)
    {
        var draws = World.Draw(Purpose, index);
        var number = draws.Below(OpportunityStatusRecords.All.Length);
        var (label, type, pipeline) = OpportunityStatusRecords.All[number];
        var value = draws.Percent(90) ? (long?)draws.Between(1_000, 5_000_000) : null;
        var confidence = type == "won" ? 100 : draws.Between(5, 95);
        var expected = value * confidence / 100;
        var ended = CloseWorld.Moment(created + 5 * 86_400, index);
        json.Add($$"""{"id":{{IdAt(index)}},"lead_id":{{LeadOf(index)}},"lead_name":""");
        json.Add($$"""{{LeadRecords.NameOf(World, World.LeadOf(Timeline, index))}},"contact_id":null""");
        json.Add($$""","contact_name":null""");
        json.Add($$""","user_id":{{World.User(index)}},"user_name":"Ada Almeida","status_id":""");
        json.Add($$"""{{new RecordId(World.OpportunityStatusIds, number)}},"status_label":{{label}}""");
        json.Add($$""","status_display_name":{{label}}""");
        json.Add($$""","status_type":{{type}},"pipeline_id":{{new RecordId(World.PipelineIds, pipeline)}}""");
        json.Add($$""","pipeline_name":""");
        json.Add($$"""{{PipelineRecords.Names[pipeline]}},"value":{{value}}""");
        json.Add($$""","value_currency":"USD","value_formatted":""");
        json.Add($$"""{{(value is { } cents ? $"${cents / 100}" : null)}},"value_period":{{draws.From(Periods)}}""");
        json.Add($$""","confidence":""");
        json.Add($$"""{{confidence}},"expected_value":{{expected}},"annualized_value":{{value}}""");
        json.Add($$""","annualized_expected_value":{{expected}},"date_won":""");
        // A day, and in records of old the moment.
        json.Add($$"""{{(type != "won" ? null : index % 7 == 0 ? ended : ended[..10])}},"date_lost":""");
        json.Add($$"""{{(type == "lost" ? ended : null)}}""");
        json.Add($$""","note":{{(draws.Percent(40) ? draws.From(Phrases.Notes) : null)}}""");
        json.Add($$""","is_stalled":{{draws.Percent(10)}},"attachments":[],"integration_links":[]""");
        CustomValues.Write(json, World, "opportunity", index, created);
        json.Add($$""","created_by_name":"Ada Almeida","updated_by_name":{{"Ada Almeida"}}""");
        WriteEnd(json, index, created);
    }
}
