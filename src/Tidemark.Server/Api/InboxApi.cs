using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Tidemark.Engine;
using Tidemark.Engine.Access;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Wire;
using Tidemark.Server.Access;
using Tidemark.Server.Api.Answers;

namespace Tidemark.Server.Api;

/// <summary>The runs that failed and that nobody has dealt with yet.</summary>
internal static class InboxApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var inbox = api.MapGroup("/inbox").WithTags("inbox");
        inbox.MapGet("", ListAsync).Shows().Produces<ListPage<InboxAnswer>>().WithSummary("Lists the runs that failed and that nobody has dealt with, the latest first");
        inbox.MapGet("/{id}", GetAsync).Shows().WithSummary("Shows what a failed run did not do, and how that was dealt with");
        inbox.MapPost("/retry", RetryAsync).Acts("inbox.retry", Role.Operator).WithSummary("Runs once more what failed: one run for those that ask for the same");
        inbox.MapPost("/settle", SettleAsync).Acts("inbox.settle", Role.Operator, isWrittenWithIt: true).WithSummary("Settles failed runs with a note");
    }

    private static async Task<IResult> ListAsync(
        HttpContext http, Home home, [FromQuery] string? pipeline, [FromQuery] bool? over, [FromQuery] string? search, [FromQuery] int? limit, [FromQuery] string? cursor,
        [FromQuery] string? format, CancellationToken cancellationToken) =>
        (await PageAsync(home, Caller.Of(http), pipeline, over is true, search, Paging.Of(limit), cursor, cancellationToken)).As(format, ApiJson.Default.InboxAnswer);

    /// <summary>The failed runs that a caller may see.</summary>
    internal static async Task<ListPage<InboxAnswer>> PageAsync(
        Home home, Caller caller, string? pipeline, bool isOver, string? search, int size, string? cursor, CancellationToken cancellationToken)
    {
        if (pipeline is not null) caller.Require(pipeline);
        var found = await home.Inbox.ListAsync(new()
        {
            Pipelines = pipeline is null ? caller.Pipelines : [pipeline],
            IsOver = isOver,
            Search = search,
            Before = Paging.Moment(cursor),
        }, size + 1, cancellationToken);
        return Paging.Cut(found, size, run => Paging.ByTime(run.FailedAt, run.Run), InboxAnswer.Of);
    }

    private static async Task<Ok<InboxAnswer>> GetAsync(HttpContext http, Home home, string id, CancellationToken cancellationToken)
    {
        var run = await home.Inbox.GetAsync(id, cancellationToken);
        Caller.Of(http).Require(run.Pipeline);
        return TypedResults.Ok(InboxAnswer.Of(run));
    }

    private static async Task<Accepted<IReadOnlyList<RunAnswer>>> RetryAsync(
        HttpContext http, Home home, RetriedRuns chosen, [FromHeader(Name = "Idempotency-Key")] string? key, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(http);
        await RequireAsync(http, home, chosen.Runs, cancellationToken);
        var runs = new List<RunAnswer>();
        foreach (var (request, failed) in await home.Requests.RetryFailuresAsync(chosen.Runs, !chosen.AllStreams, cancellationToken))
        {
            var run = await home.StartAsync(request, caller.Origin, key is null ? null : $"{caller.KeyOf(key)}:{failed[0]}", cancellationToken);
            runs.Add(RunAnswer.Of(run));
        }

        return TypedResults.Accepted<IReadOnlyList<RunAnswer>>("/api/v1/runs", runs);
    }

    private static async Task<Ok<SettledRunsAnswer>> SettleAsync(HttpContext http, Home home, SettledByNote chosen, CancellationToken cancellationToken)
    {
        await RequireAsync(http, home, chosen.Runs, cancellationToken);
        return TypedResults.Ok(SettledRunsAnswer.Of(await home.Inbox.SettleAsync(chosen.Runs, chosen.Note, new(Caller.Of(http).Name, "api"), cancellationToken)));
    }

    private static async Task RequireAsync(HttpContext http, Home home, IReadOnlyList<string> runs, CancellationToken cancellationToken)
    {
        if (runs.Count is 0 or > Paging.Most) throw new TidemarkException(FailureKind.Usage, "request.malformed", $"runs has from 1 to {Paging.Most} ids.");
        AuditTrail.About(http, $"runs {string.Join(", ", runs)}");
        foreach (var id in runs.Distinct(StringComparer.Ordinal)) Caller.Of(http).Require((await home.Inbox.GetAsync(id, cancellationToken)).Pipeline);
    }
}

/// <summary>Failed runs to run once more: exactly those that were seen.</summary>
/// <param name="Runs">Their full ids.</param>
public sealed record RetriedRuns(IReadOnlyList<string> Runs)
{
    /// <summary>Whether the streams that did not fail are read again too. Default: only what failed.</summary>
    public bool AllStreams { get; init; }
}

/// <summary>Failed runs that nothing more is due for: exactly those that were seen.</summary>
/// <param name="Runs">Their full ids.</param>
/// <param name="Note">Why; at most 2,000 letters.</param>
public sealed record SettledByNote(IReadOnlyList<string> Runs, string Note);
