using System.Text.Json;
using Shouldly;
using Tidemark.Engine.Access;
using Xunit;

namespace Tidemark.Tests.Server;

/// <summary>Schedules over the API, and the server that starts what is due.</summary>
public sealed class SchedulesApiTests
{
    private const int Looks = 1200;

    [Fact]
    public async Task S2_8_schedules_are_listed_in_words_with_their_next_times_and_paused()
    {
        await using var bench = await ServerBench.StartAsync();
        await bench.SavePaymentsAsync();
        await bench.DoAsync(HttpMethod.Put, "pipelines/payments", new
        {
            source = "shop",
            destination = "db",
            streams = new[] { "products" },
            schedules = new object[] { "0 0 1 1 *", new { cron = "30 2 * * *", time_zone = "Europe/Berlin", run = "backup", overlap = "queue" } },
        });

        var listed = (await bench.GetAsync("schedules?next=3")).GetProperty("items").EnumerateArray().ToList();
        listed.Select(schedule => Text(schedule, "words")).ShouldBe(["on the 1st in January at 00:00 UTC", "every day at 02:30 Europe/Berlin"]);
        listed.ShouldAllBe(schedule => schedule.GetProperty("next").GetArrayLength() == 3 && !schedule.GetProperty("paused").GetBoolean());
        (Text(listed[1], "run"), Text(listed[1], "overlap")).ShouldBe(("backup", "queue"));
        Text((await bench.GetAsync("pipelines/payments")).GetProperty("schedules")[1], "run").ShouldBe("backup");

        Text(await bench.DoAsync(HttpMethod.Post, "pipelines/payments/pause"), "change").ShouldBe("updated");
        (await bench.GetAsync("schedules?pipeline=payments")).GetProperty("items").EnumerateArray().ShouldAllBe(schedule => schedule.GetProperty("paused").GetBoolean());
        (await bench.GetAsync("status/payments")).GetProperty("paused").GetBoolean().ShouldBeTrue();
        await bench.DoAsync(HttpMethod.Post, "pipelines/payments/resume");
        (await bench.GetAsync("schedules")).GetProperty("items").EnumerateArray().ShouldAllBe(schedule => !schedule.GetProperty("paused").GetBoolean());
    }

    [Fact]
    public async Task A_viewer_pauses_nothing_and_a_token_for_one_pipeline_sees_no_other()
    {
        await using var bench = await ServerBench.StartAsync();
        await bench.SavePaymentsAsync();
        await bench.DoAsync(HttpMethod.Put, "pipelines/others", new { source = "shop", destination = "db", tables = "o_{stream}", schedules = "@yearly" });
        using var viewer = await bench.ClientAsync("viewer", Role.Viewer);
        using var narrow = await bench.ClientAsync("narrow", Role.Operator, null, "payments");

        (await ServerBench.AskAsync(viewer, HttpMethod.Post, "pipelines/others/pause")).Status.ShouldBe(403);
        (await ServerBench.AskAsync(narrow, HttpMethod.Post, "pipelines/others/pause")).Status.ShouldBe(403);
        (await ServerBench.AskAsync(narrow, HttpMethod.Get, "schedules")).Answer.GetProperty("items").GetArrayLength().ShouldBe(0);
        (await ServerBench.AskAsync(viewer, HttpMethod.Get, "schedules")).Answer.GetProperty("items").GetArrayLength().ShouldBe(1);
        var (status, problem) = await ServerBench.AskAsync(bench.Admin, HttpMethod.Put, "pipelines/others", new { source = "shop", destination = "db", schedules = "0 25 * * *" });
        status.ShouldBe(422);
        problem.ToString().ShouldContain("has 25 for hours, which are 0 to 23");
    }

    [Fact]
    public async Task The_server_runs_what_follows_a_pipeline_that_another_door_has_saved()
    {
        await using var bench = await ServerBench.StartAsync();
        await bench.SavePaymentsAsync();
        // Saved beside the server, as a command does.
        await bench.Home.Definitions.Pipelines.SaveAsync(new("copy", "shop", "db") { Tables = "copy_{stream}", Streams = ["products"], After = ["payments"] }, ServerBench.Cancel);

        var first = await bench.RunAsync(new { pipeline = "payments" });

        var runs = new List<JsonElement>();
        for (var look = 0; look < Looks && (runs is not [var only] || Text(only, "status") is "queued" or "running"); look++)
        {
            await Task.Delay(100, ServerBench.Cancel);
            runs = [.. (await bench.GetAsync("runs?pipeline=copy")).GetProperty("items").EnumerateArray()];
        }

        runs.Count.ShouldBe(1, "a run followed, and only one");
        (Text(runs[0], "status"), Text(runs[0], "trigger")).ShouldBe(("succeeded", "schedule"));
        runs[0].GetProperty("due_at").GetDateTimeOffset().ShouldBe(first.GetProperty("finished_at").GetDateTimeOffset());
    }

    private static string? Text(JsonElement from, string key) => from.GetProperty(key).GetString();
}
