using Shouldly;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;
using Tidemark.Tests.Catalog;
using Tidemark.Tests.Runs;
using Xunit;

namespace Tidemark.Tests.Scheduling;

/// <summary>A run that is due while something is in its way: the same work, a run that waits for approval.</summary>
public sealed class OverlapTests : IDisposable
{
    private readonly ScheduledHome _home = new(new SqliteHome());

    public OverlapTests() => _home.Now = ScheduledHome.At("2027-03-01T10:00Z");

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task S4_11_a_run_that_is_due_while_the_same_goes_on_is_left_out_and_recorded()
    {
        await _home.SaveAsync(ScheduledHome.Pipeline("p", new PipelineSchedule("*/5 * * * *")));
        await using var server = await _home.OpenAsync();
        await _home.LookAsync("2027-03-01T10:05Z", server);
        await using var going = (await (await _home.Catalog.QueueAsync()).ClaimNextAsync(TestHome.Cancelled)).ShouldNotBeNull();

        var skipped = (await _home.LookAsync("2027-03-01T10:10Z", server)).ShouldHaveSingleItem();

        (skipped.Status, skipped.Origin.DueAt, skipped.FinishedAt).ShouldBe((RunStatus.Cancelled, ScheduledHome.At("2027-03-01T10:10Z"), ScheduledHome.At("2027-03-01T10:10Z")));
        var why = skipped.Result.Problems.ShouldHaveSingleItem();
        why.Code.ShouldBe("schedule.skipped");
        why.Message.ShouldBe($"The same work was still going on when this run was due: {going.Run}.");
        RunOutcome.Of(skipped.Result)!.State.ShouldBe("It was left out: nothing was read or changed.");
        await going.FinishAsync(RunStoreTests.Ended(going), TestHome.Cancelled);
        (await _home.LookAsync("2027-03-01T10:15Z", server)).ShouldHaveSingleItem().Status.ShouldBe(RunStatus.Queued);
    }

    [Fact]
    public async Task S4_11_a_run_that_is_left_out_many_times_for_one_reason_is_one_record()
    {
        await _home.SaveAsync(ScheduledHome.Pipeline("p", new PipelineSchedule("*/5 * * * *")));
        await using var server = await _home.OpenAsync();
        await _home.LookAsync("2027-03-01T10:05Z", server);
        await using var going = (await (await _home.Catalog.QueueAsync()).ClaimNextAsync(TestHome.Cancelled)).ShouldNotBeNull();

        var skipped = (await _home.LookAsync("2027-03-01T10:10Z", server)).ShouldHaveSingleItem();
        (await _home.LookAsync("2027-03-01T10:15Z", server)).ShouldBeEmpty();
        (await _home.LookAsync("2027-03-01T10:20Z", server)).ShouldBeEmpty();

        var record = (await _home.RunsAsync()).Single(run => run.Id == skipped.Id);
        (record.Origin.Missed, record.Origin.DueAt, record.Status).ShouldBe((2, ScheduledHome.At("2027-03-01T10:20Z"), RunStatus.Cancelled));
        await going.FinishAsync(RunStoreTests.Ended(going), TestHome.Cancelled);
        (await _home.LookAsync("2027-03-01T10:25Z", server)).ShouldHaveSingleItem().Status.ShouldBe(RunStatus.Queued);
    }

    [Fact]
    public async Task S4_11_with_queue_one_run_waits_for_the_one_that_goes_on_and_no_more()
    {
        await _home.SaveAsync(ScheduledHome.Pipeline("p", new PipelineSchedule("*/5 * * * *") { Overlap = Overlap.Queue }));
        await using var server = await _home.OpenAsync();
        await _home.LookAsync("2027-03-01T10:05Z", server);
        await using var going = (await (await _home.Catalog.QueueAsync()).ClaimNextAsync(TestHome.Cancelled)).ShouldNotBeNull();

        var waiting = (await _home.LookAsync("2027-03-01T10:10Z", server)).ShouldHaveSingleItem();
        var skipped = (await _home.LookAsync("2027-03-01T10:15Z", server)).ShouldHaveSingleItem();

        (waiting.Status, skipped.Status).ShouldBe((RunStatus.Queued, RunStatus.Cancelled));
        skipped.Result.Problems.Single().Message.ShouldBe($"The same work waited already when this run was due: {waiting.Id}.");
    }

    [Fact]
    public async Task S4_11_a_run_that_somebody_started_by_hand_is_in_the_way_like_any_other()
    {
        await _home.SaveAsync(ScheduledHome.Pipeline("p", new PipelineSchedule("*/5 * * * *")));
        await using var command = await _home.OpenAsync();
        await command.StartAsync(new SyncRun("p"), new(RunTrigger.Command, "ada"), null, TestHome.Cancelled);

        (await _home.LookAsync("2027-03-01T10:05Z")).ShouldHaveSingleItem().Result.IsSkipped.ShouldBeTrue();
    }

    [Fact]
    public async Task P5_a_schedule_leaves_a_parked_run_time_to_be_decided()
    {
        await _home.SaveAsync(ScheduledHome.Pipeline("p", new("*/5 * * * *"), new("*/5 * * * *") { Run = ScheduledWork.Deletions }));
        await using (var command = await _home.OpenAsync()) await command.StartAsync(new SyncRun("p"), new(RunTrigger.Command, "ada"), null, TestHome.Cancelled);
        await _home.CarryOutAsync(RunStatus.Parked);
        var parked = (await _home.RunsAsync()).Single();

        var due = await _home.LookAsync("2027-03-01T10:05Z");

        due.Single(run => run.Result.Kind == RunKind.Deletions).Status.ShouldBe(RunStatus.Queued, "it would not go on in the parked run's place");
        var skipped = due.Single(run => run.Result.Kind == RunKind.Sync);
        var why = skipped.Result.Problems.ShouldHaveSingleItem();
        (why.Code, why.Message, why.Next).ShouldBe((
            "schedule.skipped", $"The run {parked.Id} waits for approval, and this one would have gone on in its place.", new NextStep(NextAct.ApproveRun, parked.Id)));
        (await _home.RunsAsync()).Single(run => run.Id == parked.Id).Status.ShouldBe(RunStatus.Parked);
    }

    [Fact]
    public async Task A_run_that_was_left_out_is_neither_the_last_run_nor_a_reason_to_worry()
    {
        await _home.SaveAsync(ScheduledHome.Pipeline("p", new PipelineSchedule("*/5 * * * *")));
        await using var server = await _home.OpenAsync();
        var first = (await _home.LookAsync("2027-03-01T10:05Z", server)).Single();
        await using (var going = (await (await _home.Catalog.QueueAsync()).ClaimNextAsync(TestHome.Cancelled)).ShouldNotBeNull())
        {
            (await _home.LookAsync("2027-03-01T10:10Z", server)).Single().Result.IsSkipped.ShouldBeTrue();
            await going.FinishAsync(RunStoreTests.Ended(going), TestHome.Cancelled);
        }

        var status = (await server.StatusAsync("p", TestHome.Cancelled)).Single();
        (status.Standing, status.Last!.Id).ShouldBe((Standing.Proven, first.Id));
        (await server.Runs.LastAsync("p", RunAct.Retry, TestHome.Cancelled)).Id.ShouldBe(first.Id);
    }
}
