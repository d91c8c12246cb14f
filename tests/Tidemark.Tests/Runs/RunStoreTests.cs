using System.Diagnostics;
using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Runs.Leases;
using Tidemark.Tests.Catalog;
using Xunit;

namespace Tidemark.Tests.Runs;

public abstract class RunStoreTests : IDisposable
{
    private static readonly RunOrigin Origin = new(RunTrigger.Command, "ada");

    private readonly TestHome _home;

    private protected RunStoreTests(TestHome home) => _home = home;

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task A_finished_run_comes_back_whole()
    {
        var runs = await _home.RunsAsync();
        await using var journal = await StartAsync("p");
        journal.Run.ShouldStartWith("r-20261122-101530-");
        var result = RunJsonTests.Full(journal.Run);
        _home.Clock.Now += TimeSpan.FromSeconds(12);
        await journal.FinishAsync(result, TestHome.Cancelled);

        var found = await runs.FindAsync(journal.Run, TestHome.Cancelled);

        RunJson.Write(found.Result).ShouldBe(RunJson.Write(result));
        (found.Origin, found.Status, found.FinishedAt).ShouldBe((Origin, RunStatus.Partial, _home.Clock.Now));
    }

    [Fact]
    public async Task A_pipeline_has_one_run_at_a_time_and_the_refusal_names_the_holder()
    {
        var runs = await _home.RunsAsync();
        await using var first = await StartAsync("p");

        var refused = await Should.ThrowAsync<TidemarkException>(() => StartAsync("p"));

        (refused.Kind, refused.Code).ShouldBe((FailureKind.Transient, "pipeline.in_use"));
        foreach (var part in new[]
            { first.Run, Environment.MachineName, $"pid {Environment.ProcessId}", "2026-11-22T10:15:30Z" })
            refused.Message.ShouldContain(part);
        await using var other = await StartAsync("q");
        await first.FinishAsync(Ended(first), TestHome.Cancelled);
        await using var next = await StartAsync("p");
    }

    [Fact]
    public async Task Of_many_that_start_at_once_one_gets_the_pipeline()
    {
        var runs = await _home.RunsAsync();
        var tries = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            try
            {
                return await StartAsync("p");
            }
            catch (TidemarkException refused) when (refused.Code == "pipeline.in_use")
            {
                return null;
            }
        }, TestHome.Cancelled)));

        await tries.OfType<RunJournal>().ShouldHaveSingleItem().DisposeAsync();
    }

    [Fact]
    public async Task The_lease_of_a_living_process_holds_and_that_of_a_killed_one_is_taken_over_at_once()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no sleep to start.");
        var runs = await _home.RunsAsync();
        var old = await AbandonAsync("p");
        using var child = Process.Start("sleep", "60");
        await HandOverAsync(old, child.Id, HolderProcess.StartOf(child.Id)!);

        (await Should.ThrowAsync<TidemarkException>(() => StartAsync("p"))).Message
            .ShouldContain($"pid {child.Id}");
        (await runs.ReconcileAsync(TestHome.Cancelled)).ShouldBeEmpty();
        child.Kill();
        await child.WaitForExitAsync(TestHome.Cancelled);

        await using var taken = await StartAsync("p");
        var interrupted = await runs.FindAsync(old, TestHome.Cancelled);
        interrupted.Status.ShouldBe(RunStatus.Failed);
        interrupted.Result.Problems.ShouldHaveSingleItem().Code.ShouldBe("run.interrupted");
    }

    [Fact]
    public async Task A_process_that_got_the_pid_of_the_holder_does_not_keep_its_lease()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Start times are kept in Linux's own terms.");
        var runs = await _home.RunsAsync();
        var old = await AbandonAsync("p");
        var start = HolderProcess.Current.Started;
        await HandOverAsync(old, Environment.ProcessId, start[..(start.LastIndexOf('/') + 1)] + "1");

        (await runs.ReconcileAsync(TestHome.Cancelled)).ShouldBe([old]);
    }

    [Theory]
    [InlineData("another-host", null, null)]
    [InlineData(null, "another container", null)]
    [InlineData(null, null, "another machine of the same name")]
    public async Task The_lease_of_a_process_that_cannot_be_seen_holds_until_it_expires(string? host, string? world, string? boot)
    {
        var runs = await _home.RunsAsync();
        var old = await AbandonAsync("p");
        var parts = HolderProcess.Current.Started.Split('/');
        await HandOverAsync(old, 999_999_999, $"{boot ?? parts[0]}/{world ?? parts[1]}/1", host);

        _home.Clock.Now += TimeSpan.FromSeconds(29);
        (await runs.ReconcileAsync(TestHome.Cancelled)).ShouldBeEmpty();
        _home.Clock.Now += TimeSpan.FromSeconds(1);
        (await runs.ReconcileAsync(TestHome.Cancelled)).ShouldBe([old]);
        (await runs.FindAsync(old, TestHome.Cancelled)).Status.ShouldBe(RunStatus.Failed);
        await using var next = await StartAsync("p");
    }

    [Fact]
    public async Task A_run_is_found_by_an_unambiguous_beginning_of_its_id_and_as_the_last()
    {
        var runs = await _home.RunsAsync();
        var first = await RunToEndAsync("p");
        _home.Clock.Now += TimeSpan.FromDays(40);
        var second = await RunToEndAsync("q");

        (await runs.FindAsync(first[..12], TestHome.Cancelled)).Id.ShouldBe(first);
        (await runs.FindAsync(second["r-".Length..12], TestHome.Cancelled)).Id.ShouldBe(second);
        (await runs.FindAsync("last", TestHome.Cancelled)).Id.ShouldBe(second);
        (await Code(() => runs.FindAsync("r-202", TestHome.Cancelled))).ShouldBe("run.ambiguous");
        (await Code(() => runs.FindAsync("", TestHome.Cancelled))).ShouldBe("run.unknown");
        (await Code(() => runs.FindAsync("%", TestHome.Cancelled))).ShouldBe("run.unknown");
        (await Should.ThrowAsync<TidemarkException>(() => runs.FindAsync(first[..^1] + "_", TestHome.Cancelled)))
            .Hint.ShouldBe($"Did you mean {first}?");
    }

    [Fact]
    public async Task Runs_are_listed_newest_first_and_by_pipeline()
    {
        var runs = await _home.RunsAsync();
        var ids = new List<string>();
        foreach (var pipeline in new[] { "p", "it's; 🌊", "p" })
        {
            ids.Add(await RunToEndAsync(pipeline));
            _home.Clock.Now += TimeSpan.FromSeconds(1);
        }

        (await runs.ListAsync(2, new(), TestHome.Cancelled)).Select(run => run.Id).ShouldBe([ids[2], ids[1]]);
        (await runs.ListAsync(9, new() { Pipeline = "p" }, TestHome.Cancelled)).Select(run => run.Id).ShouldBe([ids[2], ids[0]]);
        (await runs.ListAsync(9, new() { Pipeline = "it's; 🌊" }, TestHome.Cancelled)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_parked_run_is_cancelled_at_once_and_a_finished_one_not_at_all()
    {
        var runs = await _home.RunsAsync();
        await using var journal = await StartAsync("p");
        await journal.FinishAsync(Ended(journal) with { Status = RunStatus.Parked }, TestHome.Cancelled);

        (await runs.RequestCancelAsync(journal.Run, TestHome.Cancelled)).Status.ShouldBe(RunStatus.Cancelled);
        (await Code(() => runs.RequestCancelAsync("last", TestHome.Cancelled))).ShouldBe("run.finished");
    }

    [Fact]
    public async Task A_parked_run_waits_no_longer_once_another_run_goes_on_with_its_streams()
    {
        var runs = await _home.RunsAsync();
        var parked = new List<string>();
        foreach (var stream in new[] { "a", "b" })
        {
            await using var journal = await StartAsync("p", stream);
            await journal.FinishAsync(
                Ended(journal) with { Status = RunStatus.Parked, Streams = [new(stream, "t")] }, TestHome.Cancelled);
            parked.Add(journal.Run);
        }

        await using var next = await StartAsync("p");
        (await runs.SupersedeParkedAsync(next.Run, ["a"], _ => true, TestHome.Cancelled)).ShouldBe([parked[1]]);

        var superseded = await runs.FindAsync(parked[0], TestHome.Cancelled);
        superseded.Status.ShouldBe(RunStatus.Cancelled);
        var note = superseded.Result.Problems.ShouldHaveSingleItem();
        note.Code.ShouldBe("run.superseded");
        note.Message.ShouldContain(next.Run);
        (await runs.FindAsync(parked[1], TestHome.Cancelled)).Status.ShouldBe(RunStatus.Parked);
    }

    [Fact]
    public async Task A_run_that_ended_at_once_still_knows_its_streams()
    {
        var runs = await _home.RunsAsync();
        await using (await StartAsync("p"))
        {
        }

        (await runs.FindAsync("last", TestHome.Cancelled)).Result.Streams.ShouldBe([new StreamFigures("a", "p_a")]);
    }

    internal static RunResult Ended(RunJournal journal) =>
        new(journal.Run, journal.Pipeline, journal.Mode, RunStatus.Succeeded, [], 1);

    private async Task<RunJournal> StartAsync(string pipeline, string stream = "a") =>
        await (await _home.QueueAsync()).BeginAsync(
            new(new SyncRun(pipeline), Origin, WriteMode.Merge) { Streams = [new(stream, $"p_{stream}")] }, TestHome.Cancelled);

    private async Task<string> RunToEndAsync(string pipeline)
    {
        await using var journal = await StartAsync(pipeline);
        await journal.FinishAsync(Ended(journal), TestHome.Cancelled);
        return journal.Run;
    }

    [Fact]
    public async Task P8_a_run_that_was_killed_ended_at_its_last_sign_of_life()
    {
        var run = await AbandonAsync("p");
        var began = (await (await _home.RunsAsync()).FindAsync(run, TestHome.Cancelled)).StartedAt;
        await _home.ExecuteAsync("UPDATE leases SET host = 'another', heartbeat_at = taken_at + 90000, expires_at = taken_at + 100000");
        _home.Clock.Now += TimeSpan.FromHours(1);

        (await (await _home.RunsAsync()).ReconcileAsync(TestHome.Cancelled)).ShouldBe([run]);

        var ended = await (await _home.RunsAsync()).FindAsync(run, TestHome.Cancelled);
        (ended.Status, ended.FinishedAt, ended.Result.Seconds).ShouldBe((RunStatus.Failed, began + TimeSpan.FromSeconds(90), 90));
        ended.Result.Problems.ShouldHaveSingleItem().Code.ShouldBe("run.interrupted");
    }

    /// <summary>Leaves a run and its lease behind as a crash does, with nobody renewing it.</summary>
    private async Task<string> AbandonAsync(string pipeline)
    {
        string run;
        await using (var journal = await StartAsync(pipeline))
        {
            run = journal.Run;
            await _home.ExecuteAsync("CREATE TABLE kept AS SELECT * FROM leases");
        }

        await _home.ExecuteAsync("""
            INSERT INTO leases SELECT * FROM kept;
            DROP TABLE kept;
            UPDATE runs SET status = 'running', finished_at = NULL, result = @begun
            """, ("@begun", RunJson.Write(new RunResult(run, pipeline, WriteMode.Merge, RunStatus.Running, [new("a", "p_a")], 0))));
        return run;
    }

    private Task HandOverAsync(string run, int pid, string started, string? host = null) => _home.ExecuteAsync(
        "UPDATE leases SET pid = @pid, process_started = @started, host = @host WHERE run = @run",
        ("@run", run), ("@pid", pid), ("@started", started), ("@host", host ?? Environment.MachineName));

    private static async Task<string> Code(Func<Task> work) => (await Should.ThrowAsync<TidemarkException>(work)).Code;
}

public sealed class SqliteRunStoreTests() : RunStoreTests(new SqliteHome());

public sealed class PostgresRunStoreTests() : RunStoreTests(new PostgresHome());
