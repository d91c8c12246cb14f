using System.Globalization;
using Shouldly;
using Tidemark.Engine.Times;
using Xunit;

namespace Tidemark.Tests.Times;

/// <summary>
/// The clock changes of 2027: Berlin and New York skip an hour in March and repeat one in autumn, Lord Howe skips half an hour in October and
/// repeats it in April, UTC does neither. https://www.iana.org/time-zones.
/// </summary>
public sealed class ClockChangeTests
{
    /// <summary>Zone, cron text, moment to begin after, and the moments that follow, in UTC.</summary>
    public static TheoryData<string, string, string, string[]> Matrix => new()
    {
        // A time that is left out: once, at the first moment after the gap. The days around it are as ever.
        { "Europe/Berlin", "30 2 * * *", "2027-03-27T00:00Z", ["03-27T01:30", "03-28T01:00", "03-29T00:30"] },
        { "America/New_York", "30 2 * * *", "2027-03-13T00:00Z", ["03-13T07:30", "03-14T07:00", "03-15T06:30"] },
        { "Australia/Lord_Howe", "15 2 * * *", "2027-10-01T12:00Z", ["10-01T15:45", "10-02T15:30", "10-03T15:15"] },
        { "UTC", "30 2 * * *", "2027-03-27T00:00Z", ["03-27T02:30", "03-28T02:30", "03-29T02:30"] },

        // The end of the gap is no time of its own: what is due then anyway is due once.
        { "Europe/Berlin", "30 2,3 * * *", "2027-03-28T00:00Z", ["03-28T01:00", "03-28T01:30", "03-29T00:30"] },
        { "Europe/Berlin", "0 2,3 * * *", "2027-03-28T00:00Z", ["03-28T01:00", "03-29T00:00", "03-29T01:00"] },

        // A time that comes twice: once, the first time.
        { "Europe/Berlin", "30 2 * * *", "2027-10-30T00:00Z", ["10-30T00:30", "10-31T00:30", "11-01T01:30"] },
        { "America/New_York", "30 1 * * *", "2027-11-06T00:00Z", ["11-06T05:30", "11-07T05:30", "11-08T06:30"] },
        { "Australia/Lord_Howe", "45 1 * * *", "2027-04-02T12:00Z", ["04-02T14:45", "04-03T14:45", "04-04T15:15"] },

        // What goes on through the hours goes on in both, at an even pace.
        { "Europe/Berlin", "*/15 * * * *", "2027-03-28T00:30Z", ["03-28T00:45", "03-28T01:00", "03-28T01:15"] },
        { "Europe/Berlin", "*/15 * * * *", "2027-10-31T00:30Z", ["10-31T00:45", "10-31T01:00", "10-31T01:15", "10-31T01:30", "10-31T01:45", "10-31T02:00"] },
        { "America/New_York", "*/15 * * * *", "2027-11-07T05:30Z", ["11-07T05:45", "11-07T06:00", "11-07T06:15", "11-07T06:30"] },
        { "Australia/Lord_Howe", "*/15 * * * *", "2027-04-03T14:30Z", ["04-03T14:45", "04-03T15:00", "04-03T15:15", "04-03T15:30"] },
        { "Australia/Lord_Howe", "*/15 * * * *", "2027-10-02T15:00Z", ["10-02T15:15", "10-02T15:30", "10-02T15:45", "10-02T16:00"] },
        { "Europe/Berlin", "0 * * * *", "2027-03-27T23:30Z", ["03-28T00:00", "03-28T01:00", "03-28T02:00"] },
        { "Europe/Berlin", "0 * * * *", "2027-10-30T23:30Z", ["10-31T00:00", "10-31T01:00", "10-31T02:00"] },
        { "America/New_York", "0 * * * *", "2027-03-14T05:30Z", ["03-14T06:00", "03-14T07:00", "03-14T08:00"] },
        { "UTC", "0 * * * *", "2027-10-30T23:30Z", ["10-31T00:00", "10-31T01:00", "10-31T02:00"] },
    };

    [Theory]
    [MemberData(nameof(Matrix))]
    public void S2_8_a_schedule_keeps_its_times_through_clock_changes(string zone, string cron, string after, string[] times) =>
        Times(cron, zone).After(At(after)).Take(times.Length).Select(Text).ShouldBe(times);

    [Theory]
    [InlineData("Europe/Berlin", "30 2 * * *", "2027-10-31T00:00Z", "2027-10-31T03:00Z", 1)]
    [InlineData("Europe/Berlin", "30 2 * * *", "2027-03-28T00:00Z", "2027-03-28T03:00Z", 1)]
    [InlineData("Europe/Berlin", "*/15 * * * *", "2027-10-31T00:00Z", "2027-10-31T03:00Z", 12)]
    [InlineData("Europe/Berlin", "* * * * *", "2027-10-31T00:00Z", "2027-10-31T03:00Z", 180)]
    [InlineData("Europe/Berlin", "* * * * *", "2027-03-28T00:00Z", "2027-03-28T03:00Z", 180)]
    [InlineData("Australia/Lord_Howe", "* * * * *", "2027-04-03T14:00Z", "2027-04-03T17:00Z", 180)]
    public void S2_8_no_hour_of_a_clock_change_has_more_or_fewer_times_than_it_should(string zone, string cron, string from, string to, int count) =>
        Times(cron, zone).Count(At(from), At(to), limit: 1000).ShouldBe(count);

    [Theory]
    [InlineData("Europe/Berlin", "30 2 * * *", "2027-10-31T00:31Z", "10-31T00:30")]
    [InlineData("Europe/Berlin", "30 2 * * *", "2027-10-31T01:31Z", "10-31T00:30")]
    [InlineData("Europe/Berlin", "30 2 * * *", "2027-03-28T01:00Z", "03-28T01:00")]
    [InlineData("Europe/Berlin", "30 2 * * *", "2027-03-28T00:59Z", "03-27T01:30")]
    [InlineData("UTC", "0 0 1 1 *", "2027-10-31T00:00Z", "01-01T00:00")]
    public void S2_8_the_last_time_before_a_moment_is_found_from_any_distance(string zone, string cron, string until, string last) =>
        Text(Times(cron, zone).Last(At("2020-01-01T00:00Z"), At(until))!.Value).ShouldBe(last);

    [Theory]
    [InlineData("Europe/Berlin", "30 2 * * *", "2027-10-30T23:00Z", "2027-10-31T03:00Z")]
    [InlineData("Europe/Berlin", "30 2 * * *", "2027-03-27T23:00Z", "2027-03-28T03:00Z")]
    [InlineData("Europe/Berlin", "*/15 * * * *", "2027-10-30T23:00Z", "2027-10-31T03:00Z")]
    [InlineData("Europe/Berlin", "0 * * * *", "2027-10-30T23:00Z", "2027-10-31T03:00Z")]
    [InlineData("America/New_York", "30 1 * * *", "2027-11-07T04:00Z", "2027-11-07T08:00Z")]
    [InlineData("Australia/Lord_Howe", "45 1 * * *", "2027-04-03T14:00Z", "2027-04-03T17:00Z")]
    [InlineData("Australia/Lord_Howe", "*/15 * * * *", "2027-04-03T14:00Z", "2027-04-03T17:00Z")]
    public void S2_8_whoever_asks_in_the_middle_of_a_clock_change_is_told_the_same_times(string zone, string cron, string from, string to)
    {
        var times = Times(cron, zone);
        var all = times.After(At(from)).TakeWhile(time => time <= At(to)).ToList();

        for (var asked = At(from); asked < At(to); asked += TimeSpan.FromMinutes(1))
            times.After(asked).TakeWhile(time => time <= At(to)).ShouldBe(all.Where(time => time > asked), asked.ToString("u", CultureInfo.InvariantCulture));
    }

    [Fact]
    public void S2_8_there_is_no_last_time_where_none_lies_between()
    {
        Times("0 0 * * *", "UTC").Last(At("2027-01-01T00:00Z"), At("2027-01-01T23:59Z")).ShouldBeNull();
        Times("0 0 * * *", "UTC").Last(At("2027-01-01T00:00Z"), At("2027-01-01T00:00Z")).ShouldBeNull();
    }

    private static CronTimes Times(string cron, string zone) =>
        CronText.TryParse(cron, out var text, out var mistake) ? new(text, TimeZoneInfo.FindSystemTimeZoneById(zone)) : throw new ArgumentException(mistake, nameof(cron));

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    private static string Text(DateTimeOffset moment) => moment.UtcDateTime.ToString("MM-ddTHH:mm", CultureInfo.InvariantCulture);
}
