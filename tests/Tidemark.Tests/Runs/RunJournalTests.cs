using System.Diagnostics;
using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Quarantine;
using Tidemark.Engine.Runs;
using Tidemark.Tests.Catalog;
using Xunit;

namespace Tidemark.Tests.Runs;

public abstract class RunJournalTests : IDisposable
{
    private readonly TestHome _home;

    private protected RunJournalTests(TestHome home) => _home = home;

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task Disposing_without_a_result_marks_the_run_as_interrupted_and_frees_the_pipeline()
    {
        var runs = await _home.RunsAsync();
        string id;
        await using (var journal = await StartAsync())
        {
            id = journal.Run;
            await journal.StepAsync("read", "a", StepStatus.Running, null, TestHome.Cancelled);
            await journal.LogAsync(RunLogLevel.Info, null, "begun", TestHome.Cancelled);
        }

        var run = await runs.FindAsync(id, TestHome.Cancelled);
        (run.Status, run.Result.Problems.Single().Code).ShouldBe((RunStatus.Failed, "run.interrupted"));
        var history = await HistoryAsync();
        (await history.StepsAsync(id, TestHome.Cancelled)).Single().Status.ShouldBe(StepStatus.Failed);
        (await history.LogsAsync(id, 0, 10, TestHome.Cancelled)).Single().Message.ShouldBe("begun");
        await using var next = await StartAsync();
    }

    [Fact]
    public async Task S1_15_logs_of_runs_that_are_long_over_go_and_their_figures_stay()
    {
        var runs = await _home.RunsAsync();
        var history = await HistoryAsync();
        var ids = new List<string>();
        foreach (var status in new[] { RunStatus.Succeeded, RunStatus.Parked, RunStatus.Failed })
        {
            await using var journal = await StartAsync();
            ids.Add(journal.Run);
            await journal.LogAsync(RunLogLevel.Info, null, "begun", TestHome.Cancelled);
            await journal.StepAsync("read", "a", StepStatus.Done, null, TestHome.Cancelled);
            await journal.FinishAsync(RunStoreTests.Ended(journal) with { Status = status }, TestHome.Cancelled);
        }

        await _home.ExecuteAsync($"UPDATE runs SET finished_at = finished_at - 86400000 WHERE id <> '{ids[2]}'");
        (await history.PruneAsync(_home.Clock.Now.AddHours(-1), TestHome.Cancelled)).ShouldBe(1);

        (await history.LogsAsync(ids[0], 0, 10, TestHome.Cancelled)).ShouldBeEmpty();
        (await history.StepsAsync(ids[0], TestHome.Cancelled)).ShouldBeEmpty();
        (await runs.FindAsync(ids[0], TestHome.Cancelled)).Status.ShouldBe(RunStatus.Succeeded);
        foreach (var kept in ids[1..]) (await history.LogsAsync(kept, 0, 10, TestHome.Cancelled)).Count.ShouldBe(1);
        (await history.PruneAsync(_home.Clock.Now.AddHours(-1), TestHome.Cancelled)).ShouldBe(0);
    }

    [Fact]
    public async Task A_request_to_cancel_is_heard_within_seconds()
    {
        var runs = await _home.RunsAsync();
        await using var journal = await StartAsync();

        (await runs.RequestCancelAsync("last", TestHome.Cancelled)).IsCancelRequested.ShouldBeTrue();

        (await IsCancelledWithinAsync(TimeSpan.FromSeconds(4), journal.CancelRequested)).ShouldBeTrue();
        journal.LeaseLost.IsCancellationRequested.ShouldBeFalse();
        await journal.FinishAsync(
            RunStoreTests.Ended(journal) with { Status = RunStatus.Cancelled }, TestHome.Cancelled);
        (await runs.FindAsync("last", TestHome.Cancelled)).Status.ShouldBe(RunStatus.Cancelled);
    }

    [Fact]
    public async Task A_lost_lease_stops_the_run_and_its_result_does_not_overwrite_the_others_word()
    {
        var runs = await _home.RunsAsync();
        await using var journal = await StartAsync();
        await _home.ExecuteAsync("UPDATE leases SET pid = 999999999, process_started = process_started || '0'");
        await using var taker = await StartAsync();

        (await IsCancelledWithinAsync(TimeSpan.FromSeconds(4), journal.LeaseLost)).ShouldBeTrue();
        (await Should.ThrowAsync<TidemarkException>(
            () => journal.FinishAsync(RunStoreTests.Ended(journal), TestHome.Cancelled))).Code.ShouldBe("run.lease_lost");
        await journal.DisposeAsync();

        var old = await runs.FindAsync(journal.Run, TestHome.Cancelled);
        (old.Status, old.Result.Problems.Single().Code).ShouldBe((RunStatus.Failed, "run.interrupted"));
        (await Should.ThrowAsync<TidemarkException>(() => StartAsync())).Message.ShouldContain(taker.Run);
    }

    [Fact]
    public async Task A_killed_run_and_its_steps_end_at_the_last_sign_of_life()
    {
        var runs = await _home.RunsAsync();
        await using var journal = await StartAsync();
        var begun = _home.Clock.Now;
        await journal.StepAsync("read", "a", StepStatus.Running, null, TestHome.Cancelled);
        _home.Clock.Now += TimeSpan.FromSeconds(3);
        journal.Progress(new([], null));
        while ((await runs.FindAsync(journal.Run, TestHome.Cancelled)).Result.Seconds < 3) await Task.Delay(50, TestHome.Cancelled);
        _home.Clock.Now += TimeSpan.FromSeconds(1);
        await journal.StepAsync("publish", null, StepStatus.Running, null, TestHome.Cancelled);
        await _home.ExecuteAsync("UPDATE leases SET pid = 999999999, process_started = process_started || '0'");

        (await runs.ReconcileAsync(TestHome.Cancelled)).ShouldBe([journal.Run]);

        (await runs.FindAsync(journal.Run, TestHome.Cancelled)).Result.Seconds.ShouldBe(3);
        (await (await HistoryAsync()).StepsAsync(journal.Run, TestHome.Cancelled))
            .Select(step => (step.Name, step.Status, step.StartedAt - begun, step.FinishedAt - step.StartedAt)).ShouldBe(
            [
                ("read", StepStatus.Failed, TimeSpan.Zero, TimeSpan.FromSeconds(3)), ("publish", StepStatus.Failed, TimeSpan.FromSeconds(4), TimeSpan.Zero),
            ]);
    }

    [Fact]
    public async Task A_living_run_renews_its_lease()
    {
        var runs = await _home.RunsAsync();
        await using var journal = await StartAsync();
        _home.Clock.Now += TimeSpan.FromSeconds(20);
        await Task.Delay(TimeSpan.FromSeconds(3), TestHome.Cancelled);
        _home.Clock.Now += TimeSpan.FromSeconds(20);

        (await runs.ReconcileAsync(TestHome.Cancelled)).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_log_is_capped_and_says_so_once()
    {
        var runs = await _home.RunsAsync();
        await using var journal = await StartAsync();
        for (var line = 1; line <= 10_500; line++)
            await journal.LogAsync(RunLogLevel.Info, "a", $"line {line}", TestHome.Cancelled);
        await journal.FinishAsync(RunStoreTests.Ended(journal), TestHome.Cancelled);

        var tail = await (await HistoryAsync()).LogsAsync(journal.Run, 9_998, 100, TestHome.Cancelled);

        tail.Select(line => line.Seq).ShouldBe([9_999, 10_000]);
        tail[0].ShouldBe(new RunLogLine(9_999, _home.Clock.Now, RunLogLevel.Info, "a", "line 9999"));
        tail[1].Message.ShouldContain("full at 10,000 lines");
    }

    [Fact]
    public async Task Lines_are_durable_within_seconds_and_long_ones_are_cut()
    {
        var runs = await _home.RunsAsync();
        await using var journal = await StartAsync();
        await journal.LogAsync(RunLogLevel.Warning, null, new string('x', 5_000), TestHome.Cancelled);

        var history = await HistoryAsync();
        var waited = Stopwatch.StartNew();
        while ((await history.LogsAsync(journal.Run, 0, 1, TestHome.Cancelled)).Count == 0)
        {
            waited.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(30));
            await Task.Delay(50, TestHome.Cancelled);
        }

        (await history.LogsAsync(journal.Run, 0, 1, TestHome.Cancelled)).Single().Message.Length.ShouldBe(4_001);
    }

    [Fact]
    public async Task A_step_has_a_beginning_and_an_end()
    {
        var runs = await _home.RunsAsync();
        await using var journal = await StartAsync();
        var began = _home.Clock.Now;
        await journal.StepAsync("read", "a", StepStatus.Running, null, TestHome.Cancelled);
        await journal.StepAsync("read", "b", StepStatus.Running, null, TestHome.Cancelled);
        _home.Clock.Now += TimeSpan.FromSeconds(3);
        await journal.StepAsync("read", "a", StepStatus.Done, "12 pages", TestHome.Cancelled);
        await journal.StepAsync("publish", null, StepStatus.Skipped, null, TestHome.Cancelled);

        (await (await HistoryAsync()).StepsAsync(journal.Run, TestHome.Cancelled)).ShouldBe([
            new("read", "a", StepStatus.Done, "12 pages", began, _home.Clock.Now),
            new("read", "b", StepStatus.Running, null, began, null),
            new("publish", null, StepStatus.Skipped, null, _home.Clock.Now, _home.Clock.Now),
        ]);
    }

    [Fact]
    public async Task A_record_is_in_quarantine_once_and_shows_the_latest_run_that_met_it()
    {
        var runs = await _home.RunsAsync();
        var began = _home.Clock.Now;
        QuarantinedRecord bad = new("a", """{"id":1}""", new("value.invalid", "field x", "Not a number."));
        await using (var first = await StartAsync())
        {
            await first.QuarantineOf("a").AddAsync(
            [
                bad, bad with { Payload = """{"id":2}""" }, bad with { Reason = bad.Reason with { Code = "value.missing" } },
            ], TestHome.Cancelled);
            await first.QuarantineOf("b").AddAsync([bad with { Stream = "b" }], TestHome.Cancelled);
        }

        _home.Clock.Now += TimeSpan.FromMinutes(1);
        await using var second = await StartAsync();
        var again = bad with { Reason = bad.Reason with { Message = "Still not.", Hint = "Mend it." } };
        await second.QuarantineOf("a").AddAsync([again, again], TestHome.Cancelled);

        var quarantine = new QuarantineCatalog(await _home.OpenAsync(), _home.Clock);
        (await quarantine.ListAsync(new() { Pipeline = "p" }, 100, TestHome.Cancelled).CountAsync(TestHome.Cancelled)).ShouldBe(4);
        var ofSecond = quarantine.ListAsync(new() { Run = second.Run }, 100, TestHome.Cancelled);
        var entry = (await ofSecond.ToListAsync(TestHome.Cancelled)).ShouldHaveSingleItem();
        entry.ShouldBe(new(entry.Id, "p", second.Run, began, _home.Clock.Now, again));
    }

    [Fact]
    public async Task The_latest_figures_of_a_running_run_are_seen_by_others_within_seconds()
    {
        var runs = await _home.RunsAsync();
        await using var journal = await StartAsync();
        for (var read = 1; read <= 500; read++)
            journal.Progress(new([new("a", "t") { Read = read }], null));

        var waited = Stopwatch.StartNew();
        while ((await runs.FindAsync(journal.Run, TestHome.Cancelled)).Result.Streams is not [{ Read: 500 }])
        {
            waited.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(30));
            await Task.Delay(50, TestHome.Cancelled);
        }

        (await runs.FindAsync(journal.Run, TestHome.Cancelled)).Status.ShouldBe(RunStatus.Running);
    }

    [Fact]
    public async Task Streams_of_a_run_write_at_once_without_loss()
    {
        var runs = await _home.RunsAsync();
        await using var journal = await StartAsync();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(stream => Task.Run(async () =>
        {
            await journal.StepAsync("read", $"s{stream}", StepStatus.Running, null, TestHome.Cancelled);
            for (var line = 0; line < 200; line++)
                await journal.LogAsync(RunLogLevel.Debug, $"s{stream}", "x", TestHome.Cancelled);
            await journal.StepAsync("read", $"s{stream}", StepStatus.Done, null, TestHome.Cancelled);
        }, TestHome.Cancelled)));
        await journal.FinishAsync(RunStoreTests.Ended(journal), TestHome.Cancelled);

        var history = await HistoryAsync();
        (await history.LogsAsync(journal.Run, 0, 9_999, TestHome.Cancelled)).Select(line => line.Seq)
            .ShouldBe(Enumerable.Range(1, 1_600).Select(seq => (long)seq));
        (await history.StepsAsync(journal.Run, TestHome.Cancelled)).Select(step => step.Status)
            .ShouldBe(Enumerable.Repeat(StepStatus.Done, 8));
    }

    private async Task<RunJournal> StartAsync() => await (await _home.QueueAsync()).BeginAsync(
        new(new SyncRun("p"), new(RunTrigger.Command, null), WriteMode.Merge), TestHome.Cancelled);

    private async Task<RunHistory> HistoryAsync() => new(await _home.OpenAsync());

    private static async Task<bool> IsCancelledWithinAsync(TimeSpan patience, CancellationToken token)
    {
        var waited = Stopwatch.StartNew();
        while (!token.IsCancellationRequested && waited.Elapsed < patience)
            await Task.Delay(50, TestHome.Cancelled);
        return token.IsCancellationRequested;
    }
}

public sealed class SqliteRunJournalTests() : RunJournalTests(new SqliteHome());

public sealed class PostgresRunJournalTests() : RunJournalTests(new PostgresHome());
