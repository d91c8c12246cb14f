using Tidemark.Sandbox.Fiction;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Oracle.Shapes;

internal sealed class LeadRecords(OracleWorld world)
    : OracleRecords("leads", "LeadId", "LeadNumber", world, world.Leads)
{
    private static readonly string[] Ranks = ["HOT", "WARM", "COOL"];
    private static readonly string[] States = ["QUALIFIED", "UNQUALIFIED", "CONVERTED", "RETIRED"];

    protected override void WriteOwn(JsonBuffer json, long index, long created, ref Draws draws)
    {
        var account = World.AccountOf(OraclePurpose.Lead, index);
        json.Add($$""","Name":{{draws.From(Phrases.Goods)}},"Description":{{draws.From(Phrases.Notes)}}""");
        json.Add($$""","StatusCode":{{draws.From(States)}},"Rank":{{draws.From(Ranks)}}""");
        json.Add($$""","CustomerId":{{World.Accounts.FirstId + account}}""");
        json.Add($$""","CustomerPartyName":{{AccountRecords.NameOf(World, account)}}""");
        json.Add($$""","PrimaryContactId":null,"PrimaryContactPartyName":{{People.Draw(ref draws).FullName()}}""");
        json.Add($$""","CurrencyCode":"USD","OwnerId":300000010397637""");
    }
}
