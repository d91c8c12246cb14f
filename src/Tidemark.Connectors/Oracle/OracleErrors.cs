using System.Text;
using System.Text.Json;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Oracle;

/// <summary>
/// What Oracle's answers mean. An error comes as plain text, as nothing at all, as a page of HTML or, from framework
/// version 4 on, as structured JSON.
/// </summary>
/// <remarks>https://docs.oracle.com/en/cloud/saas/sales/faaps/Status_Codes.html.</remarks>
internal static class OracleErrors
{
    private const string Refused = "oracle.refused";

    /// <summary>
    /// Codes: Configuration <c>oracle.unauthorized</c>, <c>oracle.forbidden</c>, <c>oracle.not_found</c>,
    /// <c>oracle.refused</c>; Transient <c>oracle.rate_limited</c>, <c>oracle.unavailable</c>,
    /// <c>oracle.blank_refusal</c>.
    /// </summary>
    public static HttpVerdict Classify(HttpAnswer answer) => answer.Status switch
    {
        >= 200 and < 300 => HttpVerdict.Ok,
        // Without Oracle's words: a login page says nothing, and a proxy may repeat what it was sent.
        401 => HttpVerdict.Fail(Unauthorized()),
        403 => HttpVerdict.Fail(Say(answer, FailureKind.Configuration, "oracle.forbidden",
            "Give the user a role that may read this resource through REST.")),
        404 => HttpVerdict.Fail(Say(answer, FailureKind.Configuration, "oracle.not_found",
            "Check base_url and api_version: the pod does not have this resource in this version.")),
        429 => HttpVerdict.SlowDown(Say(answer, FailureKind.Transient, "oracle.rate_limited"), answer.RetryAfter),
        // A refusal without a word has been seen to pass the second time.
        400 when answer.Body.Span.Trim(" \t\r\n"u8).IsEmpty =>
            HttpVerdict.Retry(Say(answer, FailureKind.Transient, "oracle.blank_refusal"), answer.RetryAfter),
        408 or >= 500 => HttpVerdict.Retry(Say(answer, FailureKind.Transient, "oracle.unavailable"), answer.RetryAfter),
        _ => HttpVerdict.Fail(Say(answer, FailureKind.Configuration, Refused,
            "Where it names a field, put that into skip_fields or set fields to all; where it names the filter, "
            + "check framework_version and opportunity_query.")),
    };

    /// <summary>The words of an error body; null where it has none. Not yet fit for a message.</summary>
    public static string? Words(ReadOnlySpan<byte> body)
    {
        var text = Encoding.UTF8.GetString(body).Trim();
        if (text.Length == 0 || text.StartsWith('<')) return null;
        if (!text.StartsWith('{')) return text;
        try
        {
            using var json = JsonDocument.Parse(text);
            return Structured(json.RootElement) ?? text;
        }
        catch (Exception odd) when (odd is JsonException or InvalidOperationException)
        {
            return text;
        }
    }

    private static TidemarkException Unauthorized() =>
        new(FailureKind.Configuration, "oracle.unauthorized", "Oracle does not accept the credentials.")
        {
            Hint = "Check username and password, or fetch a new token; single sign-on users need a token.",
        };

    public static TidemarkException NoNumber(string path, string number) =>
        new(FailureKind.Upstream, "oracle.no_number", $"A record of {path} has no {number}.");

    public static TidemarkException NoCredentials() =>
        new(FailureKind.Configuration, "oracle.no_credentials", "There are no credentials for Oracle.")
        {
            Hint = "Set username and password, or token.",
        };

    public static TidemarkException NotACollection(HttpCall call) =>
        new(FailureKind.Upstream, "oracle.not_a_collection",
            $"The answer to {call.Label} is not a collection of items.")
        {
            Hint = "Something between here and Oracle may answer in its place: check base_url and proxies.",
        };

    public static TidemarkException NotInOrder(HttpCall call, string time) =>
        new(FailureKind.Upstream, "oracle.not_in_order",
            $"{call.Label} does not list by {time} as it was asked to, so records could be missed.")
        {
            Hint = $"Check that {time} can be filtered and sorted by, and that the pod allows framework_version.",
        };

    private static string? Structured(JsonElement error)
    {
        var words = new List<string?>();
        if (error.TryGetProperty("o:errorDetails", out var details) && details.ValueKind == JsonValueKind.Array)
        {
            words.AddRange(details.EnumerateArray()
                .Where(detail => detail.ValueKind == JsonValueKind.Object)
                .Select(detail => Join(
                    ": ", Text(detail, "o:errorPath"), Text(detail, "detail"), Text(detail, "o:errorCode"))));
        }

        return Join("; ", [.. words]) ?? Text(error, "detail") ?? Text(error, "title");
    }

    private static string? Text(JsonElement of, string name) =>
        of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
        && value.GetString() is { Length: > 0 } text ? text : null;

    private static string? Join(string between, params string?[] parts)
    {
        var text = string.Join(between, parts.OfType<string>());
        return text.Length == 0 ? null : text;
    }

    private static TidemarkException Say(HttpAnswer answer, FailureKind kind, string code, string? hint = null)
    {
        var words = Words(answer.Body.Span) is { } text ? answer.Clean(text) : "no message";
        var message = $"{answer.Call.Label} was answered with {answer.Status}: {words.TrimEnd('.')}.";
        return new(kind, code, message) { Hint = hint };
    }
}
