using System.Globalization;
using System.Text.Json.Nodes;

namespace Tidemark.Connectors.Square;

/// <summary>Values as they stand in the bodies of Square's searches.</summary>
/// <remarks>https://developer.squareup.com/docs/build-basics/working-with-dates.</remarks>
internal static class SquareBody
{
    /// <summary>The first instant of a second, RFC 3339 in UTC with milliseconds.</summary>
    /// <param name="second">Since 1970.</param>
    public static string At(long second) => Text(DateTimeOffset.FromUnixTimeSeconds(second));

    /// <summary>
    /// The last millisecond before a second: for bounds that exclude the instant they name, so that the second itself
    /// is in.
    /// </summary>
    public static string Before(long second) => Text(DateTimeOffset.FromUnixTimeSeconds(second).AddMilliseconds(-1));

    public static JsonArray Array(IEnumerable<string> values) => new([.. values.Select(value => JsonValue.Create(value))]);

    private static string Text(DateTimeOffset at) => at.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
