using System.Globalization;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Sources.Http;

/// <summary>
/// Recognises a refusal that means "too fast" whatever its status: vendors answer with 400, 403 or 503 as well as 429, and
/// say in headers how long to wait.
/// </summary>
/// <remarks>
/// https://www.rfc-editor.org/rfc/rfc9110#field.retry-after; https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/;
/// https://docs.github.com/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api.
/// </remarks>
internal static class RateLimitHeaders
{
    // A reset above this is a point in time in Unix seconds, not a number of seconds.
    private const long LeastInstant = 1_000_000_000;

    private static readonly (string Remaining, string Reset)[] Names =
    [
        ("RateLimit-Remaining", "RateLimit-Reset"),
        ("X-RateLimit-Remaining", "X-RateLimit-Reset"),
        ("X-Rate-Limit-Remaining", "X-Rate-Limit-Reset"),
    ];

    /// <summary>
    /// The verdict, or, where it gives up on an answer whose headers say that the caller was too fast, the same failure after
    /// a wait. A connector that found it transient has its reasons to give up.
    /// </summary>
    public static HttpVerdict Apply(HttpAnswer answer, HttpVerdict verdict)
    {
        if (verdict is not { Failure: { Kind: not FailureKind.Transient } failure, Retries: false }) return verdict;
        if (answer.Status is < 400 or 401 or 404 or 410) return verdict;
        if (answer.RetryAfter is { } asked) return SlowDown(failure, answer, asked);
        return IsExhausted(answer, out var reset) ? SlowDown(failure, answer, reset) : verdict;
    }

    private static HttpVerdict SlowDown(TidemarkException failure, HttpAnswer answer, TimeSpan? wait) =>
        HttpVerdict.SlowDown(
            new(FailureKind.Transient, $"{failure.Code.Split('.')[0]}.rate_limited",
                $"{answer.Call.Label} was answered with {answer.Status}: too many requests.", failure), wait);

    private static bool IsExhausted(HttpAnswer answer, out TimeSpan? reset)
    {
        reset = null;
        foreach (var (remaining, at) in Names)
        {
            if (answer.Header(remaining)?.Trim() != "0") continue;
            if (long.TryParse(answer.Header(at), NumberStyles.None, CultureInfo.InvariantCulture, out var value))
                reset = value < LeastInstant ? TimeSpan.FromSeconds(value) : answer.Until(DateTimeOffset.FromUnixTimeSeconds(Math.Min(value, 253_402_300_799)));
            return true;
        }

        return false;
    }
}
