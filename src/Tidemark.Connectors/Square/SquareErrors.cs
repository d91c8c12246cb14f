using Tidemark.Engine.Errors;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Square;

/// <summary>What Square's answers mean.</summary>
/// <remarks>https://developer.squareup.com/docs/build-basics/general-considerations/handling-errors.</remarks>
internal static class SquareErrors
{
    /// <summary>The cursor of a listing is not taken any more.</summary>
    public const string CursorGone = "square.cursor_gone";

    /// <summary>The token lacks a permission.</summary>
    public const string PermissionMissing = "square.permission_missing";

    /// <summary>
    /// Codes: Configuration <c>square.unauthorized</c>, <c>square.token_expired</c>, <c>square.token_revoked</c>,
    /// <c>square.permission_missing</c>, <c>square.forbidden</c>, <c>square.not_found</c>; Transient
    /// <c>square.rate_limited</c>, <c>square.unavailable</c>; Upstream <c>square.cursor_gone</c> and, for other
    /// refusals, <c>square.</c> with Square's own code in lower case, e.g. <c>square.invalid_time_range</c>.
    /// </summary>
    public static HttpVerdict Classify(HttpAnswer answer)
    {
        if (answer.Status is >= 200 and < 300)
            return HasErrors(answer) ? Judge(answer, StatusOf(answer.Quote("errors/0/category"))) : HttpVerdict.Ok;
        // Gateways before Square answer in text or HTML, with any status; what they say of a request is not Square's word.
        var isSquares = answer.Quote("errors/0/code") is not null;
        return Judge(answer, isSquares || answer.Status is 401 or 404 or 429 ? answer.Status : 500);
    }

    private static HttpVerdict Judge(HttpAnswer answer, int status) => status switch
    {
        429 => HttpVerdict.SlowDown(Say(answer, FailureKind.Transient, "rate_limited"), answer.RetryAfter),
        408 or >= 500 => HttpVerdict.Retry(Say(answer, FailureKind.Transient, "unavailable"), answer.RetryAfter),
        401 => HttpVerdict.Fail(Unauthorized(answer)),
        403 => HttpVerdict.Fail(Forbidden(answer)),
        404 => HttpVerdict.Fail(Say(answer, FailureKind.Configuration, "not_found", "Check environment and base_url.")),
        _ => HttpVerdict.Fail(Refused(answer)),
    };

    /// <summary>Some answers have errors beside records, or in their place, and the status of a success.</summary>
    private static bool HasErrors(HttpAnswer answer) =>
        // Looking for the name is a fraction of the work of reading the page, and most pages have no such property.
        answer.Body.Span.IndexOf("\"errors\""u8) >= 0 && answer.Quote("errors/0/category") is not null;

    private static int StatusOf(string? category) => category switch
    {
        "RATE_LIMIT_ERROR" => 429,
        "AUTHENTICATION_ERROR" => 401,
        "API_ERROR" or "EXTERNAL_VENDOR_ERROR" => 500,
        _ => 400,
    };

    private static TidemarkException Unauthorized(HttpAnswer answer) => answer.Quote("errors/0/code") switch
    {
        "ACCESS_TOKEN_EXPIRED" => Token("token_expired", "Square's access token has expired.",
            "Renew it with its refresh token and set access_token to the new one."),
        "ACCESS_TOKEN_REVOKED" => Token("token_revoked", "Square's access token was revoked.",
            "Let the seller authorize the application again and set access_token to the new one."),
        "INSUFFICIENT_SCOPES" => Forbidden(answer),
        _ => Token("unauthorized", "Square does not accept the access token.",
            "Check access_token, and that it is of this environment: sandbox tokens work at the sandbox only."),
    };

    private static TidemarkException Forbidden(HttpAnswer answer) =>
        answer.Quote("errors/0/code") == "INSUFFICIENT_SCOPES" && SquarePermissions.For(answer.Call.Path) is { } permission
            ? SquarePermissions.Missing(permission)
            : Say(answer, FailureKind.Configuration, "forbidden", "Check the permissions of the access token.");

    private static TidemarkException Refused(HttpAnswer answer)
    {
        var code = answer.Quote("errors/0/code");
        if (code == "INVALID_CURSOR" || answer.Quote("errors/0/field") == "cursor") return Say(answer, FailureKind.Upstream, "cursor_gone");
        var isCode = code is not null && code.All(letter => char.IsAsciiLetterUpper(letter) || char.IsAsciiDigit(letter) || letter == '_');
        return Say(answer, FailureKind.Upstream, isCode ? code!.ToLowerInvariant() : "refused");
    }

    // Without the call: refused credentials are one problem, however many calls they were tried on.
    private static TidemarkException Token(string what, string message, string hint) =>
        new(FailureKind.Configuration, $"square.{what}", message) { Hint = hint };

    private static TidemarkException Say(HttpAnswer answer, FailureKind kind, string what, string? hint = null)
    {
        var detail = (answer.Quote("errors/0/detail") ?? answer.Quote("errors/0/code") ?? "no message of Square's").TrimEnd('.');
        var field = answer.Quote("errors/0/field") is { } name ? $" ({name})" : "";
        return new(kind, $"square.{what}", $"{answer.Call.Label} was answered with {answer.Status}: {detail}{field}.") { Hint = hint };
    }
}
