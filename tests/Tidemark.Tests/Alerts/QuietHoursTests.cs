using Shouldly;
using Tidemark.Engine.Alerts;
using Tidemark.Engine.Definitions;
using Xunit;

namespace Tidemark.Tests.Alerts;

/// <summary>Hours and waits, which are computed alone.</summary>
public sealed class QuietHoursTests
{
    [Theory]
    [InlineData("Europe/Berlin")]
    [InlineData("America/New_York")]
    [InlineData("Australia/Lord_Howe")] // its clocks change by half an hour
    [InlineData("UTC")]
    public void Every_minute_of_a_year_is_quiet_by_the_clock_on_the_wall(string name)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(name);
        var (night, noon) = (new QuietHours("22:30", "06:15") { TimeZone = name }, new QuietHours("12:00", "13:00") { TimeZone = name });
        var at = new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero);
        for (var minute = 0; minute < 366 * 24 * 60; minute += 5, at = at.AddMinutes(5))
        {
            var wall = TimeZoneInfo.ConvertTime(at, zone).TimeOfDay.TotalMinutes;
            night.Has(at).ShouldBe(wall is >= 1350 or < 375);
            noon.Has(at).ShouldBe(wall is >= 720 and < 780);
        }
    }

    [Fact]
    public void Waits_grow_and_end_after_about_three_days()
    {
        foreach (var id in Enumerable.Range(0, 200).Select(number => $"msg_{number}"))
        {
            var waits = Enumerable.Range(1, RetryWaits.Attempts - 1).Select(failures => RetryWaits.After(id, failures).ShouldNotBeNull()).ToList();

            waits.ShouldBe(waits.Order());
            waits[0].ShouldBeInRange(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5.5));
            waits.Aggregate((sum, wait) => sum + wait).ShouldBeInRange(TimeSpan.FromHours(75), TimeSpan.FromHours(84));
            RetryWaits.After(id, RetryWaits.Attempts).ShouldBeNull();
        }

        Enumerable.Range(0, 200).Select(number => RetryWaits.After($"msg_{number}", 3)).Distinct().Count().ShouldBe(11);
    }
}
