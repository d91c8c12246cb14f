using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Tidemark.Engine;
using Tidemark.Engine.Access;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;
using Tidemark.Server.Access;
using Tidemark.Server.Api.Answers;

namespace Tidemark.Server.Compat.Payments;

/// <summary>The addresses of the earlier tool that brought a CRM's contacts into a payment application: the pipeline <c>payments</c>.</summary>
internal static class PaymentsApi
{
    public const string Pipeline = "payments";

    private const int UsualHistory = 10;
    private const int UsualLogs = 100;

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapPost("/api/database/refresh", RefreshAsync).Acts("payments.refresh", Role.Operator).Produces<WorkflowAnswer>()
            .WithSummary("Backs up, fetches, clears and inserts in one transaction, writes back");
        app.MapPost("/api/backup/create", BackUpAsync).Acts("payments.back_up", Role.Operator).Produces<BackupDataAnswer>().WithSummary("Backs the interpreters up");
        app.MapGet("/api/backup/list", BackupsAsync).Shows().Produces<BackupListAnswer>().WithSummary("Lists the backups, the newest first");
        app.MapPost("/api/backup/restore/{filename}", RestoreAsync).Acts("payments.restore", Role.Operator).Produces<RestoredBackupAnswer>()
            .WithSummary("Brings back the rows of a backup that are not there");
        app.MapDelete("/api/interpreters/clear", ClearAsync).Acts("payments.clear", Role.Admin).Produces<ClearedAnswer>()
            .WithSummary("Deletes all interpreters after a backup; needs confirm=true");
        app.MapGet("/api/interpreters", InterpretersAsync).Shows().Produces<TableListAnswer>().WithSummary("Lists the interpreters");
        app.MapPost("/api/sync/test", TestAsync).Acts("payments.test", Role.Operator).Produces<SyncTestAnswer>().WithSummary("Fetches one record and shows what would be written");
        app.MapGet("/api/sync/history", HistoryAsync).Shows().Produces<SyncHistoryAnswer>().WithSummary("Lists the syncs, the latest first");
        app.MapGet("/api/sync/status", StatusAsync).Shows().Produces<SyncStatusAnswer>().WithSummary("Shows how the sync stands");
        app.MapGet("/api/sync/{sync_id}/logs", LogsAsync).Shows().Produces<SyncLogsAnswer>().WithSummary("Shows the log of a sync");
    }

    private static async Task<IResult> RefreshAsync(
        HttpContext http, Home home, TimeProvider clock, [FromQuery(Name = "create_backup_first")] string? backUp,
        [FromQuery(Name = "clear_before_sync")] string? clear, [FromQuery(Name = "use_fully_onboarded")] string? onboarded)
    {
        var call = new OldCall(http, home, clock);
        var (backs, clears) = (OldParameter.Truth("create_backup_first", backUp, usual: true), OldParameter.Truth("clear_before_sync", clear, usual: true));
        var pipeline = await call.PipelineAsync(Pipeline);
        var filter = await OnboardingFilter.OfAsync(home, pipeline, OldParameter.Truth("use_fully_onboarded", onboarded, usual: true), call.Gone);
        return OldCall.Answer(await new RefreshWorkflow(call, pipeline, filter).RunAsync(backs, clears), CompatJson.Default.WorkflowAnswer);
    }

    private static async Task<IResult> BackUpAsync(HttpContext http, Home home, TimeProvider clock)
    {
        var call = new OldCall(http, home, clock);
        var pipeline = await call.PipelineAsync(Pipeline);
        var run = await call.SucceedAsync(new BackupRun(Pipeline));
        return OldCall.Answer(await PaymentsFigures.BackupAsync(home, pipeline, run.Id, call.Gone), CompatJson.Default.BackupDataAnswer);
    }

    private static async Task<IResult> BackupsAsync(HttpContext http, Home home, TimeProvider clock)
    {
        var call = new OldCall(http, home, clock);
        var pipeline = await call.PipelineAsync(Pipeline);
        var files = await home.Backups.ListAsync(Pipeline, call.Gone);
        var entries = files.Select(file => new BackupListEntry(
            file.Name, PaymentsFigures.PathOf(pipeline, file.Name), file.Manifest.CreatedAt, file.Manifest.Bytes, file.Manifest.Rows)).ToList();
        return OldCall.Answer(new BackupListAnswer(entries, entries.Count), CompatJson.Default.BackupListAnswer);
    }

    private static async Task<IResult> RestoreAsync(HttpContext http, Home home, TimeProvider clock, string filename)
    {
        var call = new OldCall(http, home, clock);
        await call.PipelineAsync(Pipeline);
        var file = await home.Backups.FindAsync(filename, call.Gone);
        if (file.Manifest.Pipeline != Pipeline) throw new TidemarkException(FailureKind.Usage, "backup.unknown", $"The backup {file.Name} is of another pipeline.");
        var run = await call.RunAsync(await home.Requests.RestoreAsync(file.Name, RestoreMode.Missing, call.Gone), isLong: false);
        return OldCall.Answer(PaymentsFigures.Restored(file, run), CompatJson.Default.RestoredBackupAnswer);
    }

    private static async Task<IResult> ClearAsync(HttpContext http, Home home, TimeProvider clock, [FromQuery] string? confirm)
    {
        var call = new OldCall(http, home, clock);
        var pipeline = await call.PipelineAsync(Pipeline);
        if (!OldParameter.Truth("confirm", confirm, usual: false))
        {
            throw new TidemarkException(FailureKind.Usage, "confirm.missing", "Nothing was deleted: this deletes all interpreters, and must be confirmed.")
            {
                Hint = "Say so with ?confirm=true.",
            };
        }

        var run = await call.SucceedAsync(new ClearRun(Pipeline));
        return OldCall.Answer(
            new ClearedAnswer(true, run.Result.Refresh?.Cleared ?? 0, await TableList.CountAsync(call, pipeline, PaymentsFigures.StreamOf(pipeline))), CompatJson.Default.ClearedAnswer);
    }

    private static async Task<IResult> InterpretersAsync(HttpContext http, Home home, TimeProvider clock, [FromQuery] int? limit)
    {
        var call = new OldCall(http, home, clock);
        var pipeline = await call.PipelineAsync(Pipeline);
        return await new TableList(call, pipeline, PaymentsFigures.StreamOf(pipeline), "interpreters", limit is null ? null : Paging.Of(limit)).BeginAsync();
    }

    private static async Task<IResult> TestAsync(HttpContext http, Home home, TimeProvider clock, SyncTest test)
    {
        var call = new OldCall(http, home, clock);
        return OldCall.Answer(await OneRecord.TestAsync(home, await call.PipelineAsync(Pipeline), test, call.Gone), CompatJson.Default.SyncTestAnswer);
    }

    private static async Task<IResult> HistoryAsync(HttpContext http, Home home, TimeProvider clock, [FromQuery] int? limit)
    {
        var call = new OldCall(http, home, clock);
        await call.PipelineAsync(Pipeline);
        var entries = await call.SyncsAsync(Pipeline).Take(Paging.Of(limit, UsualHistory)).Select(PaymentsFigures.Entry).ToListAsync(call.Gone);
        return OldCall.Answer(new SyncHistoryAnswer(entries, entries.Count), CompatJson.Default.SyncHistoryAnswer);
    }

    private static async Task<IResult> StatusAsync(HttpContext http, Home home, TimeProvider clock)
    {
        var call = new OldCall(http, home, clock);
        var pipeline = await call.PipelineAsync(Pipeline);
        SyncHistoryEntry? current = null, last = null;
        await foreach (var run in call.SyncsAsync(Pipeline))
        {
            if (run.Status is RunStatus.Queued or RunStatus.Running) current = PaymentsFigures.Entry(run);
            else last = PaymentsFigures.Entry(run);
            if (last is not null) break;
        }

        var count = await TableList.CountAsync(call, pipeline, PaymentsFigures.StreamOf(pipeline));
        return OldCall.Answer(new SyncStatusAnswer(current is not null, current, last, count), CompatJson.Default.SyncStatusAnswer);
    }

    private static async Task<IResult> LogsAsync(HttpContext http, Home home, TimeProvider clock, [FromRoute(Name = "sync_id")] string syncId, [FromQuery] int? limit)
    {
        var call = new OldCall(http, home, clock);
        await call.PipelineAsync(Pipeline);
        var run = await call.SyncsAsync(Pipeline).FirstOrDefaultAsync(run => PaymentsFigures.IdOf(run) == syncId || run.Id == syncId, call.Gone)
            ?? throw new TidemarkException(FailureKind.Usage, "run.unknown", $"There is no sync {syncId}.") { Hint = "GET /api/sync/history lists them." };
        var lines = (await home.History.LogsAsync(run.Id, 0, Paging.Of(limit, UsualLogs), call.Gone))
            .Select(line => new SyncLogLine(line.At, $"{line.Level}".ToUpperInvariant(), line.Message)).ToList();
        return OldCall.Answer(new SyncLogsAnswer(PaymentsFigures.IdOf(run), lines, lines.Count), CompatJson.Default.SyncLogsAnswer);
    }
}
