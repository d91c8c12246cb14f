using Shouldly;
using Tidemark.Connectors;
using Tidemark.Engine;
using Tidemark.Engine.Runs;
using Xunit;

namespace Tidemark.Tests.Systems;

/// <summary>The template <c>opportunities</c>: Oracle Fusion Sales beside an application's own tables (S2).</summary>
public sealed class OpportunitiesTests
{
    private const string Stream = "opportunities";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(SystemBench.Sqlite)]
    [InlineData(SystemBench.Postgres)]
    public async Task S2_1_S2_3_the_first_run_is_full_and_maps_every_field(string database)
    {
        await using var bench = await StartAsync(database);
        var truth = await bench.Vendor.TruthAsync(Stream);

        var run = await bench.SucceedsAsync(Stream);

        run.Stream(Stream).GetProperty("full").GetBoolean().ShouldBeTrue();
        run.Figures(Stream, "created").ShouldBe([truth.Count]);
        var rows = await bench.QueryAsync(
            """
            SELECT remote_id, name, customer, currency, win_probability, stage, sales_owner, practice, geo, region, sector
            FROM opportunities ORDER BY remote_id
            """);
        rows.ShouldBe(truth.Values.OrderBy(record => (long)record["OptyId"]!).Select(record => string.Join('|', new[]
        {
            "OptyId", "Name", "TargetPartyName", "CurrencyCode", "WinProb", "SalesStage", "OwnerResourcePartyId", "Practice_c", "GEO_c",
            "Region_c", "Sector_c",
        }.Select(field => record[field]?.ToString()))));
        (await bench.CountAsync(Stream, "deal_value IS NULL OR close_date IS NULL OR last_synced_at IS NULL")).ShouldBe(0);
        (await Should.ThrowAsync<System.Data.Common.DbException>(() => bench.ExecuteAsync(
            "INSERT INTO opportunities (remote_id) SELECT remote_id FROM opportunities"))).ShouldNotBeNull("remote_id is unique");
    }

    [Fact]
    public async Task S2_2_later_runs_fetch_only_what_changed_and_a_key_scan_sees_deletions()
    {
        await using var bench = await StartAsync(SystemBench.Sqlite, 1000);
        await bench.SucceedsAsync(Stream);
        await bench.Vendor.MutateAsync(Stream, new { update = new { count = 3, set = Values(("Name", "changed")) }, delete = new { count = 2 } });

        var incremental = await bench.SucceedsAsync(Stream);

        // The overlap may bring back what was changed within its ten minutes.
        incremental.Figures(Stream, "read")[0].ShouldBeLessThan(100);
        incremental.Figures(Stream, "created", "updated", "deleted").ShouldBe([0, 3, 0]);
        (await bench.CountAsync(Stream, "name = 'changed'")).ShouldBe(3);

        var scan = await bench.SucceedsAsync(Stream, "--deletions");

        scan.Figures(Stream, "created", "updated", "deleted").ShouldBe([0, 0, 2]);
        (await bench.CountAsync(Stream, "_deleted_at IS NOT NULL")).ShouldBe(2);
        (await bench.CountAsync(Stream)).ShouldBe(1000);
    }

    [Theory]
    [InlineData(SystemBench.Sqlite)]
    [InlineData(SystemBench.Postgres)]
    public async Task S2_4_workflow_status_is_the_applications_until_the_opportunity_is_decided(string database)
    {
        await using var bench = await StartAsync(database);
        await bench.SucceedsAsync(Stream);
        (await bench.CountAsync(Stream, "status = 'OPEN' AND workflow_status <> 'NEW'")).ShouldBe(0);
        (await bench.CountAsync(Stream, "status <> 'OPEN' AND workflow_status <> status")).ShouldBe(0);
        var open = await bench.QueryAsync("SELECT remote_id FROM opportunities WHERE status = 'OPEN' ORDER BY remote_id");
        var ids = (await bench.Vendor.TruthAsync(Stream)).ToDictionary(record => record.Value["OptyId"]!.ToString(), record => record.Key);
        await bench.ExecuteAsync("UPDATE opportunities SET workflow_status = 'IN REVIEW' WHERE status = 'OPEN'");
        await bench.ExecuteAsync("CREATE TABLE assessments (id integer PRIMARY KEY, opportunity bigint NOT NULL REFERENCES opportunities (remote_id))");
        await bench.ExecuteAsync("INSERT INTO assessments (id, opportunity) SELECT remote_id % 1000000, remote_id FROM opportunities");
        await SetAsync(open[0], ("Name", "renamed"));
        await SetAsync(open[1], ("StatusCode", "WON"));
        await SetAsync(open[2], ("StatusCode", "CLOSED"));
        await bench.Vendor.MutateAsync(Stream, new { delete = new { id = ids[open[3]] } });

        await bench.SucceedsAsync(Stream);
        (await StatesAsync()).ShouldBe(["IN REVIEW", "WON", "CLOSED", "IN REVIEW"]);
        foreach (var mode in new[] { "--full", "--refresh" })
        {
            await bench.SucceedsAsync(Stream, mode);
            (await StatesAsync()).ShouldBe(["IN REVIEW", "WON", "CLOSED", "IN REVIEW"], mode);
            (await bench.CountAsync("assessments")).ShouldBe(await bench.CountAsync(Stream), mode);
        }

        (await bench.QueryAsync($"SELECT name FROM opportunities WHERE remote_id = {open[0]}")).ShouldBe(["renamed"]);
        (await bench.QueryAsync("SELECT remote_id FROM opportunities WHERE _deleted_at IS NOT NULL")).ShouldBe([open[3]]);

        Task SetAsync(string remote, params (string, object)[] values) =>
            bench.Vendor.MutateAsync(Stream, new { update = new { id = ids[remote], set = Values(values) } });

        Task<IReadOnlyList<string>> StatesAsync() => bench.QueryAsync(
            $"SELECT workflow_status FROM opportunities WHERE remote_id IN ({string.Join(',', open.Take(4))}) ORDER BY remote_id");
    }

    [Theory]
    [InlineData(SystemBench.Sqlite)]
    [InlineData(SystemBench.Postgres)]
    public async Task S2_5_a_bad_record_waits_in_quarantine_and_arrives_once_it_is_mended(string database)
    {
        await using var bench = await StartAsync(database);
        var bad = (await bench.Vendor.TruthAsync(Stream)).Keys.First();
        await bench.Vendor.MutateAsync(Stream, new { update = new { id = bad, set = Values(("WinProb", "high")) } });

        var first = await bench.SyncAsync("partial", Stream);

        first.Figures(Stream, "quarantined", "created").ShouldBe([1, 99]);
        var entry = (await bench.DoAsync("quarantine", "list")).Line;
        entry.GetRawText().ShouldContain("value.wrong_type");
        await bench.Vendor.MutateAsync(Stream, new { update = new { id = bad, set = Values(("WinProb", 40)) } });
        await bench.SucceedsAsync(Stream);
        (await bench.CountAsync(Stream, "win_probability = 40")).ShouldBeGreaterThan(0);
        (await bench.CountAsync(Stream)).ShouldBe(100);
        (await bench.DoAsync("quarantine", "list")).Output.ShouldBeEmpty();
    }

    [Fact]
    public async Task S2_6_what_was_committed_before_a_timeout_stays_and_the_next_run_goes_on()
    {
        await using var bench = await StartAsync(SystemBench.Sqlite, 1500);
        var yaml = await File.ReadAllTextAsync(bench.TemplateFile, Stop);
        await File.WriteAllTextAsync(bench.TemplateFile, yaml.Replace(
            "      username:", "      page_size: 100\n      parallel: 1\n      retries: 0\n      timeout: 2\n      requests_per_second: 4\n      username:", StringComparison.Ordinal),
            Stop);
        await bench.DoAsync("apply", "-f", bench.TemplateFile);
        await bench.Vendor.FaultAsync(new { fault = "delay", milliseconds = 5000, path = "/crmRestApi/resources/latest/opportunities", after = 12, times = -1 });

        await bench.RunAsync("sync", Stream);

        var kept = await bench.CountAsync(Stream);
        kept.ShouldBeInRange(1, 1499);
        await bench.Vendor.ClearFaultsAsync();
        var next = await bench.SucceedsAsync(Stream);
        next.Figures(Stream, "created").ShouldBe([1500 - kept]);
        next.Figures(Stream, "read")[0].ShouldBeLessThan(1500);
    }

    [Fact]
    public async Task S2_9_the_environment_alone_configures_it_and_what_is_missing_is_named()
    {
        await using var bench = await StartAsync(SystemBench.Sqlite);
        bench.Variables.Remove("ORACLE_PASS");
        bench.Variables.Remove("DATABASE_URL");

        var answer = await bench.RunAsync("apply", "-f", bench.TemplateFile);

        answer.Code.ShouldBe(5);
        answer.Error.ShouldContain("The environment variable ORACLE_PASS is not set.");
        answer.Error.ShouldContain("The environment variable DATABASE_URL is not set.");
        (await bench.DoAsync("export")).Output.ShouldNotContain("password: tidemark");
    }

    [Fact]
    public async Task S2_10_a_run_tells_all_that_a_row_of_the_log_needs()
    {
        await using var bench = await StartAsync(SystemBench.Sqlite);
        await bench.SucceedsAsync(Stream);
        await bench.Vendor.FaultAsync(new { fault = "wrong_content", path = "/crmRestApi/resources/latest/opportunities", after = 1, times = -1 });
        await bench.SyncAsync("failed", Stream, "--full");

        await bench.Vendor.ClearFaultsAsync();
        await bench.SucceedsAsync(Stream);
        var home = await Home.OpenAsync(new HomeOptions(bench.Home), CompiledConnectors.Catalog(), TimeProvider.System, Stop);
        var runs = await home.Runs.ListAsync(10, new() { Pipeline = Stream }, Stop);

        // Sync type, status, fetched, new, updated and failed records: as a log has them, the latest first.
        runs.Select(run => run.Result.Streams.ShouldHaveSingleItem()).Select(stream => stream.IsFull).ShouldBe([false, true, true]);
        runs.Select(run => run.Status).ShouldBe([RunStatus.Succeeded, RunStatus.Failed, RunStatus.Succeeded]);
        var (failed, first) = (runs[1], runs[2].Result.Streams[0]);
        (first.Created, first.Updated, first.Quarantined).ShouldBe((100, 0, 0));
        first.Read.ShouldBeGreaterThanOrEqualTo(100);
        failed.Result.Problems.ShouldHaveSingleItem().Message.ShouldNotBeNullOrEmpty();
        runs.ShouldAllBe(run => run.FinishedAt >= run.StartedAt && run.Result.Seconds > 0);
    }

    private static Task<SystemBench> StartAsync(string database, int size = 100) =>
        SystemBench.StartAsync("opportunities", "oracle", database, size);

    private static Dictionary<string, object> Values(params (string Name, object Value)[] values) =>
        values.ToDictionary(each => each.Name, each => each.Value, StringComparer.Ordinal);
}
