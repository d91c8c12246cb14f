using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Tidemark.Engine;
using Tidemark.Engine.Access;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Scheduling;
using Tidemark.Engine.Wire;
using Tidemark.Server.Access;
using Tidemark.Server.Api.Answers;

namespace Tidemark.Server.Api;

/// <summary>When pipelines run by themselves.</summary>
internal static class SchedulesApi
{
    private const int UsualTimes = 5;
    private const int MostTimes = 1000;

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/schedules", ListAsync).Shows().Produces<ListPage<ScheduleAnswer>>().WithTags("schedules")
            .WithSummary("Lists when pipelines run by themselves: in words, the next times, and what was missed");
        var pipeline = api.MapGroup("/pipelines/{name}").WithTags("schedules");
        pipeline.MapPost("/pause", (HttpContext http, Home home, string name, CancellationToken cancellationToken) => PauseAsync(http, home, name, paused: true, cancellationToken))
            .Acts("pipeline.pause", Role.Operator).WithSummary("Lets the schedules of a pipeline start nothing until it is resumed");
        pipeline.MapPost("/resume", (HttpContext http, Home home, string name, CancellationToken cancellationToken) => PauseAsync(http, home, name, paused: false, cancellationToken))
            .Acts("pipeline.resume", Role.Operator).WithSummary("Lets the schedules of a pipeline start runs again; what was due meanwhile is not made up for");
    }

    private static async Task<IResult> ListAsync(
        HttpContext http, Home home, [FromQuery] string? pipeline, [FromQuery] int? next, [FromQuery] int? limit, [FromQuery] string? cursor, [FromQuery] string? format, CancellationToken cancellationToken)
    {
        var (caller, size) = (Caller.Of(http), Paging.Of(limit));
        if (pipeline is not null) caller.Require(pipeline);
        if (next is < 0 or > MostTimes) throw new TidemarkException(FailureKind.Usage, "request.malformed", $"next is from 0 to {MostTimes}.");
        var all = await home.Schedules.ListAsync(pipeline, next ?? UsualTimes, cancellationToken);
        return Page(all, caller, size, cursor).As(format, ApiJson.Default.ScheduleAnswer);
    }

    /// <summary>The schedules that a caller may see.</summary>
    internal static ListPage<ScheduleAnswer> Page(IReadOnlyList<ScheduleStatus> all, Caller caller, int size, string? cursor) => Paging.Part(
        all.Where(schedule => caller.Sees(schedule.Pipeline)).Select(ScheduleAnswer.Of), size, cursor,
        schedule => $"{schedule.Pipeline} {schedule.Run} {schedule.Words} {schedule.After}", schedule => schedule);

    private static async Task<Ok<DefinitionChangeAnswer>> PauseAsync(HttpContext http, Home home, string name, bool paused, CancellationToken cancellationToken)
    {
        Caller.Of(http).Require(name);
        AuditTrail.About(http, $"pipeline {name}");
        var change = await home.Definitions.PauseAsync(name, paused, cancellationToken);
        return TypedResults.Ok(DefinitionChangeAnswer.Of(new("pipeline", name, change)));
    }
}
