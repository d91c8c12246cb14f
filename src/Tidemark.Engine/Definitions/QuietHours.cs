using System.Globalization;
using System.Text.Json.Serialization;

namespace Tidemark.Engine.Definitions;

/// <summary>Hours of every day in which nothing is sent that can wait.</summary>
/// <param name="From">When they begin, e.g. <c>22:00</c>.</param>
/// <param name="To">When they are over, e.g. <c>07:00</c>; before the beginning for the next day.</param>
public sealed record QuietHours(string From, string To)
{
    /// <summary>IANA name of the zone that the times are in.</summary>
    public string TimeZone { get; init; } = "UTC";

    [JsonIgnore]
    internal TimeOnly? Begin => Read(From);

    [JsonIgnore]
    internal TimeOnly? End => Read(To);

    /// <summary>Whether a moment is in these hours, by the clock of the zone on that day.</summary>
    internal bool Has(DateTimeOffset moment) =>
        Begin is { } begin && End is { } end && TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out var zone)
        && TimeOnly.FromDateTime(TimeZoneInfo.ConvertTime(moment, zone).DateTime).IsBetween(begin, end);

    private static TimeOnly? Read(string text) =>
        TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time : null;
}
