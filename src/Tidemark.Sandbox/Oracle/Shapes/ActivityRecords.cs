using Tidemark.Sandbox.Fiction;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Oracle.Shapes;

internal sealed class ActivityRecords(OracleWorld world)
    : OracleRecords("activities", "ActivityId", "ActivityNumber", world, world.Activities)
{
    private static readonly string[] Types = ["CALL", "MEETING", "DEMO", "EMAIL"];

    protected override void WriteOwn(JsonBuffer json, long index, long created, ref Draws draws)
    {
        var account = World.AccountOf(OraclePurpose.Activity, index);
        json.Add($$""","ActivityFunctionCode":"TASK","Subject":{{draws.From(Phrases.Goods)}}""");
        json.Add($$""","ActivityTypeCode":{{draws.From(Types)}}""");
        json.Add($$""","StatusCode":"NOT_STARTED","PriorityCode":"2","OwnerId":300000010397637""");
        json.Add($$""","AccountId":{{World.Accounts.FirstId + account}}""");
        json.Add($$""","AccountName":{{AccountRecords.NameOf(World, account)}}""");
        json.Add($$""","OpportunityId":{{Opportunity(ref draws)}}""");
        json.Add($$""","ActivityStartDate":{{Time(created)}},"ActivityEndDate":{{Time(created + 3600)}}""");
        json.Add($$""","DueDate":{{(draws.Percent(50) ? Day(created + 86_400) : null)}}""");
    }

    private long? Opportunity(ref Draws draws) =>
        draws.Percent(50) ? World.Opportunities.FirstId + draws.Below(World.Opportunities.Timeline.Count) : null;
}
