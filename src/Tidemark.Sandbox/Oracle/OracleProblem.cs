using Microsoft.AspNetCore.Http;
using Tidemark.Sandbox.Records;
using Tidemark.Sandbox.Serving;

namespace Tidemark.Sandbox.Oracle;

/// <summary>
/// A request that is refused. How that is said depends on the framework version and on what is accepted.
/// </summary>
internal sealed class OracleProblem(int status, string message, string? path = null) : Exception(message)
{
    private const string ErrorMedia = "application/vnd.oracle.adf.error+json";
    private const int FirstStructured = 4;

    public int Status { get; } = status;

    public static OracleProblem Bad(string message, string? path = null) =>
        new(StatusCodes.Status400BadRequest, message, path);

    public static OracleProblem Missing() => new(StatusCodes.Status404NotFound, "Not Found");

    /// <summary>The words of a status that a fault or the rate limit asks for; a plain 400 has none.</summary>
    public static OracleProblem WithStatus(int status) => new(status, status switch
    {
        StatusCodes.Status400BadRequest => "",
        StatusCodes.Status401Unauthorized => "Unauthorized",
        StatusCodes.Status429TooManyRequests => "Too many requests",
        _ => "Service is not available",
    });

    /// <summary>As plain text.</summary>
    public Answer ToText()
    {
        var body = new JsonBuffer(1024);
        body.Raw(Message);
        return new(Status, body) { MediaType = "text/plain" };
    }

    public Answer ToHtml()
    {
        var body = new JsonBuffer(1024);
        body.Raw($"<!DOCTYPE html><html><head><title>{Status}</title></head><body><h1>{Message}</h1></body></html>");
        return new(Status, body) { MediaType = "text/html" };
    }

    public Answer ToAnswer(HttpRequest request, int frameworkVersion)
    {
        var isAccepted = request.Headers.Accept.ToString().Contains(ErrorMedia, StringComparison.OrdinalIgnoreCase);
        if (frameworkVersion < FirstStructured || !isAccepted || Message.Length == 0) return ToText();
        var body = new JsonBuffer(1024);
        body.Add($$"""{"title":"Bad Request","status":"{{Status}}","o:errorDetails":[""");
        body.Add($$"""{"o:errorCode":"27021","detail":{{Message}}""");
        if (path is not null) body.Add($$""","o:errorPath":{{path}}""");
        body.Raw("}]}"u8);
        return new(Status, body) { MediaType = ErrorMedia };
    }
}
