using System.Text.Json.Nodes;
using Shouldly;
using Tidemark.Connectors.Zoho;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Settings;
using Xunit;

namespace Tidemark.Tests.Zoho;

/// <summary>Criteria where the CRM refuses queries: the search finds as much, or the run says that it did not (S1.4).</summary>
public sealed class ZohoSearchTests
{
    private const string Pending = "((Sync_to_Payment_App:equals:Pending Sync)and(Fully_Onboarded:equals:true))";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("scope")]
    [InlineData("unsupported")]
    public async Task S1_4_records_that_match_are_found_without_queries_and_filtered_again(string refusal)
    {
        await using var bench = await ZohoBench.StartAsync(700, ("modules", "Contacts"), ("criteria", Pending), ("page_size", "20"));
        await bench.SetAsync(new { queries = refusal, loose_equals = true });

        await bench.SucceedsAsync(WriteMode.Replace);

        (await bench.RowsAsync("contacts", "id")).Count.ShouldBeGreaterThan(60);
        await bench.ShouldEqualAsync("contacts", IsPending);
    }

    [Fact]
    public async Task More_records_than_a_search_gives_are_found_window_by_window()
    {
        await using var bench = await ZohoBench.StartAsync(900, ("modules", "Leads"), ("criteria", "(Email_Opt_Out:equals:false)"));
        await bench.SetAsync(new { queries = "unsupported", search_cap = 400 });

        await bench.SucceedsAsync(WriteMode.Replace);

        (await bench.RowsAsync("leads", "id")).Count.ShouldBeGreaterThan(700);
        await bench.ShouldEqualAsync("leads", record => !record["Email_Opt_Out"]!.GetValue<bool>());
    }

    [Theory]
    [InlineData(1900, true)]
    [InlineData(2000, false)]
    [InlineData(2100, false)]
    public async Task A_second_with_more_records_than_a_search_gives_is_said_and_never_cut_off(int records, bool succeeds)
    {
        await using var bench = await ZohoBench.StartAsync(2200, ("modules", "Deals"), ("criteria", "(Type:equals:Mass)"));
        await bench.SetAsync(new { queries = "scope" });
        await bench.MutateAsync("deals", new { update = new { count = records, set = ZohoBench.Values(("Type", "Mass"), ("Modified_Time", "2026-05-01T10:00:00+03:00")) } });

        var result = await bench.SyncAsync(WriteMode.Replace);

        (result.Status == RunStatus.Succeeded).ShouldBe(succeeds);
        if (succeeds) (await bench.RowsAsync("deals", "id")).Count.ShouldBe(records);
        else result.Problems.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            problem => problem.Code.ShouldBe("zoho.search_capped"),
            problem => problem.Message.ShouldContain("2026-05-01T07:00:00+00:00"));
    }

    [Fact]
    public async Task An_incremental_search_asks_only_for_what_changed()
    {
        await using var bench = await ZohoBench.StartAsync(300, ("modules", "Contacts"), ("criteria", Pending));
        await bench.SetAsync(new { queries = "unsupported" });
        await bench.SucceedsAsync(WriteMode.Merge);
        var before = await bench.RowsAsync("contacts", "id");
        var other = (await bench.TruthAsync("contacts")).Keys.Except(before.Keys).Take(30).ToList();
        await bench.MutateAsync("contacts", new { update = new { ids = other, set = ZohoBench.Values(("Sync_to_Payment_App", "Pending Sync"), ("Fully_Onboarded", true)) } });
        await bench.ResetRequestsAsync();

        var result = await bench.SyncAsync();

        result.Streams.ShouldHaveSingleItem().Created.ShouldBe(30);
        await bench.ShouldEqualAsync("contacts", IsPending);
        (await bench.CountAsync("/crm/v8/Contacts/search")).ShouldBeLessThan(10);
    }

    [Theory]
    [InlineData("answered", "scope")]
    [InlineData("scope", "answered")]
    public async Task A_reading_that_broke_off_goes_on_when_queries_are_refused_or_granted_meanwhile(string first, string then)
    {
        await using var bench = await ZohoBench.StartAsync(600, ("modules", "Contacts"), ("criteria", Pending), ("page_size", "20"), ("parallel", "2"));
        await bench.SetAsync(new { queries = first });
        await bench.FaultAsync(new { fault = "status", status = 500, path = "/crm/v8/Contacts", after = 12, times = -1 });
        (await bench.SyncAsync()).Status.ShouldNotBe(RunStatus.Succeeded);
        await bench.ClearFaultsAsync();
        await bench.SetAsync(new { queries = then });

        await bench.SucceedsAsync(WriteMode.Merge);

        await bench.ShouldEqualAsync("contacts", IsPending);
    }

    [Fact]
    public async Task That_queries_are_refused_costs_no_token_again_and_is_shown()
    {
        var (bench, options) = await ZohoBench.OpenAsync(20, ("modules", "Contacts"), ("criteria", Pending));
        await using var _ = bench;
        await bench.SetAsync(new { queries = "scope" });

        for (var run = 0; run < 3; run++)
        {
            await using var source = new ZohoConnector().OpenSource(BoundSettings.Of(options), TimeProvider.System);
            var check = await source.CheckAsync(Stop);
            check.Problems.ShouldBeEmpty();
            check.Facts.ShouldContain(fact => fact.Key == "criteria" && fact.Value.Contains("search"));
        }

        (await bench.CountAsync("/oauth/v2/token")).ShouldBe(2);
        (await bench.CountAsync("/crm/v8/coql")).ShouldBe(2, "once, and once more with another token");
    }

    [Theory]
    [InlineData("(A:equals:b)", "(A:equals:b)")]
    [InlineData(@"(A:equals:Burns\, \(B\) \\ c)", @"(A:equals:Burns\, \(B\) \\ c)")]
    [InlineData("((A:in:1,2)and(B:between:3,4)and(C:starts_with:x))", "((A:in:1,2) and ((B:between:3,4) and (C:starts_with:x)))")]
    [InlineData("((A:equals:1)or((B:equals:2)and(C:equals:3)))", "((A:equals:1) or ((B:equals:2) and (C:equals:3)))")]
    public void Criteria_are_written_as_a_search_takes_them(string criteria, string text) =>
        ZohoSearch.Text(ZohoCriteria.Parse(criteria)).ShouldBe(text);

    private static bool IsPending(JsonNode record) =>
        record["Sync_to_Payment_App"]?.GetValue<string>() == "Pending Sync" && record["Fully_Onboarded"]!.GetValue<bool>();
}
