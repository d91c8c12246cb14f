using System.Text.Json;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Zoho;

/// <summary>What Zoho's answers mean.</summary>
/// <remarks>https://www.zoho.com/crm/developer/docs/api/v8/status-codes.html.</remarks>
internal static class ZohoErrors
{
    /// <summary>
    /// Codes: Configuration <c>zoho.unauthorized</c>, <c>zoho.scope_missing</c>, <c>zoho.forbidden</c>,
    /// <c>zoho.unknown_module</c>; Transient <c>zoho.rate_limited</c>, <c>zoho.credits_used_up</c>,
    /// <c>zoho.unavailable</c>; Upstream, for other refusals, <c>zoho.</c> with Zoho's own code in lower case, e.g.
    /// <c>zoho.pagination_limit_exceeded</c>.
    /// </summary>
    public static HttpVerdict Classify(HttpAnswer answer)
    {
        if (answer.Status is 204 or 304) return HttpVerdict.Ok;
        // What became of each record of a write stands in the body, whatever the status.
        if (answer.Call.Method == HttpMethod.Put && answer.Status is (>= 200 and < 300) or 400 && HasResults(answer.Body.Span))
            return HttpVerdict.Ok;
        var code = Error(answer.Body.Span);
        if (code is null && answer.Status is >= 200 and < 300) return HttpVerdict.Ok;
        var said = answer.Quote("message");
        return (code, answer.Status) switch
        {
            ("TOO_MANY_REQUESTS" or "RATE_LIMIT_EXCEEDED", _) or (_, 429) => TooMany(answer, said),
            ("OAUTH_SCOPE_MISMATCH", _) => HttpVerdict.Fail(Configuration("scope_missing",
                $"{answer.Call.Label} needs a scope that the refresh token does not have.",
                "Make a refresh token with ZohoCRM.modules.READ, ZohoCRM.settings.fields.READ, for criteria ZohoCRM.coql.READ or ZohoSearch.securesearch.READ, and for write_back ZohoCRM.modules.UPDATE.")),
            ("INVALID_TOKEN" or "AUTHENTICATION_FAILURE", _) or (_, 401) => HttpVerdict.Fail(Configuration("unauthorized",
                "Zoho does not accept the access token.",
                "Check that data_center is the account's and that the refresh token was not revoked.")),
            ("NO_PERMISSION" or "AUTHORIZATION_FAILED", _) or (_, 403) => HttpVerdict.Fail(Configuration("forbidden",
                Say(answer, code, said), "Give the user of the refresh token the right to read this module.")),
            ("INVALID_MODULE", _) => HttpVerdict.Fail(Configuration("unknown_module",
                Say(answer, code, said),
                "Write the module's API name into modules; see Setup > Developer Hub > APIs > API names.")),
            ("INTERNAL_ERROR" or "INTERNAL_SERVER_ERROR" or "SERVICE_UNAVAILABLE", _) or (_, 408 or >= 500) => HttpVerdict.Retry(
                new TidemarkException(FailureKind.Transient, "zoho.unavailable", Say(answer, code, said)), answer.RetryAfter),
            _ => HttpVerdict.Fail(new TidemarkException(FailureKind.Upstream, $"zoho.{Name(code)}", Say(answer, code, said))),
        };
    }

    /// <summary>
    /// Answers of the accounts server, whose errors stand in the body even under 200. Codes: Configuration
    /// <c>zoho.refresh_token_refused</c>, <c>zoho.client_refused</c>, <c>zoho.client_secret_refused</c>,
    /// <c>zoho.token_refused</c>; Transient <c>zoho.token_throttled</c>, <c>zoho.unavailable</c>.
    /// </summary>
    public static HttpVerdict ClassifyToken(HttpAnswer answer, TimeSpan wait)
    {
        var error = answer.Quote("error");
        var said = answer.Quote("error_description");
        if (answer.Status == 429 || error == "Access Denied"
            || said?.Contains("too many requests", StringComparison.OrdinalIgnoreCase) == true)
        {
            return HttpVerdict.Retry(
                new TidemarkException(FailureKind.Transient, "zoho.token_throttled",
                    "Zoho gives out no more access tokens for now: there were too many in the last ten minutes.")
                {
                    Hint = "Run again in ten minutes; other programs that use the same refresh token count too.",
                }, answer.RetryAfter ?? wait);
        }

        if (answer.Status >= 500)
        {
            return HttpVerdict.Retry(new TidemarkException(
                FailureKind.Transient, "zoho.unavailable", $"The accounts server answered with {answer.Status}."), answer.RetryAfter);
        }

        return (error, answer.Status) switch
        {
            (null, >= 200 and < 300) => HttpVerdict.Ok,
            ("invalid_code", _) => HttpVerdict.Fail(Configuration("refresh_token_refused",
                "Zoho does not accept the refresh token.", "Make a new one, in the data centre that data_center names.")),
            ("invalid_client", _) => HttpVerdict.Fail(Configuration("client_refused",
                "Zoho does not know the client id.", "Check client_id and data_center.")),
            ("invalid_client_secret", _) => HttpVerdict.Fail(Configuration("client_secret_refused",
                "Zoho does not accept the client secret.", "Check client_secret; it belongs to client_id.")),
            _ => HttpVerdict.Fail(Configuration("token_refused",
                $"The accounts server refused an access token with {answer.Status}: {error ?? "no reason given"}.",
                "Check the credentials and data_center.")),
        };
    }

    /// <summary>
    /// The code of an error that stands at the top of the body or in the first element of <c>data</c>; null where the
    /// body is no error. Looks at the beginning only, as a page of records is long.
    /// </summary>
    public static string? Error(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body, isFinalBlock: false, default);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject || !reader.Read()) return null;
            if (reader.TokenType != JsonTokenType.PropertyName) return null;
            if (!reader.ValueTextEquals("data"u8))
                return reader.ValueTextEquals("info"u8) || reader.ValueTextEquals("fields"u8) ? null : CodeOf(body);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray || !reader.Read()) return null;
            if (reader.TokenType != JsonTokenType.StartObject) return null;
            var start = (int)reader.TokenStartIndex;
            return reader.TrySkip() ? CodeOf(body[start..(int)reader.BytesConsumed]) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? CodeOf(ReadOnlySpan<byte> json) =>
        JsonPlace.Find(json, "status")?.Text(json) == "error" ? JsonPlace.Find(json, "code")?.Text(json) : null;

    private static bool HasResults(ReadOnlySpan<byte> body) =>
        JsonPlace.Find(body, "data") is { Token: JsonTokenType.StartArray };

    private static HttpVerdict TooMany(HttpAnswer answer, string? said)
    {
        // One status for two limits: requests at once, which pass in a moment, and credits, which come back in a day.
        if (answer.Header("X-API-CREDITS-REMAINING") == "0")
        {
            return HttpVerdict.Fail(new TidemarkException(
                FailureKind.Transient, "zoho.credits_used_up", "The API credits of the last 24 hours are used up.")
            {
                Hint = "Run again when some of them are a day old; read less often, or fewer modules.",
            });
        }

        return HttpVerdict.SlowDown(
            new TidemarkException(FailureKind.Transient, "zoho.rate_limited", Say(answer, null, said)), answer.RetryAfter);
    }

    private static TidemarkException Configuration(string what, string message, string hint) =>
        new(FailureKind.Configuration, $"zoho.{what}", message) { Hint = hint };

    private static string Say(HttpAnswer answer, string? code, string? said) =>
        $"{answer.Call.Label} was answered with {answer.Status}{(code is null ? "" : $" {Name(code)}")}: {said ?? "no message"}.";

    private static string Name(string? code) =>
        code is { Length: > 0 and < 60 } && code.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_')
            ? code.ToLowerInvariant() : "refused";
}
