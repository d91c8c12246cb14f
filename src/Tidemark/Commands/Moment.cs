using System.Globalization;
using Tidemark.Engine.Times;

namespace Tidemark.Commands;

/// <summary>Times as people type them.</summary>
internal static class Moment
{
    /// <summary>A moment in the past: how long ago (<c>90min</c>, <c>24h</c>, <c>7d</c>), or a date or time, in the zone of the person where it names none.</summary>
    /// <exception cref="Engine.Errors.TidemarkException"><c>usage.invalid</c>.</exception>
    public static DateTimeOffset Past(string option, string typed, TimeProvider clock)
    {
        var now = clock.GetUtcNow();
        if (SpanText.TryParse(typed, out var ago)) return ago.Value <= now - DateTimeOffset.UnixEpoch ? now - ago.Value : DateTimeOffset.UnixEpoch;

        var isTime = DateTime.TryParse(typed, CultureInfo.InvariantCulture, DateTimeStyles.AllowWhiteSpaces | DateTimeStyles.RoundtripKind, out var time);
        UsageCheck.Require(isTime && time.Year is > 1 and < 9999, $"{option} is how long ago (90min, 24h, 7d) or a time (2026-11-22T18:00:00+01:00), not {typed}.");
        return time.Kind == DateTimeKind.Unspecified
            ? new DateTimeOffset(time, clock.LocalTimeZone.GetUtcOffset(time)) : new DateTimeOffset(time.ToUniversalTime(), TimeSpan.Zero);
    }

    /// <summary>A moment ahead, by how long it is until then.</summary>
    /// <exception cref="Engine.Errors.TidemarkException"><c>usage.invalid</c>.</exception>
    public static DateTimeOffset Until(string option, string typed, TimeProvider clock)
    {
        var isLength = SpanText.TryParse(typed, out var length) && length.Value.TotalDays < 36500;
        UsageCheck.Require(isLength, $"{option} is a time such as 24h or 90d, not {typed}.");
        return clock.GetUtcNow() + length!.Value;
    }
}
