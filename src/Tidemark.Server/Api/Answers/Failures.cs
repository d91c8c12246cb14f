using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;
using Tidemark.Engine.Errors;
using Tidemark.Server.Access;

namespace Tidemark.Server.Api.Answers;

/// <summary>Answers a failure with a problem document, from wherever it comes.</summary>
internal sealed class Failures(RequestDelegate next, ILogger<Failures> log)
{
    private static readonly ProblemDocument NotJson = new(StatusCodes.Status415UnsupportedMediaType, "request.not_json", "The body is not JSON by its Content-Type.")
    {
        Hint = "Send it with Content-Type: application/json.",
    };

    private static readonly ProblemDocument NotUnicode = new(StatusCodes.Status415UnsupportedMediaType, "request.charset", "The body is said to be in letters that are not read here.")
    {
        Hint = "Send it in UTF-8.",
    };

    public async Task InvokeAsync(HttpContext http)
    {
        if (!IsUnicode(http.Request.ContentType))
        {
            await NotUnicode.WriteAsync(http);
            return;
        }

        try
        {
            await next(http);
            if (Unanswered(http) is { } empty) await empty.WriteAsync(http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody waits for the answer.
        }
        catch (Exception failure) when (!http.Response.HasStarted)
        {
            await Answer(failure is TidemarkException known && http.User.Identity is { IsAuthenticated: true } ? Caller.Of(http).Shown(known) : failure).WriteAsync(http);
        }
    }

    /// <summary>Whether a body is in UTF-8 as far as it says; the framework fails where it knows no such letters.</summary>
    private static bool IsUnicode(string? contentType) =>
        !MediaTypeHeaderValue.TryParse(contentType, out var type) || HeaderUtilities.RemoveQuotes(type.Charset).ToString().ToUpperInvariant() is "" or "UTF-8" or "UTF8";

    /// <summary>What the framework refuses without a word.</summary>
    private static ProblemDocument? Unanswered(HttpContext http) => http.Response is { HasStarted: true } or { ContentLength: > 0 } ? null
        : http.Response.StatusCode switch
        {
            StatusCodes.Status404NotFound => new(StatusCodes.Status404NotFound, "address.unknown", $"There is nothing at {http.Request.Path}.")
            {
                Hint = "/openapi/v1.json lists what there is.",
            },
            StatusCodes.Status405MethodNotAllowed => new(StatusCodes.Status405MethodNotAllowed, "method.unknown", $"{http.Request.Method} is not for {http.Request.Path}."),
            StatusCodes.Status415UnsupportedMediaType => NotJson,
            StatusCodes.Status400BadRequest => new(StatusCodes.Status400BadRequest, "request.malformed", "The request is not what the address takes."),
            _ => null,
        };

    private ProblemDocument Answer(Exception failure)
    {
        switch (failure)
        {
            case TidemarkException known:
                if (known.Kind == FailureKind.Defect) log.LogError(known, "A request failed");
                return ProblemDocument.Of(known);
            case BadHttpRequestException { InnerException: JsonException wrong }:
                return Malformed(Place(wrong));
            case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }:
                return new(StatusCodes.Status413PayloadTooLarge, "request.too_large", "The body of the request is too large.");
            case BadHttpRequestException { StatusCode: StatusCodes.Status415UnsupportedMediaType }:
                return NotJson;
            case BadHttpRequestException wrong:
                return Malformed(wrong.Message);
            case JsonException wrong:
                return Malformed(Place(wrong));
            default:
                log.LogError(failure, "A request failed");
                return new(StatusCodes.Status500InternalServerError, "server.defect", "Tidemark has failed; the server's log says where.");
        }
    }

    private static ProblemDocument Malformed(string detail) => new(StatusCodes.Status400BadRequest, "request.malformed", detail);

    /// <summary>Where the JSON is wrong, without what stands there: it may be a secret.</summary>
    private static string Place(JsonException wrong) => wrong.Path is { Length: > 0 } path
        ? $"The JSON of the body is wrong at {path}." : "The body is not the JSON that the address takes.";
}
