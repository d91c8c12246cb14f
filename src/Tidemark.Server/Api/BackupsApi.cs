using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Tidemark.Engine;
using Tidemark.Engine.Access;
using Tidemark.Engine.Backup;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Wire;
using Tidemark.Server.Access;
using Tidemark.Server.Api.Answers;

namespace Tidemark.Server.Api;

/// <summary>Backups of pipelines' tables. A run of the kind <c>backup</c> makes one.</summary>
internal static class BackupsApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var backups = api.MapGroup("/backups").WithTags("backups");
        backups.MapGet("", ListAsync).Shows().Produces<ListPage<BackupAnswer>>().WithSummary("Lists the backups, the newest first");
        backups.MapGet("/{name}", GetAsync).Shows().WithSummary("Shows a backup");
        backups.MapPost("/{name}/verify", VerifyAsync).Acts("backup.verify", Role.Operator).WithSummary("Reads a backup whole");
        backups.MapPost("/{name}/restore", RestoreAsync).Acts("backup.restore", Role.Operator).WithSummary("Starts a run that brings a backup back");
        backups.MapGet("/{name}/restore", TryRestoreAsync).Shows(Role.Operator).WithSummary("Shows what a restore would come to");
        backups.MapPost("/prune", PruneAsync).Acts("backup.prune", Role.Operator).WithSummary("Removes backups that have been kept long enough");
    }

    private static async Task<IResult> ListAsync(
        HttpContext http, Home home, [FromQuery] string? pipeline, [FromQuery] string? search, [FromQuery] int? limit, [FromQuery] string? cursor,
        [FromQuery] string? format, CancellationToken cancellationToken) =>
        (await PageAsync(home, Caller.Of(http), pipeline, search, Paging.Of(limit), cursor, cancellationToken)).As(format, ApiJson.Default.BackupAnswer);

    /// <summary>The backups that a caller may see.</summary>
    internal static async Task<ListPage<BackupAnswer>> PageAsync(
        Home home, Caller caller, string? pipeline, string? search, int size, string? cursor, CancellationToken cancellationToken)
    {
        if (pipeline is not null) caller.Require(pipeline);
        var files = (await home.Backups.ListAsync(pipeline, cancellationToken))
            .Where(file => caller.Sees(file.Manifest.Pipeline) && (search is null || file.Name.Contains(search, StringComparison.OrdinalIgnoreCase)));
        return Paging.Part(files, size, cursor, file => file.Name, BackupAnswer.Of);
    }

    private static async Task<Ok<BackupAnswer>> GetAsync(HttpContext http, Home home, string name, CancellationToken cancellationToken) =>
        TypedResults.Ok(BackupAnswer.Of(await FindAsync(http, home, name, cancellationToken)));

    private static async Task<Ok<BackupAnswer>> VerifyAsync(HttpContext http, Home home, string name, CancellationToken cancellationToken)
    {
        await FindAsync(http, home, name, cancellationToken);
        return TypedResults.Ok(BackupAnswer.Of(await home.Backups.VerifyAsync(name, cancellationToken)));
    }

    private static async Task<Accepted<RunAnswer>> RestoreAsync(
        HttpContext http, Home home, string name, [FromQuery] string? mode, [FromHeader(Name = "Idempotency-Key")] string? key, CancellationToken cancellationToken) =>
        await RunsApi.BeginAsync(http, home, await RequestAsync(http, home, name, mode, cancellationToken), key, cancellationToken);

    private static async Task<Ok<RestoreTrialAnswer>> TryRestoreAsync(
        HttpContext http, Home home, string name, [FromQuery] string? mode, CancellationToken cancellationToken)
    {
        var request = await RequestAsync(http, home, name, mode, cancellationToken);
        return TypedResults.Ok(RestoreTrialAnswer.Of(request, await home.TryAsync(request, cancellationToken)));
    }

    private static async Task<Ok<PrunedBackupsAnswer>> PruneAsync(HttpContext http, Home home, [FromQuery] string pipeline, CancellationToken cancellationToken)
    {
        Caller.Of(http).Require(pipeline);
        AuditTrail.About(http, $"pipeline {pipeline}");
        var definition = await home.Definitions.PipelineAsync(pipeline, cancellationToken);
        return TypedResults.Ok(new PrunedBackupsAnswer(pipeline, await home.Backups.PruneAsync(definition, cancellationToken)));
    }

    private static async Task<RestoreRun> RequestAsync(HttpContext http, Home home, string name, string? mode, CancellationToken cancellationToken)
    {
        await FindAsync(http, home, name, cancellationToken);
        var how = mode is null ? default : QueryText.Word<RestoreMode>("mode", mode);
        return await home.Requests.RestoreAsync(name, how, cancellationToken);
    }

    /// <summary>The backup of a name, of a pipeline that the caller may see.</summary>
    private static async Task<BackupFile> FindAsync(HttpContext http, Home home, string name, CancellationToken cancellationToken)
    {
        var file = await home.Backups.FindAsync(name, cancellationToken);
        Caller.Of(http).Require(file.Manifest.Pipeline);
        AuditTrail.About(http, $"backup {file.Name}", file.Manifest.Pipeline);
        return file;
    }
}
