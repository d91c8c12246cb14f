using Shouldly;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Wire;
using Tidemark.Tests.Catalog;
using Xunit;

namespace Tidemark.Tests.Scheduling;

/// <summary>A pipeline is late when no run was proven by its deadline.</summary>
public sealed class LatenessTests : IDisposable
{
    private static readonly PipelineSchedule Nightly = new("0 0 * * *");

    private readonly ScheduledHome _home = new(new SqliteHome());

    public LatenessTests() => _home.Now = ScheduledHome.At("2027-03-01T10:00Z");

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task A_nightly_pipeline_is_late_two_hours_after_its_time_until_a_run_is_proven()
    {
        await _home.SaveAsync(ScheduledHome.Pipeline("p", Nightly));
        var fresh = await StatusAsync();
        (fresh.Standing, fresh.Deadline, fresh.NextAt).ShouldBe((Standing.Never, ScheduledHome.At("2027-03-02T02:00Z"), ScheduledHome.At("2027-03-02T00:00Z")));

        _home.Now = ScheduledHome.At("2027-03-02T03:00Z");
        var late = await StatusAsync();
        (late.Standing, late.LateBy, late.Due).ShouldBe((Standing.Late, TimeSpan.FromHours(1), "No run was proven by 2027-03-02 02:00 UTC."));
        StatusAnswer.Of(late, _home.Now).LateBy.ShouldBe(3600);

        await _home.LookAsync();
        await _home.CarryOutAsync();
        var proven = await StatusAsync();
        (proven.Standing, proven.Deadline, proven.LateBy).ShouldBe((Standing.Proven, ScheduledHome.At("2027-03-03T02:00Z"), null));
    }

    [Theory]
    [InlineData(RunStatus.Partial)]
    [InlineData(RunStatus.Failed)]
    public async Task Only_a_proven_run_keeps_a_deadline(RunStatus status)
    {
        await _home.SaveAsync(ScheduledHome.Pipeline("p", Nightly));
        await _home.LookAsync("2027-03-02T00:00Z");
        await _home.CarryOutAsync(status);

        _home.Now = ScheduledHome.At("2027-03-02T02:00:01Z");

        (await StatusAsync()).LateBy.ShouldBe(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Nobody_waits_on_a_weekend_for_what_runs_from_Monday_to_Friday()
    {
        await _home.SaveAsync(ScheduledHome.Pipeline("p", new PipelineSchedule("0 22 * * 1-5")));
        await _home.LookAsync("2027-03-05T22:00Z"); // a Friday
        await _home.CarryOutAsync();

        _home.Now = ScheduledHome.At("2027-03-07T12:00Z");
        (await StatusAsync()).Standing.ShouldBe(Standing.Proven);
        _home.Now = ScheduledHome.At("2027-03-09T00:00:01Z");
        (await StatusAsync()).Standing.ShouldBe(Standing.Late);
    }

    [Theory]
    [InlineData("*/5 * * * *", "2027-03-01T10:15Z")] // ten minutes at least
    [InlineData("0 * * * *", "2027-03-01T11:10Z")]
    [InlineData("0 0 * * 0", "2027-03-07T12:00Z")] // twelve hours at most
    public async Task A_deadline_follows_from_the_schedule(string cron, string deadline)
    {
        await _home.SaveAsync(ScheduledHome.Pipeline("p", new PipelineSchedule(cron)));

        (await StatusAsync()).Deadline.ShouldBe(ScheduledHome.At(deadline));
    }

    [Fact]
    public async Task What_a_pipeline_says_itself_counts_with_or_without_a_schedule_and_while_it_is_paused()
    {
        await _home.SaveAsync(ScheduledHome.Pipeline("p", Nightly) with { Deadline = "30min", Paused = true });

        (await StatusAsync()).Deadline.ShouldBe(ScheduledHome.At("2027-03-01T10:30Z"));
        _home.Now = ScheduledHome.At("2027-03-01T10:31Z");
        var late = await StatusAsync();
        (late.Standing, late.IsPaused, late.NextAt).ShouldBe((Standing.Late, true, null));
    }

    [Fact]
    public async Task A_pipeline_without_a_schedule_or_one_that_is_paused_is_never_late()
    {
        await _home.SaveAsync(ScheduledHome.Pipeline("by hand"), ScheduledHome.Pipeline("paused", Nightly) with { Paused = true },
            ScheduledHome.Pipeline("backups", Nightly with { Run = ScheduledWork.Backup }));
        _home.Now = ScheduledHome.At("2028-03-01T10:00Z");

        await using var command = await _home.OpenAsync();
        (await command.StatusAsync(null, TestHome.Cancelled)).ShouldAllBe(status => status.Deadline == null && status.Standing == Standing.Never);
    }

    [Fact]
    public async Task What_needs_a_person_comes_before_what_is_late_and_that_before_the_rest()
    {
        await _home.SaveAsync(ScheduledHome.Pipeline("a proven", Nightly), ScheduledHome.Pipeline("b late", Nightly), ScheduledHome.Pipeline("c failed", Nightly));
        await EndAsync("a proven", RunStatus.Succeeded, "2027-03-02T00:00Z");
        await EndAsync("c failed", RunStatus.Failed, "2027-03-02T00:00Z");

        _home.Now = ScheduledHome.At("2027-03-02T03:00Z");
        await using var command = await _home.OpenAsync();
        (await command.StatusAsync(null, TestHome.Cancelled)).Select(status => status.Pipeline).ShouldBe(["c failed", "b late", "a proven"]);
    }

    private async Task EndAsync(string pipeline, RunStatus status, string at)
    {
        await using var command = await _home.OpenAsync();
        await command.StartAsync(new SyncRun(pipeline), new(RunTrigger.Command, "ada"), null, TestHome.Cancelled);
        _home.Now = ScheduledHome.At(at);
        await _home.CarryOutAsync(status);
    }

    private async Task<PipelineStatus> StatusAsync()
    {
        await using var command = await _home.OpenAsync();
        return (await command.StatusAsync("p", TestHome.Cancelled)).Single();
    }
}
