using System.Diagnostics;
using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Runs;
using Xunit;

namespace Tidemark.Tests.Close;

/// <summary>Close's caps and limits: nothing is lost, or the run says so.</summary>
public sealed class CloseLimitTests
{
    private static readonly string[] Changing = ["leads", "contacts", "opportunities", "activities", "tasks"];

    [Fact]
    public async Task Lists_by_time_need_no_skip_and_so_reach_past_its_cap()
    {
        await using var bench = await CloseBench.StartAsync();
        await bench.SetAsync(new { max_skip = 0 });
        await bench.ShouldEqualTheSourceAsync(WriteMode.Merge, Changing);
    }

    [Fact]
    public async Task More_records_in_one_second_than_a_page_holds_are_all_read()
    {
        await using var bench = await CloseBench.StartAsync();
        var second = new { date_created = "2025-03-04T05:06:07.000000+00:00" };
        foreach (var stream in Changing)
            await bench.MutateAsync(stream, new { create = Enumerable.Repeat(second, 70) });
        await bench.ShouldEqualTheSourceAsync(WriteMode.Merge, Changing);
    }

    [Fact]
    public async Task A_skip_beyond_the_cap_fails_the_run_instead_of_ending_the_list()
    {
        await using var bench = await CloseBench.StartAsync(400, ("page_size", "10"));
        await bench.MutateAsync("users", new { create = 30 });
        await bench.SetAsync(new { max_skip = 15 });
        var result = await bench.SyncAsync(WriteMode.Merge, "users");
        result.Status.ShouldNotBe(RunStatus.Succeeded);
        result.Problems.ShouldContain(problem => problem.Code == "close.skip_limit");
    }

    [Theory]
    [InlineData(100, true)]
    [InlineData(100, false)]
    [InlineData(90, true)]
    [InlineData(90, false)]
    public async Task A_search_that_is_cut_off_with_or_without_a_word_goes_on_by_time(int cap, bool isSaid)
    {
        await using var bench = await CloseBench.StartAsync(400, ("parallel", "1"));
        await bench.SetAsync(new { search_cap = cap, search_cap_is_said = isSaid });
        await bench.ShouldEqualTheSourceAsync(WriteMode.Merge, "leads", "contacts");
    }

    [Fact]
    public async Task A_cursor_that_expires_at_once_costs_a_new_search_only()
    {
        await using var bench = await CloseBench.StartAsync();
        await bench.SetAsync(new { cursor_seconds = -1 });
        await bench.ShouldEqualTheSourceAsync(WriteMode.Merge, "leads", "contacts");
    }

    [Fact]
    public async Task Activities_in_another_order_than_newest_first_fail_the_run()
    {
        await using var bench = await CloseBench.StartAsync();
        await bench.SetAsync(new { activity_order = "oldest" });
        var result = await bench.SyncAsync(WriteMode.Merge, "activities");
        result.Status.ShouldNotBe(RunStatus.Succeeded);
        result.Problems.ShouldContain(problem => problem.Code == "close.out_of_order");
    }

    [Theory]
    [InlineData("nested", "none")]
    [InlineData("flat", "none")]
    [InlineData("neither", "new")]
    [InlineData("neither", "old")]
    public async Task A_429_is_waited_for_whichever_way_it_says_how_long(string body, string header)
    {
        await using var bench = await CloseBench.StartAsync(60);
        await bench.SetAsync(new { rate_body = body, rate_header = header, rate_reset = 2.5 });
        await bench.FaultAsync(new { fault = "status", status = 429, times = 1 });
        var watch = Stopwatch.StartNew();
        await bench.ShouldEqualTheSourceAsync(WriteMode.Merge, "tasks");
        watch.Elapsed.ShouldBeGreaterThan(TimeSpan.FromSeconds(2.4));
    }

    [Theory]
    [InlineData("new")]
    [InlineData("old")]
    public async Task A_used_up_allowance_is_waited_for_before_it_is_refused(string header)
    {
        await using var bench = await CloseBench.StartAsync(60, ("parallel", "1"));
        await bench.SetAsync(new { rate_header = header, rate_remaining = 0, rate_reset = 0.25 });
        await bench.ShouldEqualTheSourceAsync(WriteMode.Merge, "tasks");
        var requests = await bench.RequestsAsync();
        ((int)requests["count"]!).ShouldBeGreaterThan(20);
        ((int)requests["per_second_peak"]!).ShouldBeLessThan(16);
    }

    [Theory]
    [InlineData("repeat_page", "/api/v1/opportunity/")]
    [InlineData("empty_page", "/api/v1/opportunity/")]
    [InlineData("has_more_lie_true", "/api/v1/opportunity/")]
    [InlineData("has_more_lie_false", "/api/v1/opportunity/")]
    [InlineData("empty_page", "/api/v1/data/search/")]
    [InlineData("has_more_lie_true", "/api/v1/data/search/")]
    [InlineData("has_more_lie_false", "/api/v1/data/search/")]
    public async Task A_lie_about_paging_loses_no_row(string fault, string path)
    {
        var stream = path.Contains("search", StringComparison.Ordinal) ? "leads" : "opportunities";
        await using var bench = await CloseBench.StartAsync(150, ("retries", "1"));
        await bench.ShouldEqualTheSourceAsync(WriteMode.Merge, stream);
        await bench.FaultAsync(new { fault, after = 2, times = -1, path });
        var result = await bench.SyncAsync(WriteMode.Replace, stream);
        var rows = await bench.RowsAsync(stream, "id");
        if (result.Status != RunStatus.Succeeded) result.Problems.ShouldNotBeEmpty();
        rows.Keys.ShouldBe((await bench.TruthAsync(stream)).Keys);
    }
}
