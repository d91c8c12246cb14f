using Shouldly;
using Tidemark.Engine.Times;
using Xunit;

namespace Tidemark.Tests.Times;

public sealed class CronTextTests
{
    [Theory]
    [InlineData("0 0 2 * * *", "has five fields (minute, hour, day, month, weekday), not 6; there are no seconds and no years.")]
    [InlineData("0 2 * *", "has five fields (minute, hour, day, month, weekday), not 4.")]
    [InlineData("", "has five fields (minute, hour, day, month, weekday), not 0.")]
    [InlineData("60 * * * *", "has 60 for minutes, which are 0 to 59.")]
    [InlineData("0 25 * * *", "has 25 for hours, which are 0 to 23.")]
    [InlineData("0 -1 * * *", "has -1 for hours, which are 0 to 23.")]
    [InlineData("0 0 0 * *", "has 0 for days, which are 1 to 31.")]
    [InlineData("0 0 * 13 *", "has 13 for months, which are 1 to 12 or jan to dec.")]
    [InlineData("0 0 * * 8", "has 8 for weekdays, which are 0 to 7 or sun to sat.")]
    [InlineData("0 0 * * monday", "has monday for weekdays, which are 0 to 7 or sun to sat.")]
    [InlineData("0 22-2 * * *", "has 22-2 for hours, which goes backwards. Write 22-23,0-2.")]
    [InlineData("5/10 * * * *", "has 5/10 for minutes. Write 5-59/10.")]
    [InlineData("*/0 * * * *", "has */0 for minutes: after / stands a number from 1 to 59.")]
    [InlineData("*/90 * * * *", "has */90 for minutes: after / stands a number from 1 to 59.")]
    [InlineData("1, * * * *", "has nothing for minutes, which are 0 to 59.")]
    [InlineData("0 0 L * *", "has L for days, which are 1 to 31.")]
    [InlineData("0 0 ? * 1", "has ? for days, which are 1 to 31.")]
    [InlineData("0 0 * * 5#2", "has 5#2 for weekdays, which are 0 to 7 or sun to sat.")]
    [InlineData("H * * * *", "has H for minutes, which are 0 to 59.")]
    [InlineData("0 0 31 2 *", "names days that no month has.")]
    [InlineData("0 0 30,31 2 *", "names days that no month has.")]
    [InlineData("@reboot", "is not @reboot; words for it are @hourly, @daily, @midnight, @weekly, @monthly, @yearly, @annually.")]
    public void S2_8_what_is_no_cron_text_is_refused_with_what_would_be_one(string text, string why)
    {
        CronText.TryParse(text, out _, out var mistake).ShouldBeFalse();
        mistake.ShouldBe(why);
    }

    [Theory]
    [InlineData("0 0 * * *", "every day at 00:00")]
    [InlineData("@daily", "every day at 00:00")]
    [InlineData("30 2 * * *", "every day at 02:30")]
    [InlineData("0 6,18 * * *", "every day at 06:00 and 18:00")]
    [InlineData("*/15 * * * *", "every 15 minutes")]
    [InlineData("* * * * *", "every minute")]
    [InlineData("@hourly", "every hour")]
    [InlineData("7 * * * *", "every hour at :07")]
    [InlineData("5,35 * * * *", "every hour at :05 and :35")]
    [InlineData("0 */6 * * *", "every 6 hours")]
    [InlineData("0 8-17 * * 1-5", "every hour from 08:00 to 17:00, Monday to Friday")]
    [InlineData("*/15 8-17 * * mon-fri", "every 15 minutes from 08:00 to 17:59, Monday to Friday")]
    [InlineData("0 3 * * 0", "on Sundays at 03:00")]
    [InlineData("0 3 * * 7", "on Sundays at 03:00")]
    [InlineData("@weekly", "on Sundays at 00:00")]
    [InlineData("0 3 * * mon,thu", "on Mondays and Thursdays at 03:00")]
    [InlineData("0 3 1 * *", "on the 1st of the month at 03:00")]
    [InlineData("0 3 2,15 * *", "on the 2nd and 15th of the month at 03:00")]
    [InlineData("0 0 13 * 5", "on the 13th of the month and on Fridays at 00:00")]
    [InlineData("@yearly", "on the 1st in January at 00:00")]
    [InlineData("0 0 * 6-8 *", "every day from June to August at 00:00")]
    [InlineData("0 0 1-7 * *", "from the 1st to the 7th of the month at 00:00")]
    public void S2_8_a_schedule_is_told_in_words(string text, string words)
    {
        CronText.TryParse(text, out var cron, out var mistake).ShouldBeTrue(mistake);
        CronWords.Of(cron!).ShouldBe(words);
    }

    [Theory]
    [InlineData("0 0 * * 0", "01-03", "01-10", "01-17")] // Sundays, as crontab counts; the 1st of January 2027 is a Friday
    [InlineData("0 0 * * 7", "01-03", "01-10", "01-17")]
    [InlineData("0 0 * * 1", "01-04", "01-11", "01-18")]
    [InlineData("0 0 * * fri,sat", "01-02", "01-08", "01-09")]
    [InlineData("0 0 13 * 5", "01-08", "01-13", "01-15")] // either is enough
    [InlineData("0 0 29 2 *", "02-29", "02-29", "02-29")]
    [InlineData("0 0 1 */3 *", "04-01", "07-01", "10-01")]
    public void S2_8_days_are_counted_as_crontab_counts_them(string text, params string[] days)
    {
        CronText.TryParse(text, out var cron, out _).ShouldBeTrue();
        var midnight = new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero);

        new CronTimes(cron!, TimeZoneInfo.Utc).After(midnight).Take(3)
            .Select(day => day.ToString("MM-dd", System.Globalization.CultureInfo.InvariantCulture)).ShouldBe(days);
    }

    [Theory]
    [InlineData("90min", 90)]
    [InlineData("26h", 26 * 60)]
    [InlineData("8d", 8 * 24 * 60)]
    [InlineData("120s", 2)]
    public void A_length_of_time_is_read_as_people_write_it(string text, int minutes)
    {
        SpanText.TryParse(text, out var span).ShouldBeTrue();
        span.ShouldBe(TimeSpan.FromMinutes(minutes));
    }

    [Theory]
    [InlineData("26")]
    [InlineData("26 h")]
    [InlineData("-1h")]
    [InlineData("1h30min")]
    public void What_is_no_length_of_time_is_not_guessed_at(string text) => SpanText.TryParse(text, out _).ShouldBeFalse();
}
