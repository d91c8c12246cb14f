using System.Globalization;
using System.Text.RegularExpressions;

namespace Tidemark.Commands;

/// <summary>Times as people type them.</summary>
internal static partial class Moment
{
    /// <summary>A moment in the past: how long ago (<c>90min</c>, <c>24h</c>, <c>7d</c>), or a date or time, in the zone of the person where it names none.</summary>
    /// <exception cref="Engine.Errors.TidemarkException"><c>usage.invalid</c>.</exception>
    public static DateTimeOffset Since(string typed, TimeProvider clock)
    {
        var now = clock.GetUtcNow();
        if (Length(typed) is { } ago) return ago <= now - DateTimeOffset.UnixEpoch ? now - ago : DateTimeOffset.UnixEpoch;

        var isTime = DateTime.TryParse(typed, CultureInfo.InvariantCulture, DateTimeStyles.AllowWhiteSpaces | DateTimeStyles.RoundtripKind, out var time);
        UsageCheck.Require(isTime && time.Year is > 1 and < 9999, $"--since is how long ago (90min, 24h, 7d) or a time (2026-11-22T18:00:00+01:00), not {typed}.");
        return time.Kind == DateTimeKind.Unspecified
            ? new DateTimeOffset(time, clock.LocalTimeZone.GetUtcOffset(time)) : new DateTimeOffset(time.ToUniversalTime(), TimeSpan.Zero);
    }

    /// <summary>A moment ahead, by how long it is until then.</summary>
    /// <exception cref="Engine.Errors.TidemarkException"><c>usage.invalid</c>.</exception>
    public static DateTimeOffset Until(string option, string typed, TimeProvider clock)
    {
        var length = Length(typed);
        UsageCheck.Require(length is { TotalDays: < 36500 }, $"{option} is a time such as 24h or 90d, not {typed}.");
        return clock.GetUtcNow() + length!.Value;
    }

    /// <summary>A length of time such as <c>24h</c>; null where it is none.</summary>
    private static TimeSpan? Length(string typed)
    {
        if (Lengths.Match(typed) is not { Success: true } length
            || !int.TryParse(length.Groups["number"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return null;
        var unit = length.Groups["unit"].Value switch { "s" => TimeSpan.FromSeconds(1), "min" => TimeSpan.FromMinutes(1), "h" => TimeSpan.FromHours(1), _ => TimeSpan.FromDays(1) };
        return number < TimeSpan.MaxValue / unit ? number * unit : TimeSpan.MaxValue;
    }

    [GeneratedRegex(@"\A(?<number>\d{1,9})(?<unit>s|min|h|d)\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Lengths { get; }
}
