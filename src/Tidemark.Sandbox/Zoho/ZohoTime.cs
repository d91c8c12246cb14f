using System.Globalization;

namespace Tidemark.Sandbox.Zoho;

/// <summary>Times as the CRM writes them: whole seconds in the organization's zone, with its offset of the season.</summary>
internal static class ZohoTime
{
    public static string Text(long second)
    {
        var utc = DateTimeOffset.FromUnixTimeSeconds(second);
        var offset = TimeSpan.FromHours(utc.Month is > 3 and < 11 ? 3 : 2);
        return utc.ToOffset(offset).ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);
    }

    public static string Day(long second) =>
        DateTimeOffset.FromUnixTimeSeconds(second).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>An ISO 8601 text as seconds since 1970 UTC; null if it is not one.</summary>
    public static long? Seconds(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)
            ? instant.ToUnixTimeSeconds() : null;
}
