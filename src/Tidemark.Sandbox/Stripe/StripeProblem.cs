using Microsoft.AspNetCore.Http;
using Tidemark.Sandbox.Records;
using Tidemark.Sandbox.Serving;

namespace Tidemark.Sandbox.Stripe;

/// <summary>A request that Stripe refuses, and the error body that it answers with.</summary>
internal sealed class StripeProblem(int status, string? code, string? parameter, string message) : Exception(message)
{
    public static StripeProblem Invalid(string parameter, string message) =>
        new(StatusCodes.Status400BadRequest, null, parameter, message);

    public static StripeProblem CannotExpand(string path) => Invalid("expand", $"This property cannot be expanded ({path}).");

    public static StripeProblem NotAnInteger(string parameter, string message) =>
        new(StatusCodes.Status400BadRequest, "parameter_invalid_integer", parameter, message);

    public static StripeProblem UnknownParameter(string parameter) => new(
        StatusCodes.Status400BadRequest, "parameter_unknown", parameter, $"Received unknown parameter: {parameter}");

    public static StripeProblem Missing(int status, string parameter, string objectName, string id) =>
        new(status, "resource_missing", parameter, $"No such {objectName}: '{id}'");

    public static StripeProblem UnknownAddress(HttpRequest request) => new(
        StatusCodes.Status404NotFound, null, null, $"Unrecognized request URL ({request.Method}: {request.Path}).");

    public static StripeProblem Unauthorized(string? code, string message) =>
        new(StatusCodes.Status401Unauthorized, code, null, message);

    /// <summary>A status that a fault or the rate limit asks for.</summary>
    public static StripeProblem WithStatus(int status) => status switch
    {
        StatusCodes.Status429TooManyRequests =>
            new(status, "rate_limit", null, "Request rate limit exceeded. Slow down and try again."),
        StatusCodes.Status401Unauthorized => Unauthorized(null, "Invalid API Key provided."),
        < 500 => new(status, null, null, "The request was refused."),
        _ => new(status, null, null, "An unknown error occurred."),
    };

    public Answer ToAnswer()
    {
        var json = new JsonBuffer(1024);
        json.Add($$"""{"error":{"message":{{Message}}""");
        if (parameter is not null) json.Add($$""","param":{{parameter}}""");
        if (code is not null)
        {
            json.Add($$""","code":{{code}},"doc_url":""");
            json.Text($"https://docs.stripe.com/error-codes/{code.Replace('_', '-')}");
        }

        json.Raw(""","request_log_url":"https://dashboard.stripe.com/test/logs","type":"""u8);
        json.Text(status >= StatusCodes.Status500InternalServerError ? "api_error" : "invalid_request_error");
        json.Raw("}}"u8);
        return new(status, json);
    }
}
