using Shouldly;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;
using Tidemark.Tests.Catalog;
using Xunit;

namespace Tidemark.Tests.Scheduling;

/// <summary><c>after</c>: a pipeline that begins when another has succeeded.</summary>
public sealed class FollowingTests : IDisposable
{
    private readonly ScheduledHome _home = new(new SqliteHome());

    public FollowingTests() => _home.Now = ScheduledHome.At("2027-03-01T10:00Z");

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task A_pipeline_begins_once_each_time_that_the_one_it_follows_has_succeeded()
    {
        await _home.SaveAsync(ScheduledHome.Pipeline("orders"), ScheduledHome.Pipeline("invoices") with { After = ["orders"] });

        await RunAsync(new SyncRun("orders"), RunStatus.Succeeded, "2027-03-01T11:00Z");
        var run = (await _home.LookAsync("2027-03-01T11:00:05Z")).ShouldHaveSingleItem();
        (run.Pipeline, run.Result.Kind, run.Origin.Trigger, run.Origin.DueAt).ShouldBe(
            ("invoices", RunKind.Sync, RunTrigger.Schedule, ScheduledHome.At("2027-03-01T11:00Z")));
        await _home.CarryOutAsync();
        (await _home.LookAsync("2027-03-01T11:00:10Z")).ShouldBeEmpty();

        await RunAsync(new SyncRun("orders"), RunStatus.Succeeded, "2027-03-01T12:00Z");
        (await _home.LookAsync("2027-03-01T12:00:05Z")).Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(RunStatus.Failed)]
    [InlineData(RunStatus.Partial)]
    [InlineData(RunStatus.Parked)]
    [InlineData(RunStatus.Cancelled)]
    public async Task A_run_that_did_not_succeed_starts_nothing(RunStatus status)
    {
        await _home.SaveAsync(ScheduledHome.Pipeline("orders"), ScheduledHome.Pipeline("invoices") with { After = ["orders"] });

        await RunAsync(new SyncRun("orders"), status, "2027-03-01T11:00Z");

        (await _home.LookAsync("2027-03-01T11:00:05Z")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_backup_and_what_ended_before_the_pipeline_followed_start_nothing()
    {
        await _home.SaveAsync(ScheduledHome.Pipeline("orders"));
        await RunAsync(new SyncRun("orders"), RunStatus.Succeeded, "2027-03-01T10:30Z");
        _home.Now = ScheduledHome.At("2027-03-01T10:45Z");
        await _home.SaveAsync(ScheduledHome.Pipeline("invoices") with { After = ["orders"] });
        await RunAsync(new BackupRun("orders"), RunStatus.Succeeded, "2027-03-01T11:00Z");

        (await _home.LookAsync("2027-03-01T11:00:05Z")).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_succeeded_while_no_server_was_up_is_followed_when_one_is()
    {
        await _home.SaveAsync(ScheduledHome.Pipeline("orders"), ScheduledHome.Pipeline("invoices") with { After = ["orders"] });
        await RunAsync(new SyncRun("orders"), RunStatus.Succeeded, "2027-03-01T11:00Z");
        await RunAsync(new SyncRun("orders"), RunStatus.Succeeded, "2027-03-01T12:00Z");

        (await _home.LookAsync("2027-03-02T09:00Z")).ShouldHaveSingleItem().Origin.DueAt.ShouldBe(ScheduledHome.At("2027-03-01T12:00Z"));
    }

    [Fact]
    public async Task A_pipeline_that_others_follow_cannot_be_removed_and_a_circle_cannot_be_saved()
    {
        await _home.SaveAsync(ScheduledHome.Pipeline("a"), ScheduledHome.Pipeline("b") with { After = ["a"] }, ScheduledHome.Pipeline("c") with { After = ["b"] });
        await using var command = await _home.OpenAsync();

        var used = await Should.ThrowAsync<TidemarkException>(() => command.Definitions.Pipelines.RemoveAsync("a", TestHome.Cancelled));
        (used.Code, used.Message).ShouldBe(("pipeline.in_use", "The pipeline a is used by b."));
        var circle = await Should.ThrowAsync<TidemarkException>(() => _home.SaveAsync(ScheduledHome.Pipeline("a") with { After = ["c"] }));
        (circle.Problems.Single().Code, circle.Problems.Single().Message).ShouldBe(
            ("definition.circle", "The pipelines would start each other for ever: c, b, a, c."));
        (await Should.ThrowAsync<TidemarkException>(() => _home.SaveAsync(ScheduledHome.Pipeline("a") with { After = ["a"] }))).Problems.Single().Code.ShouldBe("definition.circle");
    }

    [Fact]
    public void A_pipeline_follows_another_once() =>
        (ScheduledHome.Pipeline("a") with { After = ["b", "b"] }).Mistakes().Select(mistake => (mistake.Key, mistake.Code)).ShouldBe([("after/1", "definition.duplicate")]);

    [Fact]
    public async Task A_file_may_turn_the_order_of_pipelines_around_and_remove_them_together()
    {
        await _home.SaveAsync(ScheduledHome.Pipeline("a"), ScheduledHome.Pipeline("b") with { After = ["a"] });
        await using var command = await _home.OpenAsync();
        var file = new DefinitionFile(command.Definitions, _ => null);

        await file.ApplyAsync("""
            pipelines:
              - { name: a, source: shop, destination: shelf, after: b }
              - { name: b, source: shop, destination: shelf }
            """, TestHome.Cancelled);
        (await command.Definitions.Pipelines.FindAsync("a", TestHome.Cancelled)).After.ShouldBe(["b"]);
        var removed = await file.CompareAsync("pipelines: []", prunes: true, TestHome.Cancelled);
        await file.ApplyAsync("pipelines: []", removed, TestHome.Cancelled);
        (await command.Definitions.Pipelines.NamesAsync(TestHome.Cancelled)).ShouldBeEmpty();
    }

    private async Task RunAsync(RunRequest request, RunStatus status, string end)
    {
        await using var command = await _home.OpenAsync();
        await command.StartAsync(request, new(RunTrigger.Command, "ada"), null, TestHome.Cancelled);
        _home.Now = ScheduledHome.At(end);
        await _home.CarryOutAsync(status);
    }
}
