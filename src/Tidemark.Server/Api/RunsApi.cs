using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Tidemark.Engine;
using Tidemark.Engine.Access;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Pipeline;
using Tidemark.Engine.Pipeline.Comparing;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Wire;
using Tidemark.Server.Access;
using Tidemark.Server.Api.Answers;

namespace Tidemark.Server.Api;

/// <summary>Runs: started, listed, watched, and acted on.</summary>
internal static class RunsApi
{
    private const int MostRows = 10_000;
    private const string PlanType = "application/jsonl";

    public static void Map(IEndpointRouteBuilder api)
    {
        var runs = api.MapGroup("/runs").WithTags("runs");
        runs.MapGet("", ListAsync).Shows().Produces<ListPage<RunAnswer>>().WithSummary("Lists runs, the latest first");
        runs.MapPost("", StartAsync).Acts("run.start", Role.Operator).WithSummary("Starts a run: puts it in the queue and answers at once");
        runs.MapGet("/{id}", GetAsync).Shows().Produces<RunAnswer>().WithSummary("Shows a run, or follows it to its end; the id last, with act (show, look_at_rows, undo, retry, approve, cancel) and pipeline, is the last run that this can be done with");
        runs.MapGet("/{id}/steps", StepsAsync).Shows().WithSummary("Shows the steps of a run");
        runs.MapGet("/{id}/logs", LogsAsync).Shows().Produces<ListPage<LogLineAnswer>>().WithSummary("Shows the log of a run, or follows it");
        runs.MapGet("/{id}/rows", RowsAsync).Shows().WithSummary("Lists the rows that a run created, changed or deleted");
        runs.MapGet("/{id}/plan", PlanAsync).Shows().Produces<string>(contentType: PlanType).WithSummary("Gets every change that a dry run with save has found: a line of JSON each, the plan itself on the last");
        runs.MapPost("/{id}/verify", VerifyAsync).Acts("run.verify", Role.Viewer).WithSummary("Checks that the rows a run wrote are unchanged");
        runs.MapPost("/{id}/cancel", CancelAsync).Acts("run.cancel", Role.Operator).WithSummary("Asks a run to stop");
        runs.MapPost("/{id}/retry", RetryAsync).Acts("run.retry", Role.Operator).WithSummary("Runs the same once more");
        runs.MapPost("/{id}/approve", ApproveAsync).Acts("run.approve", Role.Operator).WithSummary("Lets a parked run go on beyond its limits");
        runs.MapPost("/{id}/undo", UndoAsync).Acts("run.undo", Role.Operator).WithSummary("Takes back what a run changed");
        runs.MapGet("/{id}/undo", TryUndoAsync).Shows(Role.Operator).WithSummary("Shows what an undo would come to");
        api.MapPost("/plans", CarryOutAsync).Acts("plan.start", Role.Operator).WithTags("runs").WithSummary("Carries out a plan, the last line of its file: makes these changes, or none where they would be others now");
        runs.MapPost("/prune", PruneAsync).Acts("run.prune", Role.Admin).WithSummary("Removes steps and logs of old runs");
    }

    private static async Task<IResult> ListAsync(
        HttpContext http, Home home, [FromQuery] string? pipeline, [FromQuery] string[]? status, [FromQuery] DateTimeOffset? since,
        [FromQuery] string? search, [FromQuery] int? limit, [FromQuery] string? cursor, [FromQuery] string? format, CancellationToken cancellationToken)
    {
        var (caller, size) = (Caller.Of(http), Paging.Of(limit));
        if (pipeline is not null) caller.Require(pipeline);
        var runs = await home.Runs.ListAsync(size + 1, new()
        {
            Pipeline = pipeline,
            Pipelines = caller.Pipelines,
            Statuses = [.. (status ?? []).Select(word => QueryText.Word<RunStatus>("status", word))],
            Since = since,
            Search = search,
            Before = Paging.Moment(cursor) is { } place ? new(place.At, place.Id) : null,
        }, cancellationToken);
        var page = Paging.Cut(runs, size, run => Paging.ByTime(run.StartedAt, run.Id), RunAnswer.Of);
        return page.As(format, ApiJson.Default.RunAnswer);
    }

    private static async Task<Accepted<RunAnswer>> StartAsync(
        HttpContext http, Home home, StartRun start, [FromHeader(Name = "Idempotency-Key")] string? key, CancellationToken cancellationToken)
    {
        Caller.Of(http).Require(start.Pipeline);
        var request = start.ToRequest();
        if (start.Save && request is DryRun dry) request = dry with { SaveAs = home.Plans.NameFor(key is null ? null : Caller.Of(http).KeyOf(key)) };
        AuditTrail.About(http, $"pipeline {start.Pipeline}", RunJson.Word(request.Kind) + (start.IgnoreLimits ? ", beyond the limits" : ""));
        return await BeginAsync(http, home, request, key, cancellationToken);
    }

    private static async Task<IResult> GetAsync(
        HttpContext http, Home home, TimeProvider clock, string id, [FromQuery] string? act, [FromQuery] string? pipeline, [FromQuery] bool? follow, CancellationToken cancellationToken)
    {
        var run = act is null && pipeline is null ? await FindAsync(http, home, id, cancellationToken) : await LastAsync(http, home, id, act, pipeline, cancellationToken);
        return follow is true ? RunFollow.Run(http, home, run.Id, clock, cancellationToken) : TypedResults.Ok(RunAnswer.Of(run));
    }

    private static async Task<Ok<IReadOnlyList<StepAnswer>>> StepsAsync(HttpContext http, Home home, string id, CancellationToken cancellationToken)
    {
        var run = await FindAsync(http, home, id, cancellationToken);
        return TypedResults.Ok<IReadOnlyList<StepAnswer>>([.. (await home.History.StepsAsync(run.Id, cancellationToken)).Select(StepAnswer.Of)]);
    }

    private static async Task<IResult> LogsAsync(
        HttpContext http, Home home, TimeProvider clock, string id, [FromQuery] string? level, [FromQuery] string? stream, [FromQuery] string? search,
        [FromQuery(Name = "first_error")] bool? firstError, [FromQuery] int? limit, [FromQuery] string? cursor, [FromQuery] string? format, [FromQuery] bool? follow, CancellationToken cancellationToken)
    {
        var run = await FindAsync(http, home, id, cancellationToken);
        var filter = new LogFilter { Least = level is null ? RunLogLevel.Debug : QueryText.Word<RunLogLevel>("level", level), Stream = stream, Search = search };
        if (follow is true) return RunFollow.Logs(http, home, run.Id, await LogBeginAsync(home, run, filter, firstError is true, cursor, cancellationToken), filter, clock, cancellationToken);
        return (await LogPageAsync(home, run, filter, firstError is true, Paging.Of(limit), cursor, cancellationToken)).As(format, ApiJson.Default.LogLineAnswer);
    }

    /// <summary>A part of a run's log.</summary>
    internal static async Task<ListPage<LogLineAnswer>> LogPageAsync(
        Home home, RunRecord run, LogFilter filter, bool fromFirstError, int size, string? cursor, CancellationToken cancellationToken)
    {
        var after = await LogBeginAsync(home, run, filter, fromFirstError, cursor, cancellationToken);
        var lines = await home.History.LogsAsync(run.Id, after, filter, size + 1, cancellationToken);
        return Paging.Cut(lines, size, line => $"{line.Seq}", LogLineAnswer.Of);
    }

    /// <summary>The line behind which a log begins: the cursor, or the one before the first error.</summary>
    private static async Task<long> LogBeginAsync(Home home, RunRecord run, LogFilter filter, bool fromFirstError, string? cursor, CancellationToken cancellationToken)
    {
        var after = Paging.Number(cursor) ?? 0;
        return fromFirstError && await home.History.LogsAsync(run.Id, after, filter with { Least = RunLogLevel.Error }, 1, cancellationToken) is [var first, ..]
            ? first.Seq - 1 : after;
    }

    private static async Task<Ok<RowsAnswer>> RowsAsync(
        HttpContext http, Home home, string id, [FromQuery] string? stream, [FromQuery] int? limit, CancellationToken cancellationToken)
    {
        if (limit is < 0 or > MostRows) throw new TidemarkException(FailureKind.Usage, "request.malformed", $"limit is from 0 to {MostRows}.");
        var run = await FindAsync(http, home, id, cancellationToken);
        return TypedResults.Ok(RowsAnswer.Of(run, await home.TouchedAsync(run, stream, limit ?? Paging.Usual, cancellationToken)));
    }

    private static async Task<IResult> PlanAsync(HttpContext http, Home home, string id, CancellationToken cancellationToken) =>
        TypedResults.PhysicalFile(home.Plans.FileOf(await FindAsync(http, home, id, cancellationToken)), PlanType);

    private static async Task<Accepted<RunAnswer>> CarryOutAsync(
        HttpContext http, Home home, PlanFileAnswer plan, [FromHeader(Name = "Idempotency-Key")] string? key, CancellationToken cancellationToken)
    {
        Caller.Of(http).Require(plan.Pipeline);
        AuditTrail.About(http, $"pipeline {plan.Pipeline}");
        return await BeginAsync(http, home, RunRequests.CarryOut(PlanFile.Of(plan)), key, cancellationToken);
    }

    private static async Task<Ok<VerificationAnswer>> VerifyAsync(HttpContext http, Home home, string id, CancellationToken cancellationToken)
    {
        var run = await FindAsync(http, home, id, cancellationToken);
        var pipeline = await home.Definitions.PipelineAsync(run.Pipeline, cancellationToken);
        var verification = await home.VerifyAsync(run, pipeline, cancellationToken);
        return TypedResults.Ok(VerificationAnswer.Of(verification, verification.IsVerified ? null : new(NextAct.ReadEverything, run.Pipeline)));
    }

    private static async Task<Accepted<RunAnswer>> CancelAsync(HttpContext http, Home home, string id, CancellationToken cancellationToken)
    {
        var run = await FindAsync(http, home, id, cancellationToken);
        return TypedResults.Accepted(AddressOf(run), RunAnswer.Of(await home.Runs.RequestCancelAsync(run.Id, cancellationToken)));
    }

    private static async Task<Accepted<RunAnswer>> RetryAsync(
        HttpContext http, Home home, string id, [FromHeader(Name = "Idempotency-Key")] string? key, CancellationToken cancellationToken) =>
        await BeginAsync(http, home, await home.Requests.RetryAsync((await FindAsync(http, home, id, cancellationToken)).Id, cancellationToken), key, cancellationToken);

    private static async Task<Accepted<RunAnswer>> ApproveAsync(
        HttpContext http, Home home, string id, [FromHeader(Name = "Idempotency-Key")] string? key, CancellationToken cancellationToken) =>
        await BeginAsync(http, home, await home.Requests.ApproveAsync((await FindAsync(http, home, id, cancellationToken)).Id, cancellationToken), key, cancellationToken);

    private static async Task<Accepted<RunAnswer>> UndoAsync(
        HttpContext http, Home home, string id, [FromHeader(Name = "Idempotency-Key")] string? key, CancellationToken cancellationToken) =>
        await BeginAsync(http, home, await home.Requests.UndoAsync((await FindAsync(http, home, id, cancellationToken)).Id, cancellationToken), key, cancellationToken);

    private static async Task<Ok<UndoTrialAnswer>> TryUndoAsync(HttpContext http, Home home, string id, CancellationToken cancellationToken)
    {
        var run = await FindAsync(http, home, id, cancellationToken);
        return TypedResults.Ok(UndoTrialAnswer.Of(await home.TryAsync(await home.Requests.UndoAsync(run.Id, cancellationToken), cancellationToken)));
    }

    private static async Task<Ok<PrunedRunsAnswer>> PruneAsync(
        HttpContext http, Home home, TimeProvider clock, [FromQuery(Name = "keep_days")] int keepDays, CancellationToken cancellationToken)
    {
        Caller.Of(http).RequireAll();
        if (keepDays is < 0 or > 36500) throw new TidemarkException(FailureKind.Usage, "request.malformed", "keep_days is from 0 to 36500.");
        return TypedResults.Ok(new PrunedRunsAnswer(await home.History.PruneAsync(clock.GetUtcNow().AddDays(-keepDays), cancellationToken)));
    }

    /// <summary>Puts a run in the queue, and answers with it and its address.</summary>
    internal static async Task<Accepted<RunAnswer>> BeginAsync(
        HttpContext http, Home home, RunRequest request, string? key, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(http);
        var run = await home.StartAsync(request, caller.Origin, key is null ? null : caller.KeyOf(key), cancellationToken);
        return TypedResults.Accepted(AddressOf(run), RunAnswer.Of(run));
    }

    internal static string AddressOf(RunRecord run) => $"/api/v1/runs/{run.Id}";

    /// <summary>The last run that something can be done with, of those that the caller may see.</summary>
    private static async Task<RunRecord> LastAsync(HttpContext http, Home home, string id, string? act, string? pipeline, CancellationToken cancellationToken)
    {
        if (id != RunStore.LastWord) throw new TidemarkException(FailureKind.Usage, "request.malformed", $"act and pipeline go with the id {RunStore.LastWord}.");
        var caller = Caller.Of(http);
        pipeline ??= caller.Pipelines is [var only] ? only : null;
        if (pipeline is null) caller.RequireAll();
        else caller.Require(pipeline);
        var wanted = RunAct.All.FirstOrDefault(known => known.Word == (act ?? RunAct.Show.Word)) ?? throw new TidemarkException(FailureKind.Usage, "request.malformed", $"act cannot be {act}.")
        {
            Hint = $"It is one of {string.Join(", ", RunAct.All.Select(known => known.Word))}.",
        };
        if (pipeline is not null) await home.Definitions.PipelineAsync(pipeline, cancellationToken);
        return await home.Runs.LastAsync(pipeline, wanted, cancellationToken);
    }

    /// <summary>The run of an id that the caller may see.</summary>
    private static async Task<RunRecord> FindAsync(HttpContext http, Home home, string id, CancellationToken cancellationToken)
    {
        var run = await home.Runs.FindAsync(id, cancellationToken);
        Caller.Of(http).Require(run.Pipeline);
        AuditTrail.About(http, $"run {run.Id}", run.Pipeline);
        return run;
    }
}
