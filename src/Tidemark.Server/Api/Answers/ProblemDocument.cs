using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Tidemark.Engine.Errors;

namespace Tidemark.Server.Api.Answers;

/// <summary>A refusal or a failure, as RFC 9457 has it; <c>code</c> is stable and searchable.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">E.g. <c>run.unknown</c>.</param>
/// <param name="Detail">One sentence.</param>
public sealed record ProblemDocument(int Status, string Code, string Detail)
{
    private const string CodeKey = "tidemark:code";
    private const int SecondsToWait = 5;

    /// <summary>The code as a name that is no address.</summary>
    [JsonPropertyOrder(-2)]
    public string Type => $"urn:tidemark:problem:{Code}";

    /// <summary>What kind of problem it is.</summary>
    [JsonPropertyOrder(-1)]
    public string Title => Status switch
    {
        StatusCodes.Status401Unauthorized => "Not known",
        StatusCodes.Status403Forbidden => "Not allowed",
        StatusCodes.Status404NotFound => "Not there",
        StatusCodes.Status409Conflict => "Not now",
        StatusCodes.Status422UnprocessableEntity => "Not configured",
        StatusCodes.Status429TooManyRequests => "Too many requests",
        StatusCodes.Status502BadGateway => "The other side failed",
        StatusCodes.Status503ServiceUnavailable => "Try again",
        >= StatusCodes.Status500InternalServerError => "A defect",
        _ => "Not understood",
    };

    /// <summary>Who must act: <c>usage</c>, <c>configuration</c>, <c>approval</c>, <c>transient</c>, <c>upstream</c> or <c>defect</c>; absent where the request was not let in.</summary>
    public FailureKind? Kind { get; init; }

    /// <summary>What to do about it; absent if unknown.</summary>
    public string? Hint { get; init; }

    /// <summary>What may be done next; absent if nothing is known.</summary>
    public NextLink? Next { get; init; }

    /// <summary>True if the same may pass at another time; absent otherwise.</summary>
    public bool? Transient { get; init; }

    /// <summary>Everything that is wrong, where a check has found it; absent otherwise.</summary>
    public IReadOnlyList<ProblemAnswer>? Problems { get; init; }

    /// <summary>When to ask again, where it is known.</summary>
    [JsonIgnore]
    public TimeSpan? RetryAfter { get; init; }

    internal string RetryAfterText => (RetryAfter is { } after ? (int)Math.Ceiling(after.TotalSeconds) : SecondsToWait).ToString(CultureInfo.InvariantCulture);

    public static ProblemDocument Of(TidemarkException failure) => new(StatusOf(failure), failure.Code, failure.Message)
    {
        Kind = failure.Kind,
        Hint = failure.Hint,
        Next = failure.Next is { } next ? NextLink.From(next) : null,
        Transient = failure.Kind == FailureKind.Transient ? true : null,
        Problems = failure.Problems.Count > 0 ? ProblemAnswer.Of(failure.Problems) : null,
    };

    /// <summary>The code of the problem that a request was answered with; null where there was none.</summary>
    public static string? CodeOf(HttpContext http) => http.Items[CodeKey] as string;

    public Task WriteAsync(HttpContext http)
    {
        http.Items[CodeKey] = Code;
        if (Status is StatusCodes.Status503ServiceUnavailable or StatusCodes.Status429TooManyRequests)
            http.Response.Headers.RetryAfter = RetryAfterText;
        http.Response.StatusCode = Status;
        return http.Response.WriteAsJsonAsync(this, ApiJson.Default.ProblemDocument, "application/problem+json", http.RequestAborted);
    }

    private static int StatusOf(TidemarkException failure) => failure switch
    {
        { Code: "webhook.refused" } => StatusCodes.Status401Unauthorized,
        { Code: var code } when code.StartsWith("access.", StringComparison.Ordinal) => StatusCodes.Status403Forbidden,
        { Kind: FailureKind.Usage, Code: var code } when Ends(code, ".unknown", ".table_unknown", ".not_applied") => StatusCodes.Status404NotFound,
        { Code: var code } when Ends(code, ".in_use", ".not_parked", ".key_used", ".finished", ".not_over", ".exists", ".decided", ".ended", ".last_admin") => StatusCodes.Status409Conflict,
        { Kind: FailureKind.Usage } => StatusCodes.Status400BadRequest,
        { Kind: FailureKind.Approval } => StatusCodes.Status409Conflict,
        { Kind: FailureKind.Configuration } => StatusCodes.Status422UnprocessableEntity,
        { Kind: FailureKind.Transient } => StatusCodes.Status503ServiceUnavailable,
        { Kind: FailureKind.Upstream } => StatusCodes.Status502BadGateway,
        _ => StatusCodes.Status500InternalServerError,
    };

    private static bool Ends(string code, params ReadOnlySpan<string> ends)
    {
        foreach (var end in ends)
        {
            if (code.EndsWith(end, StringComparison.Ordinal)) return true;
        }

        return false;
    }
}
