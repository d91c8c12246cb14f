using System.Globalization;

namespace Tidemark.Engine.Times;

/// <summary>A cron text in words, e.g. <c>every day at 02:00</c>.</summary>
public static class CronWords
{
    private const int ListedTimes = 6;

    private static readonly string[] Weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

    private static readonly string[] Months =
        ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

    public static string Of(CronText cron)
    {
        var days = Days(cron);
        var clock = Clock(cron, out var repeats);
        return repeats ? days == "every day" ? clock : $"{clock}, {days}" : $"{days} {clock}";
    }

    private static string Clock(CronText cron, out bool repeats)
    {
        var (minute, hour) = (cron.Minute, cron.Hour);
        repeats = true;
        if (hour.IsAny)
        {
            return minute switch
            {
                { IsAny: true } or { Step: 1 } => "every minute",
                { Step: { } step } when 60 % step == 0 => $"every {step} minutes",
                { Values: [0] } => "every hour",
                _ => $"every hour at {Listed(minute.Values, value => $":{value:00}")}",
            };
        }

        if (minute.Values.Count * hour.Values.Count <= ListedTimes && hour.Step is null)
        {
            repeats = false;
            return $"at {Listed([.. hour.Values.SelectMany(at => minute.Values.Select(past => (at * 60) + past))], Time)}";
        }

        var minutes = minute switch
        {
            { IsAny: true } or { Step: 1 } => "every minute",
            { Step: { } step } when 60 % step == 0 => $"every {step} minutes",
            { Values: [0] } => null,
            _ => $"at {Listed(minute.Values, value => $":{value:00}")}",
        };
        var hours = hour switch
        {
            { Step: { } step } when 24 % step == 0 => $"every {step} hours",
            { IsRange: true } when minutes is null => $"every hour from {Time(hour.Values[0] * 60)} to {Time(hour.Values[^1] * 60)}",
            { IsRange: true } => $"from {Time(hour.Values[0] * 60)} to {Time((hour.Values[^1] * 60) + 59)}",
            _ => $"in the hours {Listed(hour.Values, value => $"{value:00}")}",
        };
        return minutes is null ? hours : hour.Step is not null && minute.Values.Count > 1 ? $"{minutes} of {hours.Replace("every ", "every hour of ", StringComparison.Ordinal)}" : $"{minutes} {hours}";
    }

    private static string Days(CronText cron)
    {
        var days = cron switch
        {
            { Day.IsAny: true, Weekday.IsAny: true } => "every day",
            { Weekday.IsAny: true } => DaysOfMonth(cron),
            { Day.IsAny: true } => DaysOfWeek(cron.Weekday),
            // As cron has it: either is enough.
            _ => $"{DaysOfMonth(cron)} and {DaysOfWeek(cron.Weekday)}",
        };
        return cron.Month.IsAny ? days : $"{days} {InMonths(cron)}";
    }

    private static string DaysOfMonth(CronText cron) => cron.Day switch
    {
        { Step: { } step } => $"every {step} days from the 1st of the month",
        { IsRange: true } range => $"from the {Ordinal(range.Values[0])} to the {Ordinal(range.Values[^1])}{OfMonth(cron)}",
        _ => $"on the {Listed(cron.Day.Values, Ordinal)}{OfMonth(cron)}",
    };

    private static string OfMonth(CronText cron) => cron.Month.IsAny ? " of the month" : "";

    private static string DaysOfWeek(CronField weekday) => weekday switch
    {
        { Values: [1, 2, 3, 4, 5] } => "Monday to Friday",
        { Values.Count: 7 } => "every day",
        _ => $"on {Listed(weekday.Values, value => $"{Weekdays[value]}s")}",
    };

    private static string InMonths(CronText cron) => cron.Month switch
    {
        { IsRange: true } range => $"from {Months[range.Values[0] - 1]} to {Months[range.Values[^1] - 1]}",
        _ => $"in {Listed(cron.Month.Values, value => Months[value - 1])}",
    };

    private static string Time(int minutes) => string.Create(CultureInfo.InvariantCulture, $"{minutes / 60:00}:{minutes % 60:00}");

    private static string Ordinal(int number) => number switch
    {
        1 or 21 or 31 => $"{number}st",
        2 or 22 => $"{number}nd",
        3 or 23 => $"{number}rd",
        _ => $"{number}th",
    };

    private static string Listed(IReadOnlyList<int> values, Func<int, string> word) => values.Count == 1
        ? word(values[0]) : $"{string.Join(", ", values.SkipLast(1).Select(word))} and {word(values[^1])}";
}
