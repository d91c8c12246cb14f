using Microsoft.AspNetCore.Http;
using Tidemark.Sandbox.Records;
using Tidemark.Sandbox.Serving;

namespace Tidemark.Sandbox.Square;

/// <summary>A request that Square refuses, and the error body that it answers with.</summary>
internal sealed class SquareProblem(int status, string category, string code, string detail, string? field = null)
    : Exception(detail)
{
    private const string InvalidRequest = "INVALID_REQUEST_ERROR";
    private const string Authentication = "AUTHENTICATION_ERROR";

    public static SquareProblem Invalid(string code, string field, string detail) =>
        new(StatusCodes.Status400BadRequest, InvalidRequest, code, detail, field);

    public static SquareProblem Missing(string field) =>
        Invalid("MISSING_REQUIRED_PARAMETER", field, $"Missing required parameter: {field}.");

    public static SquareProblem Unauthorized(string code, string detail) =>
        new(StatusCodes.Status401Unauthorized, Authentication, code, detail);

    public static SquareProblem InsufficientScopes(string scope) => new(
        StatusCodes.Status403Forbidden, Authentication, "INSUFFICIENT_SCOPES",
        $"The merchant has not given your application sufficient permissions to do that. It needs: {scope}");

    public static SquareProblem UnknownAddress() =>
        new(StatusCodes.Status404NotFound, InvalidRequest, "NOT_FOUND", "Resource not found.");

    public static SquareProblem Internal(int status = StatusCodes.Status500InternalServerError) => new(
        status, "API_ERROR", status == StatusCodes.Status503ServiceUnavailable ? "SERVICE_UNAVAILABLE" : "INTERNAL_SERVER_ERROR",
        "An internal error has occurred, and the API was unable to service your request.");

    public static SquareProblem NotFound(string id) =>
        new(StatusCodes.Status404NotFound, InvalidRequest, "NOT_FOUND", $"There is no object with the id {id}.");

    /// <summary>A status that a fault or the rate limit asks for.</summary>
    public static SquareProblem WithStatus(int status) => status switch
    {
        StatusCodes.Status429TooManyRequests => new(
            status, "RATE_LIMIT_ERROR", "RATE_LIMITED", "This request was rate limited. Please retry later."),
        StatusCodes.Status401Unauthorized => Unauthorized("UNAUTHORIZED", "This request could not be authorized."),
        StatusCodes.Status403Forbidden => new(status, Authentication, "FORBIDDEN", "You are not allowed to do that."),
        < 500 => new(status, InvalidRequest, "BAD_REQUEST", "The request was refused."),
        _ => Internal(status),
    };

    /// <param name="asStatus">Another status than the error's own, where errors come with a success.</param>
    public Answer ToAnswer(int? asStatus = null)
    {
        var json = new JsonBuffer(1024);
        json.Add($$"""{"errors":[{"category":{{category}},"code":{{code}},"detail":{{Message}}""");
        if (field is not null) json.Add($$""","field":{{field}}""");
        json.Raw("}]}"u8);
        return new(asStatus ?? status, json);
    }
}
