using System.Text.Json.Nodes;
using Shouldly;
using Tidemark.Connectors.Zoho;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Settings;
using Xunit;

namespace Tidemark.Tests.Zoho;

public sealed class ZohoCriteriaReadingTests
{
    private const string Pending = "((Sync_to_Payment_App:equals:Pending Sync)and(Fully_Onboarded:equals:true))";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Only_matching_records_are_kept_whether_or_not_the_crm_finds_more(bool isLoose)
    {
        await using var bench = await ZohoBench.StartAsync(700, ("modules", "Contacts"), ("criteria", Pending), ("page_size", "20"));
        await bench.SetAsync(new { loose_equals = isLoose });

        await bench.SucceedsAsync(WriteMode.Replace);

        (await bench.RowsAsync("contacts", "id")).Count.ShouldBeGreaterThan(60);
        await bench.ShouldEqualAsync("contacts", IsPending);
    }

    [Fact]
    public async Task More_records_than_a_search_gives_are_all_read()
    {
        await using var bench = await ZohoBench.StartAsync(3000, ("modules", "Leads"), ("criteria", "(Email_Opt_Out:equals:false)"));

        await bench.SucceedsAsync(WriteMode.Replace);

        // Leads that became contacts are found by a query too.
        (await bench.RowsAsync("leads", "id")).Count.ShouldBeGreaterThan(2000);
        await bench.ShouldEqualAsync("leads", record => !record["Email_Opt_Out"]!.GetValue<bool>());
    }

    [Fact]
    public async Task Many_records_of_one_second_are_all_read()
    {
        await using var bench = await ZohoBench.StartAsync(130, ("modules", "Deals"), ("criteria", "(Type:equals:Mass)"), ("page_size", "20"));
        await bench.MutateAsync("deals", new { update = new { count = 110, set = ZohoBench.Values(("Type", "Mass"), ("Modified_Time", "2026-05-01T10:00:00+03:00")) } });

        await bench.SucceedsAsync(WriteMode.Replace);

        (await bench.RowsAsync("deals", "id")).Count.ShouldBe(110);
    }

    [Fact]
    public async Task P4_other_criteria_read_everything_again_and_what_they_leave_out_is_not_taken_for_gone()
    {
        await using var bench = await ZohoBench.StartAsync(200, ("modules", "Contacts"), ("criteria", Pending));
        await bench.SucceedsAsync(WriteMode.Merge);
        await bench.SetSourceAsync(("criteria", "(Sync_to_Payment_App:equals:Pending Sync)"));

        await bench.SucceedsAsync(WriteMode.Merge); // wider: older records come too

        await bench.ShouldEqualAsync("contacts", record => record["Sync_to_Payment_App"]?.ToString() == "Pending Sync");
        var before = (await bench.RowsAsync("contacts", "id")).Count;
        await bench.SetSourceAsync(("criteria", Pending));
        var narrower = await bench.SyncAsync(WriteMode.Replace);
        narrower.Status.ShouldBe(RunStatus.Parked);
        narrower.Problems.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            problem => problem.Code.ShouldBe("guard.out_of_sight"),
            problem => problem.Message.ShouldContain("(Sync_to_Payment_App:equals:Pending Sync)"));
        (await bench.RowsAsync("contacts", "id")).Count.ShouldBe(before);
        bench.IsApproved = true;
        await bench.SucceedsAsync(WriteMode.Replace);
        await bench.ShouldEqualAsync("contacts", IsPending);
        bench.IsApproved = false;
        await bench.SucceedsAsync(WriteMode.Replace);
    }

    [Fact]
    public async Task An_incremental_reading_sees_what_came_to_match_and_keeps_what_no_longer_does()
    {
        await using var bench = await ZohoBench.StartAsync(200, ("modules", "Contacts"), ("criteria", Pending));
        await bench.SucceedsAsync(WriteMode.Merge);
        var before = await bench.RowsAsync("contacts", "id");
        var other = (await bench.TruthAsync("contacts")).Keys.Except(before.Keys).Take(3).ToList();
        await bench.MutateAsync("contacts", new { update = new { ids = other, set = ZohoBench.Values(("Sync_to_Payment_App", "Pending Sync"), ("Fully_Onboarded", true)) } });
        await bench.MutateAsync("contacts", new { update = new { id = before.Keys.First(), set = ZohoBench.Values(("Sync_to_Payment_App", "Synced")) } });
        await bench.MutateAsync("contacts", new { delete = new { id = before.Keys.Last() } });

        await bench.SucceedsAsync(WriteMode.Merge);

        (await bench.RowsAsync("contacts", "id")).Keys.ShouldBe(before.Keys.SkipLast(1).Concat(other).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Criteria_that_mean_nothing_are_said_before_anything_is_read()
    {
        var (bench, options) = await ZohoBench.OpenAsync(10, ("criteria", "(Stage=Won)"));
        await using var _ = bench;
        await using var source = new ZohoConnector().OpenSource(BoundSettings.Of(options), TimeProvider.System);

        (await source.CheckAsync(TestContext.Current.CancellationToken)).Problems.ShouldContain(problem => problem.Code == "zoho.criteria_invalid");
    }

    private static bool IsPending(JsonNode record) =>
        record["Sync_to_Payment_App"]?.GetValue<string>() == "Pending Sync" && record["Fully_Onboarded"]!.GetValue<bool>();
}
