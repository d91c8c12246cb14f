using Tidemark.Engine.Errors;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Stripe;

/// <summary>What Stripe's answers mean.</summary>
/// <remarks>https://docs.stripe.com/api/errors and https://docs.stripe.com/error-low-level.</remarks>
internal static class StripeErrors
{
    /// <summary>The record that a page was to begin after has been deleted.</summary>
    public const string PositionGone = "stripe.position_gone";

    /// <summary>There is no object of the id that a filter names.</summary>
    public const string ReferenceGone = "stripe.resource_missing";

    /// <summary>There is no object of that id any more.</summary>
    public const string NotFound = "stripe.not_found";

    /// <summary>
    /// Codes: Configuration <c>stripe.unauthorized</c>, <c>stripe.forbidden</c>; Transient <c>stripe.rate_limited</c>,
    /// <c>stripe.unavailable</c>; Upstream <c>stripe.not_found</c>, <c>stripe.position_gone</c> and, for other refusals,
    /// <c>stripe.</c> with Stripe's own code, e.g. <c>stripe.parameter_unknown</c>.
    /// </summary>
    public static HttpVerdict Classify(HttpAnswer answer)
    {
        if (answer.Status is >= 200 and < 300) return HttpVerdict.Ok;
        if (answer.Status == 429)
            return HttpVerdict.SlowDown(Say(answer, FailureKind.Transient, "rate_limited"), answer.RetryAfter);

        var failure = answer.Status switch
        {
            401 => Unauthorized(answer),
            403 => Forbidden(answer),
            404 => Say(answer, FailureKind.Upstream, "not_found"),
            409 or >= 500 => Say(answer, FailureKind.Transient, "unavailable"),
            _ => Refused(answer),
        };
        // Stripe knows better than the status whether the same request can pass.
        var retries = answer.Header("Stripe-Should-Retry") switch
        {
            "true" => true,
            "false" => false,
            _ => failure.Kind == FailureKind.Transient,
        };
        return retries ? HttpVerdict.Retry(failure, answer.RetryAfter) : HttpVerdict.Fail(failure);
    }

    private static TidemarkException Unauthorized(HttpAnswer answer) =>
        // Without Stripe's words: they quote the key.
        new(FailureKind.Configuration, "stripe.unauthorized", $"Stripe does not accept the key{Request(answer)}.")
        {
            Hint = "Set api_key to a key from https://dashboard.stripe.com/apikeys; it may have been rolled or revoked.",
        };

    private static TidemarkException Forbidden(HttpAnswer answer)
    {
        var error = Say(answer, FailureKind.Configuration, "forbidden");
        return new(error.Kind, error.Code, error.Message)
        {
            Hint = "Give the restricted key read permission for this resource and for events, or check `account`.",
        };
    }

    private static TidemarkException Refused(HttpAnswer answer)
    {
        var code = answer.Quote("error/code");
        if (code == "resource_missing" && answer.Quote("error/param") == "starting_after")
            return Say(answer, FailureKind.Upstream, "position_gone");
        var isCode = code is { Length: > 0 }
            && code.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '_');
        return Say(answer, FailureKind.Upstream, isCode ? code! : "refused");
    }

    private static TidemarkException Say(HttpAnswer answer, FailureKind kind, string what) =>
        new(kind, $"stripe.{what}",
            $"{answer.Call.Label} was answered with {answer.Status}{Request(answer)}: "
            + (answer.Quote("error/message") ?? "no message"));

    /// <summary>The id by which Stripe's support finds a request.</summary>
    private static string Request(HttpAnswer answer) => answer.Header("Request-Id") is { } id ? $" (request {id})" : "";
}
