using Shouldly;
using Tidemark.Engine.Times;
using Xunit;

namespace Tidemark.Tests.Times;

/// <summary>Cron texts by lot, held against a walk through every minute.</summary>
public sealed class CronBruteForceTests
{
    private const int Texts = 80;
    private const int Days = 70;

    private static readonly DateTimeOffset First = new(2028, 2, 20, 0, 0, 0, TimeSpan.Zero); // a leap day lies ahead

    [Fact]
    public void S2_8_every_text_names_the_minutes_whose_fields_fit_and_no_others()
    {
        var draw = new SeededDraw(20270328);
        for (var number = 0; number < Texts; number++)
        {
            var text = string.Join(' ', Field(draw, 0, 59), Field(draw, 0, 23), Field(draw, 1, 28), Field(draw, 1, 12), Field(draw, 0, 6));
            CronText.TryParse(text, out var cron, out var mistake).ShouldBeTrue($"{text}: {mistake}");

            var expected = Minutes().Where(minute => Fits(cron!, minute)).ToList();
            var told = new CronTimes(cron!, TimeZoneInfo.Utc).After(First.AddTicks(-1)).TakeWhile(minute => minute < First.AddDays(Days)).ToList();

            told.ShouldBe(expected, text);
            CronWords.Of(cron!).ShouldNotBeNullOrWhiteSpace();
        }
    }

    private static IEnumerable<DateTimeOffset> Minutes() => Enumerable.Range(0, Days * 24 * 60).Select(minute => First.AddMinutes(minute));

    private static bool Fits(CronText cron, DateTimeOffset minute)
    {
        var (day, weekday) = (cron.Day.Values.Contains(minute.Day), cron.Weekday.Values.Contains((int)minute.DayOfWeek));
        return cron.Minute.Values.Contains(minute.Minute) && cron.Hour.Values.Contains(minute.Hour) && cron.Month.Values.Contains(minute.Month)
            && (cron.Day.IsAny || cron.Weekday.IsAny ? day && weekday : day || weekday);
    }

    private static string Field(SeededDraw draw, int min, int max)
    {
        var (one, other) = (min + draw.Next(max + 1 - min), min + draw.Next(max + 1 - min));
        return draw.Next(6) switch
        {
            0 => $"{one}",
            1 => $"{Math.Min(one, other)}-{Math.Max(one, other)}",
            2 => $"{one},{other}",
            3 => $"*/{2 + draw.Next(Math.Max(1, (max / 2) - 1))}",
            4 => $"{Math.Min(one, other)}-{Math.Max(one, other)}/2,{one}",
            _ => "*",
        };
    }
}
