using System.Globalization;
using Shouldly;
using Tidemark.Engine.Definitions;
using Tidemark.Tests.Catalog;
using Xunit;

namespace Tidemark.Tests.Scheduling;

/// <summary>Servers that go on through a clock change, or are stopped and started in the middle of it.</summary>
public sealed class ClockChangeRunsTests : IDisposable
{
    private readonly ScheduledHome _home = new(new SqliteHome());

    public void Dispose() => _home.Dispose();

    /// <summary>Zone, cron text, first and last minute, and when runs are due in between, in UTC.</summary>
    public static TheoryData<string, string, string, string, string[]> Matrix => new()
    {
        { "Europe/Berlin", "30 2 * * *", "2027-03-28T00:00Z", "2027-03-28T03:00Z", ["01:00"] },
        { "Europe/Berlin", "30 2 * * *", "2027-10-31T00:00Z", "2027-10-31T03:00Z", ["00:30"] },
        { "Europe/Berlin", "*/15 * * * *", "2027-03-28T00:29Z", "2027-03-28T01:31Z", ["00:30", "00:45", "01:00", "01:15", "01:30"] },
        { "Europe/Berlin", "*/15 * * * *", "2027-10-31T00:29Z", "2027-10-31T01:31Z", ["00:30", "00:45", "01:00", "01:15", "01:30"] },
        { "Europe/Berlin", "0 * * * *", "2027-10-30T23:30Z", "2027-10-31T02:30Z", ["00:00", "01:00", "02:00"] },
        { "America/New_York", "30 2 * * *", "2027-03-14T06:00Z", "2027-03-14T08:30Z", ["07:00"] },
        { "America/New_York", "30 1 * * *", "2027-11-07T05:00Z", "2027-11-07T08:00Z", ["05:30"] },
        { "Australia/Lord_Howe", "15 2 * * *", "2027-10-02T15:00Z", "2027-10-02T17:00Z", ["15:30"] },
        { "Australia/Lord_Howe", "45 1 * * *", "2027-04-03T14:00Z", "2027-04-03T16:30Z", ["14:45"] },
        { "UTC", "30 1 * * *", "2027-10-31T00:00Z", "2027-10-31T03:00Z", ["01:30"] },
    };

    [Theory]
    [MemberData(nameof(Matrix))]
    public async Task S2_8_a_server_that_looks_every_minute_of_a_clock_change_starts_each_run_once(string zone, string cron, string from, string to, string[] due)
    {
        await SaveAsync(zone, cron, from);
        await using var server = await _home.OpenAsync();
        var scheduler = server.Scheduler();

        for (_home.Now = ScheduledHome.At(from); _home.Now <= ScheduledHome.At(to); _home.Now += TimeSpan.FromMinutes(1))
        {
            await scheduler.LookAsync(TestHome.Cancelled);
            await _home.CarryOutAsync();
        }

        (await DueAsync()).ShouldBe(due);
        (await _home.RunsAsync()).ShouldAllBe(run => run.Origin.Missed == 0);
    }

    [Theory]
    [MemberData(nameof(Matrix))]
    public async Task S2_8_a_server_that_is_started_anew_at_every_tenth_minute_of_a_clock_change_loses_no_run_and_repeats_none(
        string zone, string cron, string from, string to, string[] due)
    {
        await SaveAsync(zone, cron, from);

        for (_home.Now = ScheduledHome.At(from); _home.Now <= ScheduledHome.At(to); _home.Now += TimeSpan.FromMinutes(10))
        {
            await _home.LookAsync();
            await _home.CarryOutAsync();
        }

        await _home.LookAsync(to);

        (await DueAsync()).ShouldBe(due);
    }

    [Theory]
    [InlineData("2027-10-31T00:00Z", "2027-10-31T00:29Z", "2027-10-31T01:31Z", 1, "stopped before the first 02:30, started after the second")]
    [InlineData("2027-10-31T00:00Z", "2027-10-31T00:31Z", "2027-10-31T01:31Z", 0, "stopped after the first 02:30, started after the second")]
    [InlineData("2027-10-31T00:00Z", "2027-10-31T00:31Z", "2027-10-31T01:29Z", 0, "stopped and started between the two")]
    [InlineData("2027-10-31T00:00Z", "2027-10-31T00:29Z", "2027-10-31T00:59Z", 1, "stopped before the first, started between the two")]
    [InlineData("2027-03-28T00:00Z", "2027-03-28T00:59Z", "2027-03-28T01:20Z", 1, "stopped before the gap, started after it")]
    [InlineData("2027-03-28T00:00Z", "2027-03-28T01:01Z", "2027-03-28T01:40Z", 0, "stopped after the gap, started at what would be 02:40")]
    public async Task S2_8_a_server_that_is_down_for_a_part_of_a_clock_change_runs_once_in_all(string saved, string stopped, string started, int madeUp, string when)
    {
        await SaveAsync("Europe/Berlin", "30 2 * * *", saved);
        var before = await _home.LookAsync(stopped);
        var after = await _home.LookAsync(started);

        (after.Count, before.Count + after.Count).ShouldBe((madeUp, 1), when);
    }

    private async Task SaveAsync(string zone, string cron, string from)
    {
        _home.Now = ScheduledHome.At(from);
        await _home.SaveAsync(ScheduledHome.Pipeline("p", new PipelineSchedule(cron) { TimeZone = zone }));
    }

    private async Task<IEnumerable<string>> DueAsync() => (await _home.RunsAsync()).Select(run => run.Origin.DueAt!.Value)
        .Order().Select(due => due.UtcDateTime.ToString("HH:mm", CultureInfo.InvariantCulture)).ToList();
}
