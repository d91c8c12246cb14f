using System.Text.Json;
using Shouldly;
using Tidemark.Engine.Runs;
using Xunit;

namespace Tidemark.Tests.Server.Compat;

/// <summary>What the old addresses of the payment application's refresh do, and what they never do.</summary>
public sealed class PaymentsAddressTests
{
    [Fact]
    public async Task S1_1_P5_a_refresh_that_would_delete_parks_says_so_and_keeps_the_old_rows()
    {
        await using var bench = await StartAsync();
        await bench.DoAsync("POST", "api/database/refresh");
        var before = await RowsAsync(bench);
        await bench.SetPendingAsync(5);

        var answer = await bench.DoAsync("POST", "api/database/refresh");

        var summary = answer.GetProperty("summary");
        summary.GetProperty("workflow_status").GetString().ShouldBe("parked", answer.ToString());
        summary.GetProperty("data_cleared").GetBoolean().ShouldBeFalse();
        summary.GetProperty("backup_created").GetBoolean().ShouldBeTrue();
        var parked = (await bench.RunsAsync())[0];
        summary.GetProperty("next_step").GetString()!.ShouldContain(parked.Id);
        Statuses(answer).ShouldBe(["backup success", "clear skipped", "sync parked"]);
        (await RowsAsync(bench)).ShouldBe(before);
        parked.Origin.ShouldBe(new RunOrigin(RunTrigger.Api, "local"));
    }

    [Fact]
    public async Task S1_3_S1_12_clearing_needs_a_word_keeps_a_backup_and_is_restored_and_undone_value_for_value()
    {
        await using var bench = await StartAsync();
        await bench.DoAsync("POST", "api/database/refresh");
        var before = await RowsAsync(bench);

        foreach (var unsaid in new[] { "", "?confirm=false", "?confirm=0" })
        {
            var (status, problem) = await bench.AskAsync("DELETE", $"api/interpreters/clear{unsaid}");
            (status, problem.GetProperty("code").GetString()).ShouldBe((400, "confirm.missing"));
        }

        (await RowsAsync(bench)).ShouldBe(before);
        var cleared = await bench.DoAsync("DELETE", "api/interpreters/clear?confirm=true");
        (cleared.GetProperty("deleted_count").GetInt32(), cleared.GetProperty("remaining_count").GetInt32()).ShouldBe((before.Count, 0));
        (await RowsAsync(bench)).ShouldBeEmpty();
        var clear = (await bench.RunsAsync())[0];
        (clear.Result.Kind, clear.Status).ShouldBe((RunKind.Clear, RunStatus.Succeeded));

        var backup = (await bench.DoAsync("GET", "api/backup/list")).GetProperty("backups")[0];
        backup.GetProperty("total_records").GetInt32().ShouldBe(before.Count);
        var restored = await bench.DoAsync("POST", $"api/backup/restore/{backup.GetProperty("filename").GetString()}");
        restored.GetProperty("restored").GetInt32().ShouldBe(before.Count);
        (await RowsAsync(bench)).ShouldBe(before);
        var again = await bench.DoAsync("POST", $"api/backup/restore/{backup.GetProperty("filename").GetString()}");
        (again.GetProperty("restored").GetInt32(), again.GetProperty("skipped").GetInt32()).ShouldBe((0, before.Count));

        await bench.DoAsync("DELETE", "api/interpreters/clear?confirm=yes");
        var undo = await bench.Server.DoAsync(HttpMethod.Post, $"runs/{(await bench.RunsAsync())[0].Id}/undo");
        (await ServerBench.FollowAsync(bench.Server.Admin, $"runs/{undo.GetProperty("run").GetString()}?follow=true"))[^1].Data.GetProperty("status").GetString().ShouldBe("succeeded");
        (await RowsAsync(bench)).ShouldBe(before);
    }

    [Theory]
    [InlineData("..%2Fkey", 400, "backup.name_invalid")]
    [InlineData("..%2F..%2Fetc%2Fpasswd", 400, "backup.name_invalid")]
    [InlineData("none.json", 404, "backup.unknown")]
    public async Task S1_8_a_restore_cannot_leave_the_folder(string name, int status, string code)
    {
        await using var bench = await StartAsync();

        var (answered, problem) = await bench.AskAsync("POST", $"api/backup/restore/{name}");

        (answered, problem.GetProperty("code").GetString()).ShouldBe((status, code));
    }

    [Fact]
    public async Task S1_4_S1_11_without_the_filter_all_that_waits_is_added_and_the_next_sync_goes_on_as_before()
    {
        await using var bench = await StartAsync();
        await bench.DoAsync("POST", "api/database/refresh?clear_before_sync=false");
        var onboarded = (await RowsAsync(bench)).Count;
        var waiting = await bench.PendingAsync(onboarded: false);
        waiting.Count.ShouldBeGreaterThan(0);

        var answer = await bench.DoAsync("POST", "api/database/refresh?clear_before_sync=no&use_fully_onboarded=0");

        Statuses(answer).ShouldBe(["backup success", "sync success"]);
        answer.GetProperty("summary").GetProperty("fully_onboarded_filter_used").GetBoolean().ShouldBeFalse();
        (await RowsAsync(bench)).Count.ShouldBe(onboarded + waiting.Count);
        (await bench.PendingAsync(onboarded: false)).ShouldBeEmpty();
        await bench.SetPendingAsync(3);
        var next = await bench.DoAsync("POST", "api/database/refresh?clear_before_sync=false");
        next.GetProperty("summary").GetProperty("workflow_status").GetString().ShouldBe("completed", next.ToString());
        next.GetProperty("steps")[1].GetProperty("data").GetProperty("total_fetched").GetInt32().ShouldBe(3);
        (await RowsAsync(bench)).Count.ShouldBeGreaterThanOrEqualTo(onboarded + waiting.Count);
    }

    [Fact]
    public async Task S1_1_P4_after_a_refresh_without_the_filter_syncs_with_it_go_on_and_keep_every_row()
    {
        await using var bench = await StartAsync();
        await bench.DoAsync("POST", "api/database/refresh?use_fully_onboarded=false");
        var rows = (await RowsAsync(bench)).Count;
        await bench.SetPendingAsync(3);

        var run = await bench.Server.RunAsync(new { kind = "sync", pipeline = "payments" });

        run.GetProperty("status").GetString().ShouldBe("succeeded", run.ToString());
        (run.GetProperty("streams")[0].GetProperty("read").GetInt32(), run.GetProperty("streams")[0].GetProperty("deleted").GetInt32()).ShouldBe((3, 0));
        rows += run.GetProperty("streams")[0].GetProperty("created").GetInt32();
        (await RowsAsync(bench)).Count.ShouldBe(rows);
        // What the other filter showed is not proven gone, as long as nothing has shown it since.
        await bench.SetPendingAsync(rows);
        var refresh = await bench.DoAsync("POST", "api/database/refresh");
        refresh.GetProperty("summary").GetProperty("workflow_status").GetString().ShouldBe("parked", refresh.ToString());
        (await RowsAsync(bench)).Count.ShouldBe(rows);
    }

    [Fact]
    public async Task S1_13_nothing_fetched_says_how_many_match_each_half_and_the_old_rows_stay()
    {
        await using var bench = await StartAsync();
        await bench.DoAsync("POST", "api/database/refresh");
        var before = await RowsAsync(bench);

        var answer = await bench.DoAsync("POST", "api/database/refresh");

        answer.GetProperty("summary").GetProperty("reason").GetString()!.ShouldContain("match (Sync_to_Payment_App:equals:Pending Sync)");
        answer.GetProperty("summary").GetProperty("reason").GetString()!.ShouldContain("match (Fully_Onboarded:equals:true)");
        (await RowsAsync(bench)).ShouldBe(before);
    }

    [Fact]
    public async Task S1_14_a_backup_that_cannot_be_written_stops_everything()
    {
        await using var bench = await StartAsync();
        await bench.DoAsync("POST", "api/database/refresh");
        var before = await RowsAsync(bench);
        await bench.SetPendingAsync(5);
        var pipeline = await bench.Server.Home.Definitions.Pipelines.FindAsync("payments", ServerBench.Cancel);
        // No folder can be made where a file is.
        await File.WriteAllTextAsync(bench.Server.File("taken"), "", ServerBench.Cancel);
        await bench.Server.Home.Definitions.Pipelines.SaveAsync(
            pipeline with { Backup = pipeline.Backup with { Folder = $"{bench.Server.File("taken")}/backups" } }, ServerBench.Cancel);

        foreach (var query in new[] { "", "?clear_before_sync=false" })
        {
            var answer = await bench.DoAsync("POST", $"api/database/refresh{query}");

            Statuses(answer).ShouldBe(["backup failed"], answer.ToString());
            answer.GetProperty("steps")[0].GetProperty("error").GetString().ShouldNotBeNullOrEmpty();
            answer.GetProperty("summary").GetProperty("workflow_status").GetString().ShouldBe("failed");
            (await RowsAsync(bench)).ShouldBe(before);
        }

        (await bench.AskAsync("DELETE", "api/interpreters/clear?confirm=true")).Status.ShouldBe(422);
        (await RowsAsync(bench)).ShouldBe(before);
        (await bench.PendingAsync(onboarded: true)).Count.ShouldBe(5);
    }

    [Fact]
    public async Task S1_9_a_test_shows_what_would_be_written_and_writes_nothing()
    {
        await using var bench = await StartAsync();
        var contact = (await bench.Vendor.TruthAsync("contacts")).Values.First(each => each["Email"] is not null);

        var answer = await bench.DoAsync("POST", "api/sync/test", new { module = "Contacts", email = contact["Email"]!.ToString() });

        answer.GetProperty("would_write").GetProperty("last_name").GetString().ShouldBe(contact["Last_Name"]!.ToString(), answer.ToString());
        var none = await bench.DoAsync("POST", "api/sync/test", new { email = "nobody),(Email:equals:x@example.com" });
        (none.GetProperty("success").GetBoolean(), none.GetProperty("found").GetBoolean()).ShouldBe((false, false));
        (await bench.RunsAsync()).ShouldBeEmpty();
        (await bench.AskAsync("GET", "api/interpreters")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task S1_10_history_logs_and_status_speak_of_the_same_sync()
    {
        await using var bench = await StartAsync();
        await bench.DoAsync("POST", "api/database/refresh");

        var last = (await bench.DoAsync("GET", "api/sync/history?limit=1")).GetProperty("history")[0];
        var id = last.GetProperty("id").GetString();

        (await bench.DoAsync("GET", $"api/sync/{id}/logs")).GetProperty("sync_id").GetString().ShouldBe(id);
        var status = await bench.DoAsync("GET", "api/sync/status");
        status.GetProperty("last_sync").GetProperty("id").GetString().ShouldBe(id);
        status.GetProperty("total_interpreters").GetInt64().ShouldBe(last.GetProperty("total_created").GetInt64());
        (await bench.AskAsync("GET", "api/sync/sync_1/logs")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task An_address_whose_template_is_not_applied_says_which()
    {
        await using var bench = await StartAsync();

        var (status, problem) = await bench.AskAsync("POST", "api/sync-database");

        (status, problem.GetProperty("code").GetString()).ShouldBe((404, "compat.not_applied"));
        problem.GetProperty("hint").GetString()!.ShouldContain("init opportunities");
    }

    private static Task<OldBench> StartAsync() => OldBench.StartAsync("zoho", "payments");

    private static async Task<IReadOnlyList<string>> RowsAsync(OldBench bench) =>
        [.. (await bench.DoAsync("GET", "api/interpreters")).GetProperty("interpreters").EnumerateArray().Select(row => row.ToString())];

    private static IEnumerable<string> Statuses(JsonElement answer) =>
        answer.GetProperty("steps").EnumerateArray().Select(step => $"{step.GetProperty("step").GetString()} {step.GetProperty("status").GetString()}");
}
