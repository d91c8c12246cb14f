using Tidemark.Engine.Errors;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.GraphQL;

/// <summary>What a server's answers mean: the status says little, the errors in the body decide.</summary>
/// <remarks>
/// https://graphql.github.io/graphql-over-http/draft/; the codes are those that servers have in common.
/// </remarks>
internal static class GraphQLErrors
{
    /// <summary>The server does not know the cursor of the next page any more.</summary>
    public const string CursorRefused = "graphql.cursor_refused";

    // Codes and types by which large public APIs say "too fast", in any case, with words parted by _ or - or nothing:
    // Shopify THROTTLED, GitHub RATE_LIMITED (as type), Linear RATELIMITED, Hasura rate-limit-exceeded, monday.com
    // COMPLEXITY_BUDGET_EXHAUSTED and its kin, Yelp TOO_MANY_REQUESTS_PER_SECOND, Contentful RateLimitExceeded.
    private static readonly HashSet<string> Throttles = new(StringComparer.OrdinalIgnoreCase)
    {
        "THROTTLED", "THROTTLING", "THROTTLINGEXCEPTION", "RATELIMIT", "RATELIMITED", "RATELIMITEXCEEDED", "RATELIMITREACHED", "TOOMANYREQUESTS",
        "TOOMANYREQUESTSPERSECOND", "QUERYRATELIMITEXCEEDED", "COMPLEXITYBUDGETEXHAUSTED", "COMPLEXITYEXCEPTION", "CONCURRENCYLIMITEXCEEDED",
        "MAXCONCURRENCYEXCEEDED", "FIELDMINUTERATELIMITEXCEEDED", "MINUTERATELIMITEXCEEDED", "MINUTELIMITEXCEEDED", "IPRATELIMITEXCEEDED", "QUOTAEXCEEDED",
    };
    private static readonly string[] Passing =
        ["INTERNAL_SERVER_ERROR", "SERVICE_UNAVAILABLE", "TIMEOUT", "GATEWAY_TIMEOUT", "UNAVAILABLE"];

    /// <summary>
    /// Codes: Configuration <c>graphql.unauthorized</c>, <c>graphql.forbidden</c>, <c>graphql.query_refused</c>,
    /// <c>graphql.too_costly</c>, <c>graphql.not_found</c>; Transient <c>graphql.throttled</c>,
    /// <c>graphql.unavailable</c>; Upstream <c>graphql.cursor_refused</c>, <c>graphql.failed</c>,
    /// <c>graphql.refused</c>.
    /// Errors that concern elements of a list alone, with data, are let through: the reading quarantines those records.
    /// </summary>
    public static HttpVerdict Classify(HttpAnswer answer)
    {
        var body = answer.Body.Span;
        var errors = GraphQLAnswer.Errors(body);
        if (answer.Status == 429 || errors.Any(IsThrottle)) return Throttled(answer);
        if (errors.Count == 0) return HttpVerdict.ByStatus(answer, "graphql", answer.Quote("message"));
        if (answer.Status is 401 or 403)
            return HttpVerdict.Fail(Refused(answer, answer.Status == 401 ? "unauthorized" : "forbidden"));
        if (answer.Status is >= 200 and < 300 && GraphQLAnswer.HasData(body) && errors.All(error => error.IsOfElement))
            return HttpVerdict.Ok;
        return ByCode(answer, errors);
    }

    private static HttpVerdict ByCode(HttpAnswer answer, IReadOnlyList<GraphQLError> errors)
    {
        if (errors.Any(error => IsCode(error, "UNAUTHENTICATED", "UNAUTHORIZED")))
            return HttpVerdict.Fail(Refused(answer, "unauthorized"));
        if (errors.Any(error => IsCode(error, "FORBIDDEN", "ACCESS_DENIED")))
            return HttpVerdict.Fail(Refused(answer, "forbidden"));
        if (errors.Any(error => IsCode(error, "MAX_COST_EXCEEDED"))) return HttpVerdict.Fail(TooCostly(answer));
        if (errors.Any(IsOfCursor)) return HttpVerdict.Fail(Say(answer, FailureKind.Upstream, "cursor_refused"));
        if (answer.Status >= 500 || errors.Any(error => Passing.Contains(error.Code)))
            return HttpVerdict.Retry(Say(answer, FailureKind.Transient, "unavailable"), answer.RetryAfter);
        // No data at all: execution never began, because the query does not fit the server's schema.
        var isRefusal = answer.Status is >= 400 || JsonPlace.Find(answer.Body.Span, "data") is null
            || errors.Any(error => error.Code.StartsWith("GRAPHQL_", StringComparison.Ordinal)
                || IsCode(error, "BAD_USER_INPUT", "undefinedField", "argumentNotAccepted"));
        return HttpVerdict.Fail(isRefusal ? QueryRefused(answer) : Say(answer, FailureKind.Upstream, "failed"));
    }

    /// <summary>Slows down until what the query costs is there again, or as long as the server says.</summary>
    /// <remarks>https://shopify.dev/docs/api/usage/limits: a bucket of points that refills by the second.</remarks>
    private static HttpVerdict Throttled(HttpAnswer answer)
    {
        var body = answer.Body.Span;
        var requested = GraphQLAnswer.Number(body, "extensions/cost/requestedQueryCost");
        const string status = "extensions/cost/throttleStatus";
        if (requested > GraphQLAnswer.Number(body, $"{status}/maximumAvailable"))
            return HttpVerdict.Fail(TooCostly(answer));
        TimeSpan? wait = requested is { } cost
            && GraphQLAnswer.Number(body, $"{status}/currentlyAvailable") is { } available
            && GraphQLAnswer.Number(body, $"{status}/restoreRate") is > 0 and var rate
            ? TimeSpan.FromSeconds(Math.Clamp((cost - available) / rate, 0, 86_400)) : null;
        wait = answer.RetryAfter ?? wait ?? Seconds(body);
        return HttpVerdict.SlowDown(Say(answer, FailureKind.Transient, "throttled"), wait);
    }

    /// <summary>How long a server asks to wait in its errors, e.g. monday.com's retry_in_seconds.</summary>
    private static TimeSpan? Seconds(ReadOnlySpan<byte> body)
    {
        foreach (var name in (string[])["retry_in_seconds", "retryAfter", "retry_after"])
        {
            if (GraphQLAnswer.Number(body, $"errors/0/extensions/{name}") is > 0 and < 86_400 and var seconds)
                return TimeSpan.FromSeconds(seconds);
        }

        return null;
    }

    private static bool IsThrottle(GraphQLError error) =>
        error.Kinds.Any(kind => Throttles.Contains(Bare(kind)))
        || (error.Code.Length == 0 && error.Message.TrimEnd('.') is "Throttled" or "Rate limit exceeded" or "API rate limit exceeded" or "Too many requests" or "Minute limit rate exceeded");

    private static string Bare(string code) =>
        code.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal);

    // No code for this is common to servers; what they have in common is the word.
    private static bool IsOfCursor(GraphQLError error) =>
        IsCode(error, "INVALID_CURSOR", "CURSOR_EXPIRED", "INVALID_CURSOR_ARGUMENTS")
        || (error.Message.Contains("cursor", StringComparison.OrdinalIgnoreCase)
            && (error.Message.Contains("invalid", StringComparison.OrdinalIgnoreCase)
                || error.Message.Contains("expired", StringComparison.OrdinalIgnoreCase)));

    private static bool IsCode(GraphQLError error, params ReadOnlySpan<string> codes) => codes.Contains(error.Code);

    private static TidemarkException Refused(HttpAnswer answer, string what) =>
        With(Say(answer, FailureKind.Configuration, what), "Check token and headers, and what the token may read.");

    private static TidemarkException QueryRefused(HttpAnswer answer) =>
        With(Say(answer, FailureKind.Configuration, "query_refused"),
            "Check the query of this stream against the server's schema, and page_size against the most records that it gives a page.");

    private static TidemarkException TooCostly(HttpAnswer answer) =>
        With(Say(answer, FailureKind.Configuration, "too_costly"),
            "Lower page_size, or select fewer lists within records.");

    private static TidemarkException With(TidemarkException error, string hint) =>
        new(error.Kind, error.Code, error.Message) { Hint = hint };

    private static TidemarkException Say(HttpAnswer answer, FailureKind kind, string what) =>
        new(kind, $"graphql.{what}",
            $"{answer.Call.Label} was answered with {answer.Status}: "
            + (answer.Quote("errors/0/message") ?? "no message"));
}
