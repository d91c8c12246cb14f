using Shouldly;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Runs;
using Tidemark.Tests.Catalog;
using Xunit;

namespace Tidemark.Tests.Scheduling;

/// <summary>What schedules promise, whatever database the catalog is in.</summary>
public abstract class SchedulerPromises : IDisposable
{
    private static readonly PipelineSchedule Nightly = new("0 0 * * *") { TimeZone = "Europe/Berlin" };

    private readonly ScheduledHome _home;

    private protected SchedulerPromises(TestHome home) => _home = new(home);

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task S2_8_a_pipeline_runs_daily_at_midnight_of_its_time_zone_once()
    {
        _home.Now = ScheduledHome.At("2027-03-01T10:00Z");
        await _home.SaveAsync(ScheduledHome.Pipeline("opportunities", Nightly));

        (await _home.LookAsync("2027-03-01T22:59:59Z")).ShouldBeEmpty();
        var run = (await _home.LookAsync("2027-03-01T23:00:00Z")).ShouldHaveSingleItem();
        (run.Pipeline, run.Status, run.Result.Kind, run.Origin.Trigger, run.Origin.DueAt, run.Origin.Missed)
            .ShouldBe(("opportunities", RunStatus.Queued, RunKind.Sync, RunTrigger.Schedule, ScheduledHome.At("2027-03-01T23:00Z"), 0));
        (await _home.LookAsync("2027-03-01T23:00:00Z")).ShouldBeEmpty();
        await _home.CarryOutAsync();
        (await _home.LookAsync("2027-03-02T22:59:59Z")).ShouldBeEmpty();
        (await _home.LookAsync("2027-03-02T23:00:01Z")).ShouldHaveSingleItem().Origin.DueAt.ShouldBe(ScheduledHome.At("2027-03-02T23:00Z"));
    }

    [Fact]
    public async Task S2_8_two_servers_start_two_hundred_schedules_of_one_minute_each_once()
    {
        _home.Now = ScheduledHome.At("2027-03-01T10:00Z");
        var names = Enumerable.Range(0, 200).Select(number => $"p{number:000}").ToList();
        await _home.SaveAsync([.. names.Select(name => ScheduledHome.Pipeline(name, Nightly))]);
        _home.Now = ScheduledHome.At("2027-03-01T23:00Z");
        await using var one = await _home.OpenAsync();
        await using var other = await _home.OpenAsync();

        await Task.WhenAll(new[] { one, other, one, other }.Select(server => Task.Run(() => server.Scheduler().LookAsync(TestHome.Cancelled))));

        (await _home.RunsAsync()).Select(run => (run.Pipeline, run.Status)).ShouldBe(names.Select(name => (name, RunStatus.Queued)), ignoreOrder: true);
    }

    [Fact]
    public async Task S2_8_what_was_missed_while_no_server_was_up_is_made_up_for_by_one_run_that_says_so()
    {
        _home.Now = ScheduledHome.At("2027-03-01T10:00Z");
        await _home.SaveAsync(ScheduledHome.Pipeline("opportunities", Nightly));

        var run = (await _home.LookAsync("2027-03-04T09:00Z")).ShouldHaveSingleItem();

        (run.Origin.Missed, run.Origin.DueAt).ShouldBe((3, ScheduledHome.At("2027-03-03T23:00Z")));
        RunJson.Write(run).ShouldContain("\"missed\":3");
        var queue = await _home.Catalog.QueueAsync();
        await using (var journal = (await queue.ClaimNextAsync(TestHome.Cancelled)).ShouldNotBeNull())
            await new RunShell(_home.Catalog.Clock).RunAsync(journal, _ => Task.FromResult(RunStatus.Succeeded), RunWatch.None, TestHome.Cancelled);
        var log = await new RunHistory(await _home.Catalog.OpenAsync()).LogsAsync(run.Id, 0, 10, TestHome.Cancelled);
        log.ShouldHaveSingleItem().Message.ShouldBe(
            "Its schedule was missed 3 times while no server was up. This run, due at 2027-03-03 23:00 UTC, makes up for all of them.");
        (await _home.LookAsync("2027-03-04T09:00:05Z")).ShouldBeEmpty();
    }

    [Fact]
    public async Task S2_8_a_run_that_is_in_time_makes_up_for_those_before_it()
    {
        _home.Now = ScheduledHome.At("2027-03-01T10:00Z");
        await _home.SaveAsync(ScheduledHome.Pipeline("opportunities", Nightly));

        var run = (await _home.LookAsync("2027-03-03T23:00:10Z")).ShouldHaveSingleItem();

        (run.Origin.Missed, run.Origin.DueAt).ShouldBe((2, ScheduledHome.At("2027-03-03T23:00Z")));
    }

    [Fact]
    public async Task S2_8_a_schedule_that_is_saved_makes_up_for_nothing_before_it()
    {
        _home.Now = ScheduledHome.At("2027-03-01T10:00Z");
        await _home.SaveAsync(ScheduledHome.Pipeline("p"));
        _home.Now = ScheduledHome.At("2027-03-05T10:00Z");
        await _home.SaveAsync(ScheduledHome.Pipeline("p", Nightly));

        (await _home.LookAsync("2027-03-05T10:00:05Z")).ShouldBeEmpty();
        // Other keys of the pipeline change nothing about what its schedule has missed.
        _home.Now = ScheduledHome.At("2027-03-06T10:00Z");
        await _home.SaveAsync(ScheduledHome.Pipeline("p", Nightly) with { UndoRuns = 3 });
        (await _home.LookAsync("2027-03-06T10:00:05Z")).ShouldHaveSingleItem().Origin.Missed.ShouldBe(1);
    }

    [Fact]
    public async Task S2_8_a_paused_pipeline_starts_nothing_and_makes_up_for_nothing_when_it_is_resumed()
    {
        _home.Now = ScheduledHome.At("2027-03-01T10:00Z");
        var pipeline = ScheduledHome.Pipeline("p", Nightly);
        await _home.SaveAsync(pipeline);
        await _home.SaveAsync(pipeline with { Paused = true });
        (await _home.LookAsync("2027-03-01T23:00Z")).ShouldBeEmpty();

        _home.Now = ScheduledHome.At("2027-03-10T10:00Z");
        await _home.SaveAsync(pipeline);

        (await _home.LookAsync("2027-03-10T10:00:05Z")).ShouldBeEmpty();
        (await _home.LookAsync("2027-03-10T23:00Z")).ShouldHaveSingleItem().Origin.Missed.ShouldBe(0);
    }

    [Fact]
    public async Task S2_8_one_schedule_is_paused_and_the_others_of_its_pipeline_go_on()
    {
        _home.Now = ScheduledHome.At("2027-03-01T10:00Z");
        await _home.SaveAsync(ScheduledHome.Pipeline("p", Nightly with { Paused = true }, Nightly with { Run = ScheduledWork.Backup }));

        (await _home.LookAsync("2027-03-01T23:00Z")).ShouldHaveSingleItem().Result.Kind.ShouldBe(RunKind.Backup);
    }

    [Fact]
    public async Task S2_2_a_scan_of_the_keys_and_a_sync_that_are_due_together_both_wait_their_turn()
    {
        _home.Now = ScheduledHome.At("2027-03-01T10:00Z");
        await _home.SaveAsync(ScheduledHome.Pipeline("p", Nightly, Nightly with { Run = ScheduledWork.Deletions }, Nightly with { Run = ScheduledWork.Full }));

        var runs = await _home.LookAsync("2027-03-01T23:00Z");

        runs.ShouldAllBe(run => run.Status == RunStatus.Queued);
        ScheduledHome.Requests(runs.Select(run => run.Request)).ShouldBe(
            ScheduledHome.Requests(new SyncRun("p"), new DeletionScan("p"), new SyncRun("p") { Mode = WriteMode.Replace }), ignoreOrder: true);
    }

    [Fact]
    public async Task S1_15_a_backup_is_made_by_its_schedule_beside_the_sync()
    {
        _home.Now = ScheduledHome.At("2027-03-01T10:00Z");
        await _home.SaveAsync(ScheduledHome.Pipeline("payments", new("* * * * *"), new("0 2 * * *") { Run = ScheduledWork.Backup }));
        await _home.LookAsync("2027-03-02T02:00Z");

        var queue = await _home.Catalog.QueueAsync();
        await using var one = (await queue.ClaimNextAsync(TestHome.Cancelled)).ShouldNotBeNull();
        await using var other = (await queue.ClaimNextAsync(TestHome.Cancelled)).ShouldNotBeNull();

        ScheduledHome.Requests(one.Request, other.Request).ShouldBe(ScheduledHome.Requests(new SyncRun("payments"), new BackupRun("payments")), ignoreOrder: true);
    }

    [Fact]
    public async Task A_server_notices_what_another_process_saves_and_removes()
    {
        _home.Now = ScheduledHome.At("2027-03-01T10:00Z");
        await _home.SaveAsync(ScheduledHome.Pipeline("p"));
        await using var server = await _home.OpenAsync();
        var scheduler = server.Scheduler();
        (await scheduler.LookAsync(TestHome.Cancelled)).ShouldBeNull();

        await _home.SaveAsync(ScheduledHome.Pipeline("p", Nightly));
        (await scheduler.LookAsync(TestHome.Cancelled)).ShouldBe(ScheduledHome.At("2027-03-01T23:00Z"));
        await _home.SaveAsync(ScheduledHome.Pipeline("p", Nightly with { TimeZone = "UTC" }));
        (await scheduler.LookAsync(TestHome.Cancelled)).ShouldBe(ScheduledHome.At("2027-03-02T00:00Z"));
        await using (var command = await _home.OpenAsync()) await command.Definitions.Pipelines.RemoveAsync("p", TestHome.Cancelled);
        _home.Now = ScheduledHome.At("2027-03-02T00:00Z");
        (await scheduler.LookAsync(TestHome.Cancelled)).ShouldBeNull();
        (await _home.RunsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Schedules_whose_marks_are_gone_begin_anew()
    {
        _home.Now = ScheduledHome.At("2027-03-01T10:00Z");
        await _home.SaveAsync(ScheduledHome.Pipeline("p", Nightly));
        await _home.Catalog.ExecuteAsync("DELETE FROM schedules");

        (await _home.LookAsync("2027-03-05T10:00Z")).ShouldBeEmpty();
        (await _home.LookAsync("2027-03-05T23:00Z")).ShouldHaveSingleItem().Origin.Missed.ShouldBe(0);
    }

    [Fact]
    public async Task A_clock_that_is_set_back_starts_nothing_twice()
    {
        _home.Now = ScheduledHome.At("2027-03-01T10:00Z");
        await _home.SaveAsync(ScheduledHome.Pipeline("p", new PipelineSchedule("*/5 * * * *") { Overlap = Overlap.Queue }));
        (await _home.LookAsync("2027-03-01T10:05Z")).Count.ShouldBe(1);

        (await _home.LookAsync("2027-03-01T10:04:30Z")).ShouldBeEmpty();
        (await _home.LookAsync("2027-03-01T10:05Z")).ShouldBeEmpty();
        await _home.CarryOutAsync();
        (await _home.LookAsync("2027-03-01T10:10Z")).Count.ShouldBe(1);
    }
}

public sealed class SqliteSchedulerPromises() : SchedulerPromises(new SqliteHome());

public sealed class PostgresSchedulerPromises() : SchedulerPromises(new PostgresHome());
