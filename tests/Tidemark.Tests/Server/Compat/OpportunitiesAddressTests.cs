using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Runs;
using Tidemark.Server.Compat.Opportunities;
using Xunit;

namespace Tidemark.Tests.Server.Compat;

/// <summary>What the old addresses of Oracle's opportunities answer.</summary>
public sealed class OpportunitiesAddressTests
{
    [Fact]
    public async Task S2_7_S2_10_the_first_sync_is_full_later_ones_are_incremental_and_all_are_in_the_history()
    {
        await using var bench = await OldBench.StartAsync("oracle", "opportunities");
        (await bench.AskAsync("GET", "api/sync-status")).Status.ShouldBe(404);
        var truth = await bench.Vendor.TruthAsync("opportunities");

        var first = await bench.DoAsync("POST", "api/sync-database");
        await bench.Vendor.MutateAsync("opportunities", new { create = 2, update = new { count = 3 } });
        var second = await bench.DoAsync("POST", "api/sync-database");

        (first.GetProperty("sync_type").GetString(), first.GetProperty("new_records").GetInt32()).ShouldBe(("FULL", truth.Count), first.ToString());
        (second.GetProperty("sync_type").GetString(), second.GetProperty("new_records").GetInt32(), second.GetProperty("updated_records").GetInt32()).ShouldBe(("INCREMENTAL", 2, 3), second.ToString());
        (await bench.DoAsync("GET", "api/sync-status")).ToString().ShouldBe(second.ToString());
        var history = await bench.DoAsync("GET", "api/sync-history?limit=10");
        history.GetProperty("history").EnumerateArray().Select(run => run.ToString()).ShouldBe([second.ToString(), first.ToString()]);
        (await bench.DoAsync("GET", "api/sync-history?limit=1")).GetProperty("total").GetInt32().ShouldBe(1);
        (await bench.DoAsync("GET", "api/opportunities")).GetProperty("opportunities").GetArrayLength().ShouldBe(truth.Count + 2);
    }

    [Fact]
    public async Task S2_7_an_opportunity_is_shown_as_Oracle_has_it_now()
    {
        await using var bench = await OldBench.StartAsync("oracle", "opportunities");
        var record = (await bench.Vendor.TruthAsync("opportunities")).Values.First();

        (await bench.DoAsync("GET", $"api/oracle-opportunity/{record["OptyId"]}")).GetProperty("Name").GetString().ShouldBe(record["Name"]!.ToString());

        (await bench.AskAsync("GET", "api/oracle-opportunity/999999999999")).Answer.GetProperty("code").GetString().ShouldBe("opportunity.unknown");
        (await bench.AskAsync("GET", "api/oracle-opportunity/1%20or%20OptyId%3E0")).Status.ShouldBe(400);
    }

    [Fact]
    public async Task S2_10_a_failed_sync_says_why()
    {
        await using var bench = await OldBench.StartAsync("oracle", "opportunities");
        await bench.Vendor.FaultAsync(new { fault = "wrong_content", times = -1 });

        var failed = await bench.DoAsync("POST", "api/sync-database");

        failed.GetProperty("status").GetString().ShouldBe("FAILED");
        failed.GetProperty("error_message").GetString().ShouldNotBeNullOrEmpty();
    }

    [Theory]
    [InlineData(RunStatus.Succeeded, "SUCCESS")]
    [InlineData(RunStatus.Running, "RUNNING")]
    [InlineData(RunStatus.Queued, "RUNNING")]
    [InlineData(RunStatus.Parked, "FAILED")]
    [InlineData(RunStatus.Failed, "FAILED")]
    [InlineData(RunStatus.Cancelled, "FAILED")]
    public void S2_10_every_status_has_its_old_word(RunStatus status, string word)
    {
        var result = new RunResult("r-1", "opportunities", WriteMode.Merge, status, [], 1) { Problems = status == RunStatus.Parked ? [new("guard.x", "x", "Too much.")] : [] };

        var answer = OpportunitiesApi.Answer(new("r-1", new SyncRun("opportunities"), new(RunTrigger.Api, null), DateTimeOffset.UnixEpoch, null, result));

        answer.Status.ShouldBe(word);
        if (status == RunStatus.Parked) answer.ErrorMessage!.ShouldContain("waits for approval");
    }

    [Fact]
    public async Task S2_9_the_variables_make_the_pipeline_once_and_never_change_what_is_saved()
    {
        await using var bench = await OldBench.StartAsync("oracle");
        var (home, variables) = (bench.Server.Home, bench.Variables());

        (await OpportunitiesVariables.ApplyAsync(home, name => name == "ORACLE_PASS" ? null : variables.GetValueOrDefault(name), ServerBench.Cancel)).ShouldBeNull();
        (await home.Definitions.Pipelines.NamesAsync(ServerBench.Cancel)).ShouldBeEmpty();
        (await OpportunitiesVariables.ApplyAsync(home, variables.GetValueOrDefault, ServerBench.Cancel))!.ShouldContain("was made");

        (await bench.DoAsync("POST", "api/sync-database")).GetProperty("status").GetString().ShouldBe("SUCCESS");
        variables["ORACLE_USER"] = "another";
        (await OpportunitiesVariables.ApplyAsync(home, variables.GetValueOrDefault, ServerBench.Cancel)).ShouldBeNull();
        await home.Definitions.Pipelines.RemoveAsync("opportunities", ServerBench.Cancel);
        (await OpportunitiesVariables.ApplyAsync(home, variables.GetValueOrDefault, ServerBench.Cancel))!.ShouldContain("nothing was changed");
        (await home.Definitions.Sources.FindAsync("oracle", ServerBench.Cancel)).Settings["username"].ShouldBe("tidemark");
    }
}
