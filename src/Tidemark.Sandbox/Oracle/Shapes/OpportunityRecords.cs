using Tidemark.Sandbox.Fiction;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Oracle.Shapes;

internal sealed class OpportunityRecords(OracleWorld world)
    : OracleRecords("opportunities", "OptyId", "OptyNumber", world, world.Opportunities)
{
    // Expanded children come 25 at a time; these have more, and exactly as many.
    private const int ManyLines = 61;
    private const int FullLines = 25;

    private static readonly (string Name, string Status)[] Stages =
    [
        ("01 - Qualification", "OPEN"), ("02 - Discovery", "OPEN"), ("03 - Building Vision", "OPEN"),
        ("05 - Negotiation", "OPEN"), ("08 - Closed", "WON"), ("08 - Closed", "LOST"),
    ];

    private static readonly string[] Practices = ["Cloud", "Data & AI", "Sécurité", "ERP"];
    private static readonly string[] Countries = ["DACH", "Nordics", "Île-de-France", "Iberia"];
    private static readonly string[] Sectors = ["Public", "Health", "Retail & Consumer"];
    private static readonly string[] Regions = ["EMEA", "APAC", "LATAM", "NA"];

    public override IReadOnlyList<string> Children { get; } = ["ChildRevenue"];

    protected override void WriteOwn(JsonBuffer json, long index, long created, ref Draws draws)
    {
        var account = World.AccountOf(OraclePurpose.Opportunity, index);
        var stage = draws.From(Stages);
        var revenue = draws.Between(100, 900_000);
        json.Add($$""","Name":{{draws.From(Phrases.Goods)}},"TargetPartyId":{{World.Accounts.FirstId + account}}""");
        json.Add($$""","TargetPartyName":{{AccountRecords.NameOf(World, account)}}""");
        json.Add($$""","Revenue":{{Amount(index, revenue):raw}}""");
        json.Add($$""","CurrencyCode":"GBP","WinProb":{{draws.Below(11) * 10}},"SalesStage":{{stage.Name}}""");
        json.Add($$""","SalesStageId":300000000118813""");
        json.Add($$""","SalesMethod":"Standard Sales Process","SalesMethodId":300000000118806""");
        json.Add($$""","StatusCode":{{stage.Status}},"StageStatusCd":{{stage.Status}}""");
        json.Add($$""","PhaseCd":"WORKING-DEAL","StgOrder":3""");
        json.Add($$""","RcmndWinProb":40,"EffectiveDate":{{Day(created + (draws.Between(5, 400) * 86_400L))}}""");
        json.Add($$""","OwnerResourcePartyId":300000010397637,"PartyName1":{{People.Draw(ref draws).FullName()}}""");
        json.Add($$""","KeyContactId":{{World.Contacts.FirstId + draws.Below(World.Contacts.Timeline.Count)}}""");
        json.Add($$""","PrimaryContactPartyName":{{People.Draw(ref draws).FullName()}}""");
        json.Add($$""","PrimaryOrganizationId":300000000748008""");
        json.Add($$""","PrimaryRevenueId":{{LineId(index, 0)}},"BudgetedFlag":{{draws.Percent(30)}}""");
        json.Add($$""","ChampionFlag":false""");
        json.Add($$""","DownsideAmount":0,"UpsideAmount":{{revenue}},"ExpectAmount":{{revenue * 3 / 5}}""");
        json.Add($$""","ForecastOverrideCode":"CRITERIA","AverageDaysAtStage":30""");
        json.Add($$""","SalesChannelCd":"ZPM_DIRECT_CHANNEL_TYPES","MaximumDaysInStage":800,"QuotaFactor":2""");
        json.Add($$""","ReasonWonLostCode":{{(draws.Percent(20) ? " " : null)}}""");
        json.Add($$""","Description":{{(draws.Percent(60) ? draws.From(Phrases.Notes) : null)}},"Comments":null""");
        json.Add($$""","Practice_c":{{draws.From(Practices)}},"GEO_c":{{draws.From(Regions)}}""");
        json.Add($$""","Score_c":{{draws.Below(1000)}}.5""");
        json.Add($$""","Region_c":{{draws.From(Countries)}},"Sector_c":{{(draws.Percent(70) ? draws.From(Sectors) : null)}}""");
    }

    protected override void WriteChildren(JsonBuffer json, long index, long created)
    {
        var draws = World.Draw(OraclePurpose.Revenue, index);
        var count = index % 23 == 7 ? ManyLines : index % 23 == 8 ? FullLines : draws.Below(4);
        json.Raw(",\"ChildRevenue\":["u8);
        for (var line = 0; line < count; line++)
        {
            if (line > 0) json.Raw(","u8);
            json.Add($$"""{"RevnId":{{LineId(index, line)}},"OptyId":{{IdAt(index)}}""");
            json.Add($$""","RevnAmount":{{draws.Between(10, 9_000)}}.25""");
            json.Add($$""","StatusCode":"OPEN","LastUpdateDate":{{Time(created)}}}""");
        }

        json.Raw("]"u8);
    }

    private static long LineId(long index, int line) => 320_000_000_000_000 + (index * 100) + line;

    /// <summary>Now and then more digits than a double has.</summary>
    private static string Amount(long index, int revenue) =>
        index % 50 == 3 ? $"90071992547409{revenue % 90 + 10}.37" : index % 3 == 0 ? $"{revenue}.5" : $"{revenue}";
}
