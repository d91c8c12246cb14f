using System.Globalization;
using Tidemark.Engine.Errors;

namespace Tidemark.Output;

/// <summary>Moments and spans as people read them. There is one form of a moment, wherever it stands.</summary>
internal static class Moments
{
    /// <summary>On the person's clock, with its offset, e.g. <c>2026-11-22T10:15:30+01:00</c>, or <c>Z</c> for none. Options that take a moment take this.</summary>
    public static string Text(DateTimeOffset moment, TimeProvider clock)
    {
        var local = TimeZoneInfo.ConvertTime(moment, clock.LocalTimeZone);
        return local.Offset == TimeSpan.Zero ? MomentText.Of(local) : local.ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture);
    }

    /// <summary>A span on its way, e.g. <c>0:42</c> or <c>1:02:03</c>.</summary>
    public static string Running(TimeSpan span)
    {
        if (span < TimeSpan.Zero) span = TimeSpan.Zero;
        return span.TotalHours < 1
            ? string.Create(CultureInfo.InvariantCulture, $"{span.Minutes}:{span.Seconds:00}")
            : string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(span.TotalHours):0}:{span.Minutes:00}:{span.Seconds:00}");
    }
}
