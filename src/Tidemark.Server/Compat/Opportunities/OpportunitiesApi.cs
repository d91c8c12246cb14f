using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Tidemark.Engine;
using Tidemark.Engine.Access;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;
using Tidemark.Server.Access;
using Tidemark.Server.Api.Answers;

namespace Tidemark.Server.Compat.Opportunities;

/// <summary>The addresses of the earlier tool that brought Oracle's opportunities into PostgreSQL: the pipeline <c>opportunities</c>.</summary>
internal static class OpportunitiesApi
{
    public const string Pipeline = "opportunities";

    private const string Stream = "opportunities";
    private const int UsualHistory = 10;

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/api/opportunities", ListAsync).Shows().Produces<TableListAnswer>().WithSummary("Lists the opportunities that were synced");
        app.MapGet("/api/oracle-opportunity/{id}", OfOracleAsync).Shows().Produces<JsonElement>().WithSummary("Shows an opportunity as Oracle has it now");
        app.MapPost("/api/sync-database", SyncAsync).Acts("opportunities.sync", Role.Operator).Produces<OpportunitySyncAnswer>().WithSummary("Syncs, and answers when it is done");
        app.MapGet("/api/sync-status", StatusAsync).Shows().Produces<OpportunitySyncAnswer>().WithSummary("Shows the latest sync");
        app.MapGet("/api/sync-history", HistoryAsync).Shows().Produces<OpportunityHistoryAnswer>().WithSummary("Lists the syncs, the latest first");
    }

    private static async Task<IResult> ListAsync(HttpContext http, Home home, TimeProvider clock, [FromQuery] int? limit)
    {
        var call = new OldCall(http, home, clock);
        var pipeline = await call.PipelineAsync(Pipeline);
        return await new TableList(call, pipeline, Stream, "opportunities", limit is null ? null : Paging.Of(limit)).BeginAsync();
    }

    private static async Task<IResult> OfOracleAsync(HttpContext http, Home home, TimeProvider clock, string id)
    {
        var call = new OldCall(http, home, clock);
        var pipeline = await call.PipelineAsync(Pipeline);
        if (id.Length is 0 or > 19 || !id.All(char.IsAsciiDigit)) throw new TidemarkException(FailureKind.Usage, "request.malformed", "An opportunity's id is a number.");
        var source = await home.Definitions.Sources.FindAsync(pipeline.Source, call.Gone);
        var shown = await home.PreviewAsync(Pipeline, _ => null, Stream, 1, Only(source, id), call.Gone);
        return shown is [{ Preview: { HasRaw: true, Rows: [[.., { } raw], ..] } }, ..] ? Results.Text(raw, "application/json")
            : throw new TidemarkException(FailureKind.Usage, "opportunity.unknown", $"Oracle shows no opportunity {id}.");
    }

    /// <summary>The source, asked for one opportunity.</summary>
    private static Dictionary<string, string> Only(SourceDefinition source, string id)
    {
        const string query = "opportunity_query";
        var saved = source.Settings.GetValueOrDefault(query, "");
        return new(StringComparer.Ordinal) { [query] = saved.Length == 0 ? $"OptyId={id}" : $"OptyId={id} and ({saved})" };
    }

    private static async Task<IResult> SyncAsync(HttpContext http, Home home, TimeProvider clock)
    {
        var call = new OldCall(http, home, clock);
        await call.PipelineAsync(Pipeline);
        return OldCall.Answer(Answer(await call.RunAsync(new SyncRun(Pipeline), isLong: true)), CompatJson.Default.OpportunitySyncAnswer);
    }

    private static async Task<IResult> StatusAsync(HttpContext http, Home home, TimeProvider clock)
    {
        var call = new OldCall(http, home, clock);
        await call.PipelineAsync(Pipeline);
        var last = await call.SyncsAsync(Pipeline).FirstOrDefaultAsync(call.Gone)
            ?? throw new TidemarkException(FailureKind.Usage, "run.unknown", "There was no sync yet.") { Hint = "POST /api/sync-database starts one." };
        return OldCall.Answer(Answer(last), CompatJson.Default.OpportunitySyncAnswer);
    }

    private static async Task<IResult> HistoryAsync(HttpContext http, Home home, TimeProvider clock, [FromQuery] int? limit)
    {
        var call = new OldCall(http, home, clock);
        await call.PipelineAsync(Pipeline);
        var entries = await call.SyncsAsync(Pipeline).Take(Paging.Of(limit, UsualHistory)).Select(Answer).ToListAsync(call.Gone);
        return OldCall.Answer(new OpportunityHistoryAnswer(entries, entries.Count), CompatJson.Default.OpportunityHistoryAnswer);
    }

    /// <summary>A run in the words of the earlier tool: what only left records in quarantine has succeeded with <c>failed_records</c>.</summary>
    internal static OpportunitySyncAnswer Answer(RunRecord run)
    {
        var streams = run.Result.Streams;
        var isOver = run.Status is not (RunStatus.Queued or RunStatus.Running);
        var isGood = run.Status == RunStatus.Succeeded
            || (run.Status == RunStatus.Partial && streams.All(stream => stream is { Error: null, Receipt.IsVerified: true }));
        return new(
            streams.Any(stream => stream.IsFull) ? "FULL" : "INCREMENTAL", !isOver ? "RUNNING" : isGood ? "SUCCESS" : "FAILED",
            streams.Sum(stream => stream.Read), streams.Sum(stream => stream.Created), streams.Sum(stream => stream.Updated), streams.Sum(stream => stream.Quarantined),
            run.StartedAt, run.FinishedAt, (long)Math.Round(run.Result.Seconds))
        {
            ErrorMessage = run.Result.Problems is not [var first, ..] ? null
                : run.Status == RunStatus.Parked ? $"The sync waits for approval (tidemark run approve {run.Id}): {first.Message}" : first.Message,
        };
    }
}
