using System.Globalization;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Close;

/// <summary>
/// What Close says of its rate limit. The header is <c>RateLimit: limit=100, remaining=50, reset=5</c>, formerly
/// <c>X-Rate-Limit-Remaining</c> and <c>X-Rate-Limit-Reset</c>; a refusal repeats the wait in its body, in one of two
/// places. Waits are seconds and may have a fraction.
/// </summary>
/// <remarks>https://developer.close.com/api/overview/rate-limits.</remarks>
internal static class CloseRate
{
    /// <summary>How long to wait after a refusal; null where Close does not say.</summary>
    public static TimeSpan? AfterRefusal(HttpAnswer answer) =>
        Seconds(answer.Quote("error/rate_reset")) ?? Seconds(answer.Quote("rate_reset"))
        ?? Said(answer, "reset", "X-Rate-Limit-Reset") ?? answer.RetryAfter;

    /// <summary>How long to wait after a good answer as it was the last one allowed; null where more are.</summary>
    public static TimeSpan? AfterLast(HttpAnswer answer) =>
        Said(answer, "remaining", "X-Rate-Limit-Remaining") is { Ticks: 0 }
            ? Said(answer, "reset", "X-Rate-Limit-Reset") : null;

    /// <summary>A member of the header's list as seconds; null if absent.</summary>
    public static TimeSpan? Member(string? header, string name)
    {
        foreach (var part in (header ?? "").Split([',', ';'], StringSplitOptions.TrimEntries))
        {
            if (!part.StartsWith(name, StringComparison.OrdinalIgnoreCase)) continue;
            if (part.AsSpan(name.Length).TrimStart() is ['=', .. var value]) return Seconds(value.Trim().ToString());
        }

        return null;
    }

    private static TimeSpan? Said(HttpAnswer answer, string member, string olderHeader) =>
        Member(answer.Header("RateLimit"), member) ?? Seconds(answer.Header(olderHeader));

    private static TimeSpan? Seconds(string? text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds)
        && seconds is >= 0 and < 1e6
            ? TimeSpan.FromSeconds(seconds) : null;
}
