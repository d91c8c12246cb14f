using System.Text.Json.Nodes;
using Shouldly;
using Tidemark.Connectors.Zoho;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Settings;
using Tidemark.Engine.Sources;
using Xunit;

namespace Tidemark.Tests.Zoho;

public sealed class ZohoReadingTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("{\"page_cap\":400}")]
    [InlineData("{\"page_token_cap\":600}")]
    [InlineData("{\"page_token_seconds\":0}")]
    [InlineData("{\"page_tokens\":false}")]
    [InlineData("{\"page_tokens\":false,\"page_cap\":400}")]
    public async Task No_limit_of_the_paging_loses_a_record(string rules)
    {
        await using var bench = await ZohoBench.StartAsync(1300);
        await bench.SetAsync(System.Text.Json.Nodes.JsonNode.Parse(rules)!);

        await bench.SucceedsAsync(WriteMode.Replace, "leads");

        await bench.ShouldEqualAsync("leads");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Nothing_new_is_heard_under_either_status(bool saysNotModified)
    {
        await using var bench = await ZohoBench.StartAsync(60);
        await bench.SetAsync(new { not_modified = saysNotModified });
        await bench.SucceedsAsync(WriteMode.Merge);

        var again = await bench.SyncAsync();

        again.Status.ShouldBe(RunStatus.Succeeded);
        again.Streams.ShouldAllBe(stream => stream.Read == 0);
    }

    [Theory]
    [InlineData(true, 300, true)]
    [InlineData(false, 300, false)]
    [InlineData(false, 150, true)]
    public async Task R3_a_list_that_went_on_without_tokens_does_not_prove_its_end(bool givesTokens, int leads, bool isProven)
    {
        var (bench, options) = await ZohoBench.OpenAsync(leads);
        await using var _ = bench;
        await bench.SetAsync(new { page_tokens = givesTokens });
        await using var source = new ZohoConnector().OpenSource(BoundSettings.Of(options), TimeProvider.System);
        var stream = (await source.DiscoverAsync(Stop)).Single(found => found.Name == "leads");
        var (last, read) = (new Cursor(""), 0);
        await foreach (var page in source.ReadAsync(new ReadRequest(stream, null) { IsFull = true }, Stop))
        {
            using (page) (last, read) = (page.After, read + page.Records.Count);
        }

        // The record at which a page without a token ends comes once more.
        read.ShouldBeInRange(leads, leads + 1);
        source.ProvesEnd("leads", last).ShouldBe(isProven);
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(true, false)]
    public async Task R3_without_tokens_no_record_slips_onto_a_page_that_was_read(bool isFull, bool areDeleted)
    {
        var (bench, options) = await ZohoBench.OpenAsync(900);
        await using var _ = bench;
        await bench.SetAsync(new { page_tokens = false });
        await using var source = new ZohoConnector().OpenSource(BoundSettings.Of(options), TimeProvider.System);
        var stream = (await source.DiscoverAsync(Stop)).Single(found => found.Name == "leads");

        var seen = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var page in source.ReadAsync(new ReadRequest(stream, null) { IsFull = isFull }, Stop))
        {
            using var read = page;
            var isFirst = seen.Count == 0;
            seen.UnionWith(page.Records.Select(place => JsonNode.Parse(page.Bytes.Span.Slice(place.Start, place.Length))!["id"]!.ToString()));
            var change = new { ids = seen.Take(20) };
            if (isFirst) await bench.MutateAsync("leads", areDeleted ? new { delete = change } : new { update = change });
        }

        (await bench.TruthAsync("leads")).Keys.Except(seen).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_empty_module_is_no_failure()
    {
        await using var bench = await ZohoBench.StartAsync(3);
        await bench.MutateAsync("deals", new { delete = new { count = 3 } });

        await bench.SucceedsAsync(WriteMode.Replace);

        (await bench.RowsAsync("deals", "id")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Leads_that_became_contacts_are_read_too()
    {
        await using var bench = await ZohoBench.StartAsync(200);

        await bench.SucceedsAsync(WriteMode.Merge, "leads");

        var rows = await bench.RowsAsync("leads", "id");
        rows.Count.ShouldBe(200);
        rows.Values.Count(row => row["$converted"]!.GetValue<bool>()).ShouldBeInRange(5, 60);
    }

    [Fact]
    public async Task A_contact_with_more_fields_than_a_call_takes_is_whole_and_typed()
    {
        await using var bench = await ZohoBench.StartAsync(230);

        await bench.SucceedsAsync(WriteMode.Merge, "contacts");
        await bench.MutateAsync("contacts", new { update = new { count = 3, set = ZohoBench.Values(("Rate_Per_Hour", 42.5), ("Fully_Onboarded", true)) } });
        await bench.SucceedsAsync(WriteMode.Merge, "contacts");

        await bench.ShouldEqualAsync("contacts");
        (await bench.RowsAsync("contacts", "id")).Values.Count(row => row["Rate_Per_Hour"]!.ToJsonString() == "42.5").ShouldBeGreaterThanOrEqualTo(3);
    }

    [Theory]
    [InlineData("none", true)]
    [InlineData("error", false)]
    [InlineData("silent", false)]
    public async Task Deletions_beyond_the_cap_are_read_or_refused_but_never_overlooked(string cap, bool succeeds)
    {
        await using var bench = await ZohoBench.StartAsync(2300);
        bench.IsApproved = true;
        await bench.SucceedsAsync(WriteMode.Merge, "leads");
        await bench.MutateAsync("leads", new { delete = new { count = 2100 } });
        await bench.SetAsync(new { deleted_cap = cap });

        var result = await bench.SyncAsync(WriteMode.Merge, "leads");

        (result.Status == RunStatus.Succeeded).ShouldBe(succeeds);
        if (succeeds) await bench.ShouldEqualAsync("leads");
        else result.Problems.ShouldContain(problem => problem.Code == "zoho.deletions_capped" && problem.Next == new NextStep(NextAct.ReadEverything));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task A_module_that_does_not_exist_is_said_wherever_the_error_stands(bool wrapped, bool under200)
    {
        var (bench, options) = await ZohoBench.OpenAsync(10, ("modules", "Leads, Nonsense, Deals"));
        await using var _ = bench;
        await bench.SetAsync(new { wrap_errors = wrapped, refuse_under_200 = under200 });
        await using var source = new ZohoConnector().OpenSource(BoundSettings.Of(options), TimeProvider.System);

        var problem = (await source.CheckAsync(Stop)).Problems.ShouldHaveSingleItem();

        problem.Code.ShouldBe("zoho.unknown_module");
        problem.Subject.ShouldBe("module Nonsense");
    }

    [Fact]
    public async Task Credits_are_shown_once_the_vendor_tells_of_them_and_their_end_is_not_waited_for()
    {
        var (bench, options) = await ZohoBench.OpenAsync(10);
        await using var _ = bench;
        await using var source = new ZohoConnector().OpenSource(BoundSettings.Of(options), TimeProvider.System);
        (await source.CheckAsync(Stop)).Facts.ShouldNotContain(fact => fact.Key == "credits left today");

        await bench.SetAsync(new { credits_remaining = 1234 });
        (await source.CheckAsync(Stop)).Facts.ShouldContain(new KeyValuePair<string, string>("credits left today", "1234"));

        await bench.SetAsync(new { credits_remaining = 0 });
        await bench.ResetRequestsAsync();
        await bench.FaultAsync(new { fault = "status", status = 429, times = -1 });
        (await source.CheckAsync(Stop)).Problems.ShouldAllBe(problem => problem.Code == "zoho.credits_used_up");
        (await bench.RequestsAsync())["recent"]!.AsArray().Count.ShouldBe(4, "one for each module, none repeated");
    }

    [Theory]
    [InlineData(ZohoEdition.Free, 0, 5)]
    [InlineData(ZohoEdition.Ultimate, 0, 25)]
    [InlineData(ZohoEdition.Ultimate, 3, 3)]
    public void The_edition_decides_how_many_requests_run_at_once(ZohoEdition edition, int wanted, int most) =>
        ZohoConnector.MaxConcurrent(new ZohoOptions { Edition = edition, MaxConcurrent = wanted }).ShouldBe(most);

    [Fact]
    public async Task No_more_requests_run_at_once_than_the_edition_allows()
    {
        await using var bench = await ZohoBench.StartAsync(600);
        await bench.FaultAsync(new { fault = "delay", milliseconds = 30, times = -1 });

        await bench.SucceedsAsync(WriteMode.Merge);

        (await bench.RequestsAsync())["max_concurrent"]!.GetValue<int>().ShouldBeInRange(2, 5);
    }

    [Fact]
    public async Task A_cursor_older_than_the_list_of_deleted_records_is_given_up()
    {
        var (bench, options) = await ZohoBench.OpenAsync(10, ("deleted_reach_days", "30"));
        await using var _ = bench;
        await using var source = new ZohoConnector().OpenSource(BoundSettings.Of(options), TimeProvider.System);
        var now = TimeProvider.System.GetUtcNow();

        source.CanResume("leads", Since(now.AddDays(-20))).ShouldBeTrue();
        source.CanResume("leads", Since(now.AddDays(-30))).ShouldBeFalse();

        static Engine.Sources.Cursor Since(DateTimeOffset time) => new($$"""{"v":1,"since":{{time.ToUnixTimeSeconds()}}}""");
    }
}
