using Tidemark.Sandbox.Records;
using Tidemark.Sandbox.Serving;

namespace Tidemark.Sandbox.Zoho;

/// <summary>A request that Zoho refuses, and the error body that it answers with.</summary>
/// <param name="status">HTTP status.</param>
/// <param name="code">E.g. <c>INVALID_DATA</c>.</param>
/// <param name="message">Text for people.</param>
/// <param name="details">JSON object.</param>
internal sealed class ZohoProblem(int status, string code, string message, string details = "{}") : Exception(message)
{
    public static ZohoProblem Missing(string parameter) =>
        new(400, "REQUIRED_PARAM_MISSING", "One of the expected parameter is missing", $$"""{"param":"{{parameter}}"}""");

    public static ZohoProblem Invalid(string parameter) =>
        new(400, "INVALID_DATA", "invalid data", $$"""{"param":"{{parameter}}"}""");

    public static ZohoProblem Unauthorized() => new(401, "INVALID_TOKEN", "invalid oauth token");

    /// <summary>A status that a fault or the rate limit asks for.</summary>
    public static ZohoProblem WithStatus(int status) => status switch
    {
        401 => Unauthorized(),
        403 => new(status, "NO_PERMISSION", "permission denied"),
        429 => new(status, "TOO_MANY_REQUESTS", "Too many requests"),
        < 500 => new(status, "INVALID_REQUEST", "unable to process your request"),
        _ => new(status, "INTERNAL_ERROR", "Internal Server Error"),
    };

    public Answer ToAnswer(ZohoRules rules)
    {
        var json = new JsonBuffer(512);
        if (rules.WrapsErrors) json.Raw("""{"data":["""u8);
        json.Add($$"""{"code":{{code}},"details":{{details:raw}},"message":{{Message}},"status":"error"}""");
        if (rules.WrapsErrors) json.Raw("]}"u8);
        return new(rules.RefusesUnder200 && status is 400 or 401 ? 200 : status, json);
    }
}
