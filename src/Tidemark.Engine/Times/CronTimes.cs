using Quartz;

namespace Tidemark.Engine.Times;

/// <summary>
/// The moments that a cron text names in a time zone, as Quartz computes them: a time that a clock change leaves out is the first moment after it, a
/// time that comes twice counts once, and what goes on through the hours (<c>*/15 * * * *</c>) goes on in both.
/// </summary>
public sealed class CronTimes
{
    private static readonly TimeSpan FirstWindow = TimeSpan.FromMinutes(2);

    private readonly CronExpression _expression;
    private readonly TimeZoneInfo _zone;

    /// <param name="cron">The text.</param>
    /// <param name="zone">The zone that it is read in.</param>
    public CronTimes(CronText cron, TimeZoneInfo zone) =>
        (_expression, _zone) = (CronExpression.Parse(cron.Fields, CronFormat.Unix).WithTimeZone(zone), zone);

    /// <summary>The first moment after another; null where there is none, in practice.</summary>
    public DateTimeOffset? Next(DateTimeOffset after) => After(after).Select(moment => (DateTimeOffset?)moment).FirstOrDefault();

    /// <summary>All moments after another, in order. Endless.</summary>
    public IEnumerable<DateTimeOffset> After(DateTimeOffset moment)
    {
        // Asked from within an hour that comes twice, Quartz does not know that the time was there before, and gives it again.
        var from = moment;
        while (_zone.IsAmbiguousTime(from)) from -= TimeSpan.FromHours(1);
        while (_expression.GetNextValidTimeAfter(from) is { } next)
        {
            from = next.ToUniversalTime();
            if (from > moment) yield return from;
        }
    }

    /// <summary>The last moment after one and not after the other; null where there is none. Looks from the end, so that a long time costs nothing.</summary>
    public DateTimeOffset? Last(DateTimeOffset after, DateTimeOffset until)
    {
        for (var window = FirstWindow; ; window *= 2)
        {
            var isWhole = until - after <= window;
            var found = After(isWhole ? after : until - window).TakeWhile(moment => moment <= until).ToList();
            if (found.Count > 0) return found[^1];
            if (isWhole) return null;
        }
    }

    /// <summary>How many moments lie after one and not after the other, counted up to a limit.</summary>
    public int Count(DateTimeOffset after, DateTimeOffset until, int limit) =>
        After(after).TakeWhile(moment => moment <= until).Take(limit).Count();
}
