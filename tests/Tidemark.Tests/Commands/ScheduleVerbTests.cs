using System.Text.Json;
using Shouldly;
using Tidemark.Engine.Definitions;
using Tidemark.Output;
using Tidemark.Tests.Catalog;
using Tidemark.Tests.Scheduling;
using Xunit;

namespace Tidemark.Tests.Commands;

/// <summary>Schedules as people and scripts see them, at a moment that stands.</summary>
public sealed class ScheduleVerbTests : IDisposable
{
    private readonly ScheduledHome _home = new(new SqliteHome());

    public ScheduleVerbTests() => _home.Now = ScheduledHome.At("2027-03-27T10:00Z");

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task S2_8_schedules_are_shown_in_words_with_the_next_five_times()
    {
        await _home.SaveAsync(
            ScheduledHome.Pipeline("opportunities", new("30 2 * * *") { TimeZone = "Europe/Berlin" }, new("@weekly") { Run = ScheduledWork.Deletions, Paused = true }),
            ScheduledHome.Pipeline("reports") with { After = ["opportunities"] });

        var lines = Lines(await DoAsync("schedules", "--json"));
        lines.Select(line => $"{Text(line, "pipeline")} {Text(line, "run")} {Text(line, "words")} {line.GetProperty("paused")}").ShouldBe([
            "opportunities sync every day at 02:30 Europe/Berlin False",
            "opportunities deletions on Sundays at 00:00 UTC True",
            "reports sync after each run of opportunities that succeeds False"]);
        lines[0].GetProperty("next").EnumerateArray().Select(time => time.GetString()).ShouldBe([
            "2027-03-28T01:00:00.0000000Z", "2027-03-29T00:30:00.0000000Z", "2027-03-30T00:30:00.0000000Z", "2027-03-31T00:30:00.0000000Z", "2027-04-01T00:30:00.0000000Z"]);
        lines[1].GetProperty("next").GetArrayLength().ShouldBe(0);
        Text(lines[2], "after").ShouldBe("opportunities");
        Lines(await DoAsync("schedules", "opportunities", "--next", "2", "--json"))[0].GetProperty("next").GetArrayLength().ShouldBe(2);

        var shown = await DoAsync("schedules");
        shown.ShouldContain("every day at 02:30 Europe/Berlin");
        shown.ShouldContain("paused");
    }

    [Fact]
    public async Task S2_8_what_no_server_has_dealt_with_is_shown_as_missed_until_one_makes_up_for_it()
    {
        await _home.SaveAsync(ScheduledHome.Pipeline("p", new PipelineSchedule("0 0 * * *")));
        _home.Now = ScheduledHome.At("2027-03-30T10:00Z");

        Lines(await DoAsync("schedules", "--json"))[0].GetProperty("missed").GetInt32().ShouldBe(3);
        (await DoAsync("schedules")).ShouldContain("Missed: no server has dealt with it.");
        var run = (await _home.LookAsync()).Single();
        var line = Lines(await DoAsync("schedules", "--json"))[0];
        (line.GetProperty("missed").GetInt32(), Text(line, "last_run"), line.GetProperty("last_missed").GetInt32(), Text(line, "last_due_at"))
            .ShouldBe((0, run.Id, 3, "2027-03-30T00:00:00.0000000Z"));
        (await DoAsync("run", "show", run.Id)).ShouldContain("makes up for 3 missed");
    }

    [Fact]
    public async Task A_pipeline_is_paused_and_resumed_and_keeps_everything_else()
    {
        var pipeline = ScheduledHome.Pipeline("p", new("0 0 * * *"), new("@weekly") { Run = ScheduledWork.Backup, Paused = true }) with { UndoRuns = 3, Deadline = "26h" };
        await _home.SaveAsync(pipeline);

        await DoAsync("pipeline", "pause", "p");
        Lines(await DoAsync("schedules", "--json")).ShouldAllBe(line => line.GetProperty("paused").GetBoolean());
        Lines(await DoAsync("status", "--json"))[0].GetProperty("paused").GetBoolean().ShouldBeTrue();
        await DoAsync("pipeline", "resume", "p");
        Lines(await DoAsync("schedules", "--json")).Select(line => line.GetProperty("paused").GetBoolean()).ShouldBe([false, true]);
        await using var command = await _home.OpenAsync();
        DefinitionJson.Write(await command.Definitions.Pipelines.FindAsync("p", TestHome.Cancelled)).ShouldBe(DefinitionJson.Write(pipeline));
    }

    [Fact]
    public async Task A_schedule_is_set_and_taken_away_at_the_command_line()
    {
        await _home.SaveAsync(ScheduledHome.Pipeline("q"), ScheduledHome.Pipeline("p"));

        await DoAsync("pipeline", "set", "p", "--schedule", "30 2 * * *", "--schedule", "@weekly", "--time-zone", "Europe/Berlin", "--after", "q", "--deadline", "26h");
        var set = Lines(await DoAsync("pipeline", "show", "p", "--json"))[0];
        set.GetProperty("schedules").EnumerateArray().Select(schedule => Text(schedule, "words")).ShouldBe(
            ["every day at 02:30 Europe/Berlin", "on Sundays at 00:00 Europe/Berlin"]);
        (Text(set.GetProperty("after")[0]), Text(set, "deadline")).ShouldBe(("q", "26h"));
        (await DoAsync("pipeline", "show", "p")).ShouldContain("sync every day at 02:30 Europe/Berlin; sync on Sundays at 00:00 Europe/Berlin");

        await DoAsync("pipeline", "set", "p", "--time-zone", "UTC");
        Text(Lines(await DoAsync("pipeline", "show", "p", "--json"))[0].GetProperty("schedules")[0], "time_zone").ShouldBe("UTC");
        await DoAsync("pipeline", "set", "p", "--schedule", "none", "--after", "none", "--deadline", "none");
        var bare = Lines(await DoAsync("pipeline", "show", "p", "--json"))[0];
        (bare.GetProperty("schedules").GetArrayLength(), bare.GetProperty("after").GetArrayLength(), bare.GetProperty("deadline").ValueKind).ShouldBe((0, 0, JsonValueKind.Null));
    }

    [Fact]
    public async Task Setting_the_syncs_of_a_pipeline_keeps_their_zone_and_its_other_schedules()
    {
        await _home.SaveAsync(ScheduledHome.Pipeline("p", new("0 0 * * *") { TimeZone = "Europe/Berlin", Overlap = Overlap.Queue }, new("0 2 * * *") { Run = ScheduledWork.Backup }));

        await DoAsync("pipeline", "set", "p", "--schedule", "0 6 * * *");
        await using var command = await _home.OpenAsync();
        (await command.Definitions.Pipelines.FindAsync("p", TestHome.Cancelled)).Schedules.ShouldBe([
            new PipelineSchedule("0 6 * * *") { TimeZone = "Europe/Berlin", Overlap = Overlap.Queue }, new PipelineSchedule("0 2 * * *") { Run = ScheduledWork.Backup }]);
        await DoAsync("pipeline", "set", "p", "--schedule", "none");
        (await command.Definitions.Pipelines.FindAsync("p", TestHome.Cancelled)).Schedules.ShouldHaveSingleItem().Run.ShouldBe(ScheduledWork.Backup);
    }

    [Fact]
    public async Task A_time_zone_that_this_machine_does_not_know_is_told_and_keeps_nothing_else_from_running()
    {
        await _home.SaveAsync(ScheduledHome.Pipeline("a", new PipelineSchedule("0 0 * * *")), ScheduledHome.Pipeline("b", new PipelineSchedule("0 0 * * *")));
        // As a machine with other zones would have saved it.
        await _home.Catalog.ExecuteAsync("UPDATE definitions SET body = replace(body, '\"UTC\"', '\"Mars/Olympus\"') WHERE name = 'a'");
        await _home.Catalog.ExecuteAsync("UPDATE schedules SET entry = 'sync 0 0 * * * Mars/Olympus' WHERE pipeline = 'a'");

        var lines = Lines(await DoAsync("schedules", "--json"));
        (Text(lines[0], "problem"), lines[0].GetProperty("next").GetArrayLength()).ShouldBe(("This machine does not know the time zone Mars/Olympus.", 0));
        (await DoAsync("schedules")).ShouldContain("This machine does not know the time zone Mars/Olympus.");
        Lines(await DoAsync("status", "--json")).Count.ShouldBe(2);
        (await _home.LookAsync("2027-03-28T00:00Z")).ShouldHaveSingleItem().Pipeline.ShouldBe("b");
    }

    [Fact]
    public async Task Status_shows_what_is_late_and_what_is_due_next()
    {
        await _home.SaveAsync(ScheduledHome.Pipeline("p", new PipelineSchedule("0 0 * * *")));
        _home.Now = ScheduledHome.At("2027-03-28T07:00Z");

        var line = Lines(await DoAsync("status", "--json"))[0];
        (Text(line, "standing"), line.GetProperty("late_by").GetDouble(), Text(line, "deadline"), Text(line, "next_at")).ShouldBe(
            ("late", 5 * 3600, "2027-03-28T02:00:00.0000000Z", "2027-03-29T00:00:00.0000000Z"));
        var shown = await DoAsync("status");
        shown.ShouldContain("late");
        shown.ShouldContain("5 h");
        shown.ShouldContain("No run was proven by 2027-03-28 02:00 UTC.");
        shown.ShouldContain("tidemark sync p");
    }

    private async Task<string> DoAsync(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var terminal = new Terminal(() => TextReader.Null, output, error, _ => null, new(false, false, false));
        (await TidemarkCommand.InvokeAsync([.. args, "--home", _home.Catalog.Folder], terminal, _home.Catalog.Clock, TestHome.Cancelled)).ShouldBe(0, error.ToString());
        return output.ToString();
    }

    private static List<JsonElement> Lines(string output) =>
        [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    private static string? Text(JsonElement from, string? key = null) => (key is null ? from : from.GetProperty(key)).GetString();
}
