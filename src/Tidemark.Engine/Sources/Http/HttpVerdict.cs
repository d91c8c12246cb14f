using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Sources.Http;

/// <summary>What to do with an answer: take it, ask again, or give up.</summary>
public sealed record HttpVerdict
{
    public static readonly HttpVerdict Ok = new();

    private HttpVerdict()
    {
    }

    /// <summary>
    /// What is thrown when giving up, or when asking again did not help; null where the answer is good.
    /// </summary>
    public TidemarkException? Failure { get; private init; }

    public bool Retries { get; private init; }

    /// <summary>How long to wait before the next request; null leaves it to the exponential back-off.</summary>
    public TimeSpan? After { get; private init; }

    /// <summary>Whether every request of this source waits, not only this one: the vendor found us too fast.</summary>
    public bool PausesAll { get; private init; }

    /// <summary>
    /// Take the answer, and let all requests of the source wait: the vendor says that its allowance is used up. Waits
    /// longer than <see cref="HttpApi.MaxWait"/> are cut to it.
    /// </summary>
    public static HttpVerdict OkThenWait(TimeSpan wait) => new() { After = wait, PausesAll = true };

    public static HttpVerdict Fail(TidemarkException failure) => new() { Failure = failure };

    /// <summary>Ask again, because of this request alone.</summary>
    public static HttpVerdict Retry(TidemarkException failure, TimeSpan? after = null) =>
        new() { Failure = failure, Retries = true, After = after };

    /// <summary>Ask again, and let all requests of the source wait until then.</summary>
    public static HttpVerdict SlowDown(TidemarkException failure, TimeSpan? after) =>
        new() { Failure = failure, Retries = true, After = after, PausesAll = true };

    /// <summary>The same decision without asking again.</summary>
    internal HttpVerdict GiveUp() => this with { Retries = false };

    /// <summary>
    /// What the status alone says: 2xx and 304 are good, 429 slows down, 408 and 5xx are asked again, the rest fails.
    /// Codes: <c>{area}.rate_limited</c>, <c>.unavailable</c>, <c>.unauthorized</c>, <c>.forbidden</c>,
    /// <c>.not_found</c>, <c>.refused</c>.
    /// </summary>
    /// <param name="answer">The answer.</param>
    /// <param name="area">Begins the code; the connector's name.</param>
    /// <param name="said">What the vendor says went wrong, from <see cref="HttpAnswer.Quote"/>.</param>
    public static HttpVerdict ByStatus(HttpAnswer answer, string area, string? said = null)
    {
        return answer.Status switch
        {
            (>= 200 and < 300) or 304 => Ok,
            429 => SlowDown(Say(FailureKind.Transient, "rate_limited"), answer.RetryAfter),
            408 or >= 500 => Retry(Say(FailureKind.Transient, "unavailable"), answer.RetryAfter),
            401 => Fail(Say(FailureKind.Configuration, "unauthorized")),
            403 => Fail(Say(FailureKind.Configuration, "forbidden")),
            404 => Fail(Say(FailureKind.Configuration, "not_found")),
            _ => Fail(Say(FailureKind.Upstream, "refused")),
        };

        TidemarkException Say(FailureKind kind, string what) =>
            new(kind, $"{area}.{what}",
                $"{answer.Call.Label} was answered with {answer.Status}{(said is null ? "" : $": {said}")}.");
    }
}
