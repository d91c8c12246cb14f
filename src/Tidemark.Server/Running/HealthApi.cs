using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Tidemark.Engine;
using Tidemark.Engine.Errors;
using Tidemark.Server.Api;

namespace Tidemark.Server.Running;

/// <summary>Whether the process lives, and whether it can work. Open to everybody, and says no more than that.</summary>
internal static class HealthApi
{
    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/healthz", () => TypedResults.Ok(new HealthAnswer("ok"))).AllowAnonymous().WithTags("health").WithSummary("Says whether the process lives");
        app.MapGet("/readyz", ReadyAsync).AllowAnonymous().WithTags("health").WithSummary("Says whether the server can take work");
    }

    private static async Task<IResult> ReadyAsync(Home home, RunHosting hosting, CancellationToken cancellationToken)
    {
        try
        {
            await home.Definitions.Pipelines.NamesAsync(cancellationToken);
        }
        catch (TidemarkException unreadable)
        {
            return TypedResults.Json(new HealthAnswer("unavailable", unreadable.Code), ApiJson.Default.HealthAnswer, statusCode: StatusCodes.Status503ServiceUnavailable);
        }

        return hosting.IsWorking ? TypedResults.Ok(new HealthAnswer("ok"))
            : TypedResults.Json(new HealthAnswer("stopping"), ApiJson.Default.HealthAnswer, statusCode: StatusCodes.Status503ServiceUnavailable);
    }
}

/// <summary>How the server is.</summary>
/// <param name="Status"><c>ok</c>, <c>unavailable</c> or <c>stopping</c>.</param>
/// <param name="Code">Why not; absent for <c>ok</c>.</param>
public sealed record HealthAnswer(string Status, string? Code = null);
