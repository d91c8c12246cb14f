using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Tidemark.Engine;
using Tidemark.Engine.Access;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Scheduling.Backfilling;
using Tidemark.Engine.Times;
using Tidemark.Engine.Wire;
using Tidemark.Server.Access;
using Tidemark.Server.Api.Answers;

namespace Tidemark.Server.Api;

/// <summary>Ranges of time that are read again, window by window.</summary>
internal static class BackfillsApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var backfills = api.MapGroup("/backfills").WithTags("backfills");
        backfills.MapGet("", ListAsync).Shows().Produces<ListPage<BackfillAnswer>>().WithSummary("Lists the backfills, the latest first");
        backfills.MapPost("", StartAsync).Acts("backfill.start", Role.Operator).WithSummary("Reads a range of time again, window by window");
        backfills.MapGet("/{id}", GetAsync).Shows().WithSummary("Shows a backfill with the run of each window");
        backfills.MapPost("/{id}/resume", ResumeAsync).Acts("backfill.resume", Role.Operator).WithSummary("Goes on with the window that did not succeed");
        backfills.MapPost("/{id}/cancel", CancelAsync).Acts("backfill.cancel", Role.Operator).WithSummary("Begins no further window; a run that goes on is not stopped");
    }

    private static async Task<IResult> ListAsync(
        HttpContext http, Home home, [FromQuery] string? pipeline, [FromQuery] int? limit, [FromQuery] string? cursor, [FromQuery] string? format, CancellationToken cancellationToken)
    {
        var (caller, size) = (Caller.Of(http), Paging.Of(limit));
        if (pipeline is not null) caller.Require(pipeline);
        var found = await home.Backfills.ListAsync(pipeline is null ? caller.Pipelines : [pipeline], Paging.Moment(cursor), size + 1, cancellationToken);
        return Paging.Cut(found, size, backfill => Paging.ByTime(backfill.MadeAt, backfill.Id), BackfillAnswer.Of).As(format, ApiJson.Default.BackfillAnswer);
    }

    private static async Task<Accepted<BackfillAnswer>> StartAsync(HttpContext http, Home home, StartBackfill start, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(http);
        caller.Require(start.Pipeline);
        AuditTrail.About(http, $"pipeline {start.Pipeline}");
        var made = await home.Backfills.StartAsync(start.ToBackfill(), caller.Origin, cancellationToken);
        AuditTrail.About(http, $"backfill {made.Id} of pipeline {made.Pipeline}");
        return TypedResults.Accepted($"/api/v1/backfills/{made.Id}", BackfillAnswer.Of(await home.Backfills.GoOnAsync(made.Id, cancellationToken)));
    }

    private static async Task<Ok<BackfillAnswer>> GetAsync(HttpContext http, Home home, string id, CancellationToken cancellationToken) =>
        TypedResults.Ok(BackfillAnswer.Of(await FindAsync(http, home, id, cancellationToken)));

    private static async Task<Ok<BackfillAnswer>> ResumeAsync(HttpContext http, Home home, string id, CancellationToken cancellationToken)
    {
        var resumed = await home.Backfills.ResumeAsync((await FindAsync(http, home, id, cancellationToken)).Id, cancellationToken);
        return TypedResults.Ok(BackfillAnswer.Of(await home.Backfills.GoOnAsync(resumed.Id, cancellationToken)));
    }

    private static async Task<Ok<BackfillAnswer>> CancelAsync(HttpContext http, Home home, string id, CancellationToken cancellationToken) =>
        TypedResults.Ok(BackfillAnswer.Of(await home.Backfills.CancelAsync((await FindAsync(http, home, id, cancellationToken)).Id, cancellationToken)));

    private static async Task<Backfill> FindAsync(HttpContext http, Home home, string id, CancellationToken cancellationToken)
    {
        var backfill = await home.Backfills.GetAsync(id, cancellationToken);
        Caller.Of(http).Require(backfill.Pipeline);
        AuditTrail.About(http, $"backfill {backfill.Id} of pipeline {backfill.Pipeline}");
        return backfill;
    }
}

/// <summary>A range of time to read again.</summary>
public sealed record StartBackfill
{
    /// <summary>Name of the pipeline.</summary>
    public required string Pipeline { get; init; }

    /// <summary>The first moment.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>The first moment that is not in the range.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>The longest window that one run reads, e.g. <c>7d</c>; 30 days where it is absent.</summary>
    public string? Window { get; init; }

    /// <summary>The streams; absent for those of the pipeline whose source can be asked for a range.</summary>
    public IReadOnlyList<string> Streams { get; init; } = [];

    internal NewBackfill ToBackfill()
    {
        var wanted = new NewBackfill(Pipeline, From, To) { Streams = Streams };
        if (Window is null) return wanted;
        return SpanText.TryParse(Window, out var window) ? wanted with { Window = window.Value }
            : throw new TidemarkException(FailureKind.Usage, "request.malformed", "window is a length of time, e.g. 12h or 7d.");
    }
}
