using Shouldly;
using Tidemark.Engine;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Scheduling.Backfilling;
using Tidemark.Tests.Catalog;
using Tidemark.Tests.Runs;
using Xunit;

namespace Tidemark.Tests.Scheduling;

/// <summary>What a backfill promises, whatever database the catalog is in.</summary>
public abstract class BackfillPromises : IDisposable
{
    private static readonly DateTimeOffset January = ScheduledHome.At("2026-01-01T00:00:00Z");
    private static readonly RunOrigin Ada = new(RunTrigger.Api, "ada");

    private readonly ScheduledHome _home;

    private protected BackfillPromises(TestHome home) => _home = new(home);

    private static CancellationToken Stop => TestHome.Cancelled;

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task P8_windows_follow_each_other_each_in_a_run_of_its_own_over_any_number_of_servers()
    {
        await using var home = await OpenAsync();
        await using var other = await _home.OpenAsync();
        var made = await home.Backfills.StartAsync(new("p", January, January.AddDays(25).AddMilliseconds(400)) { Window = TimeSpan.FromDays(10), Streams = ["orders"] }, Ada, Stop);
        made.Windows.Select(window => (window.From - January, window.To - January)).ShouldBe(
            [(TimeSpan.Zero, TimeSpan.FromDays(10)), (TimeSpan.FromDays(10), TimeSpan.FromDays(20)), (TimeSpan.FromDays(20), TimeSpan.FromDays(25))]);

        for (var number = 1; number <= 3; number++)
        {
            _home.Now += TimeSpan.FromMinutes(1);
            await Task.WhenAll(Enumerable.Range(0, 6).Select(each => Task.Run(() => (each % 2 == 0 ? home : other).Scheduler().LookAsync(Stop))));
            (await _home.RunsAsync()).Count.ShouldBe(number);
            (await home.Backfills.GetAsync(made.Id, Stop)).Status.ShouldBe(BackfillStatus.Open);
            await _home.CarryOutAsync();
        }

        await home.Scheduler().LookAsync(Stop);
        var done = await home.Backfills.GetAsync(made.Id, Stop);
        (done.Status, done.MadeBy).ShouldBe((BackfillStatus.Done, "ada"));
        var runs = (await _home.RunsAsync()).Reverse().ToList();
        runs.Select(run => run.Id).ShouldBe(done.Windows.Select(window => window.Run));
        ScheduledHome.Requests(runs.Select(run => run.Request)).ShouldBe(ScheduledHome.Requests(
            done.Windows.Select(window => new BackfillRun("p", new(window.From, window.To)) { Streams = ["orders"] })));
        runs.ShouldAllBe(run => run.Origin == Ada && run.Result.Kind == RunKind.Backfill && run.Result.Mode == WriteMode.Merge);
        (await Refusal.CodeAsync(() => home.Backfills.ResumeAsync(made.Id, Stop))).ShouldBe("backfill.ended");
    }

    [Fact]
    public async Task Looking_wakes_nobody_while_a_window_waits_for_its_turn()
    {
        await using var home = await OpenAsync();
        var made = await home.Backfills.StartAsync(new("p", January, January.AddDays(2)) { Window = TimeSpan.FromDays(1) }, Ada, Stop);
        var begun = home.Queue.Signal.Next();
        await home.Scheduler().LookAsync(Stop);
        begun.IsCompleted.ShouldBeTrue("its first run is there");

        var again = home.Queue.Signal.Next();
        await home.Scheduler().LookAsync(Stop);
        again.IsCompleted.ShouldBeFalse();
        (await home.Backfills.GetAsync(made.Id, Stop)).Windows[0].Status.ShouldBe(RunStatus.Queued);
    }

    [Fact]
    public async Task P8_a_window_that_fails_stops_it_and_it_goes_on_there_when_somebody_resumes_it()
    {
        await using var home = await OpenAsync();
        var made = await home.Backfills.StartAsync(new("p", January, January.AddDays(3)) { Window = TimeSpan.FromDays(1) }, Ada, Stop);
        made.Streams.ShouldBe(["orders", "customers"], "those that the source can be asked for");
        var first = await home.Backfills.NextAsync(made.Id, Stop);
        (await home.Backfills.NextAsync(made.Id, Stop))!.Id.ShouldBe(first!.Id, "the same run until it is over");
        await _home.CarryOutAsync();
        await home.Backfills.NextAsync(made.Id, Stop);
        await _home.CarryOutAsync(RunStatus.Failed);

        (await home.Backfills.NextAsync(made.Id, Stop)).ShouldBeNull();
        await home.Scheduler().LookAsync(Stop);
        (await _home.RunsAsync()).Count.ShouldBe(2);
        (await home.Backfills.GetAsync(made.Id, Stop)).Status.ShouldBe(BackfillStatus.Stopped);
        (await home.Inbox.ListAsync(new(), 9, Stop)).Count.ShouldBe(1);

        await home.Backfills.ResumeAsync(made.Id, Stop);
        for (var left = 0; left < 2; left++)
        {
            await home.Backfills.NextAsync(made.Id, Stop);
            await _home.CarryOutAsync();
        }

        var done = await home.Backfills.GetAsync(made.Id, Stop);
        done.Status.ShouldBe(BackfillStatus.Done);
        done.Windows[0].Run.ShouldBe(first.Id, "it was not read again");
        (await _home.RunsAsync()).Count.ShouldBe(4);
        (await home.Inbox.ListAsync(new(), 9, Stop)).ShouldBeEmpty("the window that failed is done");
    }

    [Fact]
    public async Task P8_a_window_whose_process_is_gone_is_read_by_its_repetition()
    {
        await using var home = await OpenAsync();
        var made = await home.Backfills.StartAsync(new("p", January, January.AddDays(1)), Ada, Stop);
        await home.Backfills.NextAsync(made.Id, Stop);
        var queue = await _home.Catalog.QueueAsync();
        await (await queue.ClaimNextAsync(Stop))!.DisposeAsync(); // never finished

        (await home.Backfills.GetAsync(made.Id, Stop)).Status.ShouldBe(BackfillStatus.Open);
        await _home.CarryOutAsync();
        var done = await home.Backfills.GetAsync(made.Id, Stop);
        done.Status.ShouldBe(BackfillStatus.Done);
        (await home.Runs.FindAsync(done.Windows[0].Run!, Stop)).Repeats.ShouldNotBeNull();
    }

    [Fact]
    public async Task Nothing_begins_of_what_is_cancelled_or_belongs_to_a_paused_pipeline_until_it_is_resumed()
    {
        await using var home = await OpenAsync();
        var made = await home.Backfills.StartAsync(new("p", January, January.AddDays(2)) { Window = TimeSpan.FromDays(1) }, Ada, Stop);
        (await home.Backfills.CancelAsync(made.Id, Stop)).Status.ShouldBe(BackfillStatus.Cancelled);
        await home.Scheduler().LookAsync(Stop);
        (await home.Backfills.NextAsync(made.Id, Stop)).ShouldBeNull();
        (await _home.RunsAsync()).ShouldBeEmpty();

        await _home.SaveAsync(ScheduledHome.Pipeline("p") with { Paused = true });
        (await home.Backfills.ResumeAsync(made.Id, Stop)).Status.ShouldBe(BackfillStatus.Open);
        await home.Scheduler().LookAsync(Stop);
        (await _home.RunsAsync()).ShouldBeEmpty();

        await _home.SaveAsync(ScheduledHome.Pipeline("p"));
        await home.Scheduler().LookAsync(Stop);
        (await _home.RunsAsync()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_range_that_makes_no_sense_is_refused_and_stores_nothing()
    {
        await using var home = await OpenAsync();
        (await Refusal.CodeAsync(() => Start(January, January))).ShouldBe("backfill.range_invalid");
        (await Refusal.CodeAsync(() => Start(January.AddDays(1), January))).ShouldBe("backfill.range_invalid");
        (await Refusal.CodeAsync(() => Start(January, _home.Now.AddSeconds(1)))).ShouldBe("backfill.range_invalid");
        (await Refusal.CodeAsync(() => Start(DateTimeOffset.MinValue, January))).ShouldBe("backfill.range_invalid");
        (await Refusal.CodeAsync(() => Start(January, January.AddDays(1), TimeSpan.FromSeconds(59)))).ShouldBe("backfill.window_invalid");
        (await Refusal.CodeAsync(() => Start(January, January.AddDays(1), TimeSpan.FromMinutes(1)))).ShouldBe("backfill.window_invalid");
        (await Refusal.CodeAsync(() => Start(January, January.AddDays(1), null, "'; drop table runs"))).ShouldBe("stream.unknown");
        (await Refusal.CodeAsync(() => home.Backfills.StartAsync(new("none", January, January.AddDays(1)), Ada, Stop))).ShouldBe("pipeline.unknown");
        (await Refusal.CodeAsync(() => home.Backfills.GetAsync("b-%", Stop))).ShouldBe("backfill.unknown");
        (await home.Backfills.ListAsync([], null, 9, Stop)).ShouldBeEmpty();

        Task<Backfill> Start(DateTimeOffset from, DateTimeOffset to, TimeSpan? window = null, params string[] streams) =>
            home.Backfills.StartAsync(new("p", from, to) { Window = window ?? TimeSpan.FromDays(30), Streams = streams }, Ada, Stop);
    }

    [Fact]
    public async Task Backfills_are_listed_the_latest_first_in_parts_and_for_pipelines()
    {
        await using var home = await OpenAsync();
        var ids = new List<string>();
        foreach (var pipeline in new[] { "p", "q", "p" })
        {
            _home.Now += TimeSpan.FromMinutes(1);
            ids.Insert(0, (await home.Backfills.StartAsync(new(pipeline, January, January.AddDays(1)), Ada, Stop)).Id);
        }

        var all = await home.Backfills.ListAsync([], null, 2, Stop);
        all.Select(backfill => backfill.Id).ShouldBe(ids.Take(2));
        (await home.Backfills.ListAsync([], (all[1].MadeAt, all[1].Id), 2, Stop)).Select(backfill => backfill.Id).ShouldBe(ids.Skip(2));
        (await home.Backfills.ListAsync(["q", "none"], null, 9, Stop)).ShouldHaveSingleItem().Pipeline.ShouldBe("q");
    }

    [Fact]
    public async Task P6_a_window_or_a_backup_that_succeeds_does_not_hide_that_the_sync_before_it_failed()
    {
        await using var home = await OpenAsync();
        await EndAsync(new SyncRun("p"), RunStatus.Succeeded);
        var proven = _home.Now;
        await EndAsync(new SyncRun("p"), RunStatus.Failed);
        await EndAsync(new BackfillRun("p", new(January, January.AddDays(1))), RunStatus.Succeeded);
        await EndAsync(new BackupRun("p"), RunStatus.Succeeded);

        var status = (await home.StatusAsync("p", Stop)).ShouldHaveSingleItem();
        status.Standing.ShouldBe(Standing.NeedsPerson);
        status.Last!.Result.Kind.ShouldBe(RunKind.Sync);
        status.Proven!.FinishedAt.ShouldBe(proven);

        await EndAsync(new SyncRun("p"), RunStatus.Succeeded);
        (await home.StatusAsync("p", Stop)).ShouldHaveSingleItem().Standing.ShouldBe(Standing.Proven);
        await EndAsync(new BackupRun("p"), RunStatus.Failed);
        await EndAsync(new SyncRun("p"), RunStatus.Succeeded);
        var unsaved = (await home.StatusAsync("p", Stop)).ShouldHaveSingleItem();
        (unsaved.Standing, unsaved.Last!.Result.Kind).ShouldBe((Standing.NeedsPerson, RunKind.Backup));
    }

    private async Task<Home> OpenAsync()
    {
        await _home.SaveAsync(ScheduledHome.Pipeline("p"), ScheduledHome.Pipeline("q"));
        return await _home.OpenAsync();
    }

    private async Task EndAsync(RunRequest request, RunStatus status)
    {
        _home.Now += TimeSpan.FromMinutes(1);
        await using var journal = await (await _home.Catalog.QueueAsync()).BeginAsync(new(request, Ada, WriteMode.Merge), Stop);
        var problems = status == RunStatus.Failed ? new Problem[] { new("source.refused", "orders", "No.") } : [];
        await journal.FinishAsync(RunStoreTests.Ended(journal) with { Kind = request.Kind, Status = status, Problems = problems }, Stop);
    }
}

public sealed class SqliteBackfillPromises() : BackfillPromises(new SqliteHome());

public sealed class PostgresBackfillPromises() : BackfillPromises(new PostgresHome());
