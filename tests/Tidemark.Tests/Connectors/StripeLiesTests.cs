using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Runs;
using Xunit;

namespace Tidemark.Tests.Connectors;

/// <summary>A vendor that breaks off, refuses or lies: the run ends honest, and the old rows are there (P1, P3, P4).</summary>
public sealed class StripeLiesTests : IAsyncLifetime
{
    private VendorBench? _bench;

    private VendorBench Bench => _bench!;

    public async ValueTask InitializeAsync()
    {
        _bench = await VendorBench.StartAsync("stripe", 450, address => new Dictionary<string, string>
        {
            ["api_key"] = "sk_test_tidemark",
            ["base_url"] = address.ToString(),
            ["allow_private_network"] = "true",
            ["requests_per_second"] = "1000",
            ["parallel"] = "2",
            ["retries"] = "2",
        });
        (await Bench.SyncAsync(WriteMode.Merge, "customers")).Status.ShouldBe(RunStatus.Succeeded);
        await Bench.MutateAsync("customers", new { update = new { count = 5, set = new { description = "new" } }, events = false });
    }

    public async ValueTask DisposeAsync() => await Bench.DisposeAsync();

    [Theory]
    [InlineData("break_off")]
    [InlineData("half_json")]
    [InlineData("wrong_content")]
    [InlineData("repeat_page")]
    [InlineData("empty_page")]
    [InlineData("has_more_lie_true")]
    [InlineData("has_more_lie_false")]
    public async Task A_lasting_fault_loses_no_row(string fault)
    {
        var before = await Bench.RowsAsync("customers", "id");
        await Bench.FaultAsync(new { fault, after = 1, times = -1, path = "/v1/customers" });
        var result = await Bench.SyncAsync(WriteMode.Replace, "customers");
        await Bench.ClearFaultsAsync();
        var truth = await Bench.TruthAsync("customers");
        var after = await Bench.RowsAsync("customers", "id");

        // Either it said that it did not succeed, or what it says is true.
        if (result.Status == RunStatus.Succeeded) after.Keys.ShouldBe(truth.Keys);
        else result.Problems.ShouldNotBeEmpty();
        after.Keys.ShouldBe(before.Keys);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_429_with_or_without_Retry_After_is_waited_for(bool says)
    {
        await Bench.FaultAsync(new { fault = "status", status = 429, retry_after = says ? 1 : (int?)null, after = await Bench.PreflightRequestsAsync() + 1, times = 2 });
        var result = await Bench.SyncAsync(WriteMode.Replace, "customers");

        result.Status.ShouldBe(RunStatus.Succeeded);
        result.Streams.ShouldHaveSingleItem().Updated.ShouldBe(5);
    }

    [Fact]
    public async Task A_page_that_claims_to_be_the_last_is_not_believed_when_it_is_full()
    {
        await Bench.FaultAsync(new { fault = "has_more_lie_false", after = 1, times = 1, path = "/v1/customers" });
        var result = await Bench.SyncAsync(WriteMode.Replace, "customers");

        result.Status.ShouldBe(RunStatus.Succeeded);
        result.Streams.ShouldHaveSingleItem().Deleted.ShouldBe(0);
        (await Bench.RowsAsync("customers", "id")).Count.ShouldBe(450);
    }

    [Fact]
    public async Task A_deletion_is_seen_by_the_events_and_one_without_an_event_by_a_full_reading()
    {
        await Bench.MutateAsync("customers", new { delete = new { count = 1 } });
        (await Bench.SyncAsync(WriteMode.Merge, "customers")).Streams.ShouldHaveSingleItem().Deleted.ShouldBe(1);

        await Bench.MutateAsync("customers", new { delete = new { count = 1 }, events = false });
        (await Bench.SyncAsync(WriteMode.Merge, "customers")).Streams.ShouldHaveSingleItem().Deleted.ShouldBe(0);
        (await Bench.SyncAsync(WriteMode.Replace, "customers")).Streams.ShouldHaveSingleItem().Deleted.ShouldBe(1);
        (await Bench.RowsAsync("customers", "id")).Keys.ShouldBe((await Bench.TruthAsync("customers")).Keys);
    }

    [Fact]
    public async Task Records_of_the_vendor_that_do_not_fit_go_to_quarantine_and_new_fields_become_columns()
    {
        await Bench.MutateAsync("customers", new { update = new { count = 1, set = new { balance = "abc" } } });
        await Bench.MutateAsync("customers", new { create = new[] { new { name = "New field", loyalty_tier = "gold" } } });
        var result = await Bench.SyncAsync(WriteMode.Merge, "customers");

        result.Status.ShouldBe(RunStatus.Partial);
        result.Streams.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            figures => figures.Quarantined.ShouldBeGreaterThan(0), figures => figures.Created.ShouldBe(1), figures => figures.IsAccountedFor.ShouldBeTrue());
        (await Bench.RowsAsync("customers", "coalesce(loyalty_tier, id)")).Keys.ShouldContain("gold");
    }
}
