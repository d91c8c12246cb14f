using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;
using Tidemark.Tests.Catalog;
using Xunit;

namespace Tidemark.Tests.Runs;

public abstract class RunQueueTests : IDisposable
{
    private static readonly RunOrigin Schedule = new(RunTrigger.Schedule, null);

    private readonly TestHome _home;

    private protected RunQueueTests(TestHome home) => _home = home;

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task A_run_that_waits_is_shown_as_queued_with_its_request_and_its_origin()
    {
        var queue = await _home.QueueAsync();
        var request = new SyncRun("p") { Streams = ["a", "b"], Mode = WriteMode.Refresh, IgnoresLimits = true };

        var added = await queue.AddAsync(
            new(request, new(RunTrigger.Api, "ada"), WriteMode.Refresh) { Source = "shop", Destination = "db" }, null, TestHome.Cancelled);

        var found = await (await _home.RunsAsync()).FindAsync(added.Id, TestHome.Cancelled);
        (found.Status, found.Origin, found.QueuedAt).ShouldBe((RunStatus.Queued, new RunOrigin(RunTrigger.Api, "ada"), _home.Clock.Now));
        (found.Result.Kind, found.Result.Mode, found.Source, found.Destination).ShouldBe((RunKind.Sync, WriteMode.Refresh, "shop", "db"));
        RunRequestJson.Write(found.Request).ShouldBe(RunRequestJson.Write(request));
    }

    [Fact]
    public async Task The_run_that_has_waited_longest_is_claimed_first_and_each_only_once()
    {
        var queue = await _home.QueueAsync();
        var ids = new List<string>();
        foreach (var pipeline in new[] { "a", "b", "c" })
        {
            ids.Add(await AddAsync(queue, pipeline));
            _home.Clock.Now += TimeSpan.FromSeconds(1);
        }

        await using var first = (await queue.ClaimNextAsync(TestHome.Cancelled)).ShouldNotBeNull();
        await using var second = (await queue.ClaimNextAsync(TestHome.Cancelled)).ShouldNotBeNull();
        await using var third = (await queue.ClaimNextAsync(TestHome.Cancelled)).ShouldNotBeNull();

        new[] { first.Run, second.Run, third.Run }.ShouldBe(ids);
        first.StartedAt.ShouldBe(_home.Clock.Now);
        (await queue.ClaimNextAsync(TestHome.Cancelled)).ShouldBeNull();
        (await queue.ClaimAsync(ids[0], TestHome.Cancelled)).ShouldBeNull("it runs already");
    }

    [Fact]
    public async Task A_run_whose_pipeline_is_busy_waits_and_those_behind_it_do_not()
    {
        var queue = await _home.QueueAsync();
        var first = await AddAsync(queue, "p");
        await using var going = (await queue.ClaimAsync(first, TestHome.Cancelled)).ShouldNotBeNull();
        var second = await AddAsync(queue, "p");
        _home.Clock.Now += TimeSpan.FromSeconds(1);
        var other = await AddAsync(queue, "q");

        await using var passing = (await queue.ClaimNextAsync(TestHome.Cancelled)).ShouldNotBeNull();
        passing.Run.ShouldBe(other);
        (await queue.ClaimNextAsync(TestHome.Cancelled)).ShouldBeNull();
        (await Should.ThrowAsync<TidemarkException>(() => queue.ClaimAsync(second, TestHome.Cancelled))).Code.ShouldBe("pipeline.in_use");

        await going.FinishAsync(RunStoreTests.Ended(going), TestHome.Cancelled);
        await using var next = (await queue.ClaimNextAsync(TestHome.Cancelled)).ShouldNotBeNull();
        next.Run.ShouldBe(second);
    }

    [Fact]
    public async Task A_backup_goes_on_beside_a_sync_of_its_pipeline()
    {
        var queue = await _home.QueueAsync();
        await using var sync = (await queue.ClaimAsync(await AddAsync(queue, "p"), TestHome.Cancelled)).ShouldNotBeNull();

        await using var backup = await queue.BeginAsync(new(new BackupRun("p"), Schedule, WriteMode.Merge), TestHome.Cancelled);

        backup.Run.ShouldNotBe(sync.Run);
    }

    [Fact]
    public async Task A_command_that_finds_its_pipeline_busy_leaves_no_run_behind()
    {
        var queue = await _home.QueueAsync();
        await using var going = (await queue.ClaimAsync(await AddAsync(queue, "p"), TestHome.Cancelled)).ShouldNotBeNull();

        (await Should.ThrowAsync<TidemarkException>(() => queue.BeginAsync(Sync("p"), TestHome.Cancelled))).Code.ShouldBe("pipeline.in_use");

        (await (await _home.RunsAsync()).ListAsync(9, new(), TestHome.Cancelled)).ShouldHaveSingleItem().Id.ShouldBe(going.Run);
    }

    [Fact]
    public async Task A_queued_run_that_is_cancelled_is_never_claimed()
    {
        var queue = await _home.QueueAsync();
        var run = await AddAsync(queue, "p");

        (await (await _home.RunsAsync()).RequestCancelAsync(run, TestHome.Cancelled)).Status.ShouldBe(RunStatus.Cancelled);

        (await queue.ClaimNextAsync(TestHome.Cancelled)).ShouldBeNull();
        (await queue.ClaimAsync(run, TestHome.Cancelled)).ShouldBeNull();
    }

    [Fact]
    public async Task The_same_key_and_request_give_the_same_run_and_another_request_is_refused()
    {
        var queue = await _home.QueueAsync();
        var first = await queue.AddAsync(Sync("p"), "key", TestHome.Cancelled);

        (await queue.AddAsync(Sync("p"), "key", TestHome.Cancelled)).Id.ShouldBe(first.Id);
        (await queue.AddAsync(Sync("p"), "other", TestHome.Cancelled)).Id.ShouldNotBe(first.Id);
        var refused = await Should.ThrowAsync<TidemarkException>(() => queue.AddAsync(Sync("q"), "key", TestHome.Cancelled));

        (refused.Kind, refused.Code).ShouldBe((FailureKind.Usage, "run.key_used"));
        refused.Message.ShouldContain(first.Id);
    }

    [Fact]
    public async Task P8_a_run_that_a_worker_lost_is_queued_again_in_its_place_then_behind_the_others_at_most_five_times_in_all()
    {
        var queue = await _home.QueueAsync();
        var runs = await _home.RunsAsync();
        var first = await AddAsync(queue, "p");
        var queuedAt = _home.Clock.Now;
        var attempts = new List<RunRecord>();
        for (var attempt = 1; attempt <= 5; attempt++)
        {
            _home.Clock.Now += TimeSpan.FromMinutes(1);
            await using (var lost = (await queue.ClaimNextAsync(TestHome.Cancelled)).ShouldNotBeNull())
            {
                await LoseAsync();
                (await runs.ReconcileAsync(TestHome.Cancelled)).ShouldBe([lost.Run]);
            }

            attempts.Add(await runs.FindAsync((await runs.ListAsync(9, new(), TestHome.Cancelled)).MaxBy(run => run.Attempt)!.Id, TestHome.Cancelled));
        }

        (await queue.ClaimNextAsync(TestHome.Cancelled)).ShouldBeNull("it was tried five times");
        attempts.Select(run => run.Attempt).ShouldBe([2, 3, 4, 5, 5]);
        attempts.Select(run => (run.QueuedAt - queuedAt).TotalMinutes).ShouldBe([0.0, 2, 3, 4, 4]);
        attempts.ShouldAllBe(run => run.Origin == Schedule && run.Request is SyncRun);
        attempts[0].Repeats.ShouldBe(first);
        attempts[1].Repeats.ShouldBe(attempts[0].Id);
        var problem = (await runs.FindAsync(first, TestHome.Cancelled)).Result.Problems.ShouldHaveSingleItem();
        (problem.Code, problem.Hint).ShouldBe(("run.interrupted", $"It was queued again as {attempts[0].Id}."));
        (await runs.FindAsync(attempts[^1].Id, TestHome.Cancelled)).Result.Problems.Single().Hint!.ShouldContain("tried 5 times");
    }

    [Fact]
    public async Task A_run_that_the_command_itself_lost_is_not_queued_again_and_says_how_to_continue()
    {
        var queue = await _home.QueueAsync();
        var runs = await _home.RunsAsync();
        await using (var lost = await queue.BeginAsync(Sync("p"), TestHome.Cancelled))
        {
            await LoseAsync();
            await runs.ReconcileAsync(TestHome.Cancelled);
        }

        var run = (await runs.ListAsync(9, new(), TestHome.Cancelled)).ShouldHaveSingleItem();
        run.Result.Problems.ShouldHaveSingleItem().Hint!.ShouldContain("Run the pipeline p again");
    }

    public static TheoryData<RunRequest, bool> Requests() => new()
    {
        { new SyncRun("p"), true },
        { new SyncRun("p") { IgnoresLimits = true }, false },
        { new DeletionScan("p"), true },
        { new DryRun(new SyncRun("p") { IgnoresLimits = true }), true },
        { new BackupRun("p"), true },
        { new ApprovedRun("p", "r-1"), false },
        { new PlanRun(new("p", WriteMode.Merge, DateTimeOffset.UnixEpoch, new([]))), false },
        { new UndoRun("p", "r-1"), false },
        { new RestoreRun("p", "b.zip", RestoreMode.Exact), false },
    };

    [Theory]
    [MemberData(nameof(Requests), DisableDiscoveryEnumeration = true)]
    public async Task What_a_person_decided_by_what_was_there_is_not_repeated_without_that_person(RunRequest request, bool isRepeated)
    {
        var queue = await _home.QueueAsync();
        await queue.AddAsync(new(request, Schedule, WriteMode.Merge), null, TestHome.Cancelled);
        await using (await queue.ClaimNextAsync(TestHome.Cancelled))
        {
            await LoseAsync();
            await (await _home.RunsAsync()).ReconcileAsync(TestHome.Cancelled);
        }

        await using var again = await queue.ClaimNextAsync(TestHome.Cancelled);
        (again is not null).ShouldBe(isRepeated);
        if (again is not null) RunRequestJson.Write(again.Request).ShouldBe(RunRequestJson.Write(request));
    }

    [Fact]
    public async Task A_run_that_was_to_stop_is_not_queued_again()
    {
        var queue = await _home.QueueAsync();
        var run = await AddAsync(queue, "p");
        await using (await queue.ClaimNextAsync(TestHome.Cancelled))
        {
            await (await _home.RunsAsync()).RequestCancelAsync(run, TestHome.Cancelled);
            await LoseAsync();
            await (await _home.RunsAsync()).ReconcileAsync(TestHome.Cancelled);
        }

        (await queue.ClaimNextAsync(TestHome.Cancelled)).ShouldBeNull();
    }

    [Fact]
    public async Task A_worker_that_is_stopped_hands_its_run_back_as_the_same_attempt()
    {
        var queue = await _home.QueueAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestHome.Cancelled);
        var began = new TaskCompletionSource();
        await AddAsync(queue, "p");
        var shell = new RunShell(_home.Clock);
        var worker = new RunWorker(queue, (journal, stopped) => shell.RunAsync(journal, async run =>
        {
            run.Begin(() => []);
            began.SetResult();
            await Task.Delay(Timeout.Infinite, run.Stop);
            return RunStatus.Succeeded;
        }, RunWatch.None, stopped), maxConcurrentRuns: 2, _home.Clock);
        var working = worker.RunAsync(stop.Token);
        await began.Task.WaitAsync(TimeSpan.FromSeconds(30), TestHome.Cancelled);

        await stop.CancelAsync();
        await working;

        await using var next = (await queue.ClaimNextAsync(TestHome.Cancelled)).ShouldNotBeNull();
        var again = await (await _home.RunsAsync()).FindAsync(next.Run, TestHome.Cancelled);
        again.Attempt.ShouldBe(1);
        var first = await (await _home.RunsAsync()).FindAsync(again.Repeats!, TestHome.Cancelled);
        (first.Status, first.Result.Problems.Single().Message).ShouldBe((RunStatus.Failed, "Its worker was stopped."));
    }

    private static NewRun Sync(string pipeline) => new(new SyncRun(pipeline), Schedule, WriteMode.Merge);

    private static async Task<string> AddAsync(RunQueue queue, string pipeline) =>
        (await queue.AddAsync(Sync(pipeline), null, TestHome.Cancelled)).Id;

    /// <summary>Makes the holder of every lease a process that is gone.</summary>
    private Task LoseAsync() => _home.ExecuteAsync("UPDATE leases SET expires_at = 0");
}

public sealed class SqliteRunQueueTests() : RunQueueTests(new SqliteHome());

public sealed class PostgresRunQueueTests() : RunQueueTests(new PostgresHome());
