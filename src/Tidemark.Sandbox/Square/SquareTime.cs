using System.Globalization;

namespace Tidemark.Sandbox.Square;

/// <summary>Times as Square writes them: RFC 3339 in UTC with milliseconds. In between, milliseconds since 1970.</summary>
internal static class SquareTime
{
    public static string Text(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
        .ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>The time of a seeded record.</summary>
    public static string Seeded(long second) => Text(Milliseconds(second));

    public static long Milliseconds(long second) => second * 1000 + SquareWorld.Milliseconds;

    public static bool TryParse(string? text, out long milliseconds)
    {
        var parsed = DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at);
        milliseconds = parsed ? at.ToUnixTimeMilliseconds() : 0;
        return parsed;
    }
}
