using System.Data.Common;
using Dapper;
using Tidemark.Engine.Catalog;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Pipeline;
using Tidemark.Engine.Pipeline.Planning;
using Tidemark.Engine.Runs;

namespace Tidemark.Engine.Scheduling;

/// <summary>What a schedule wants.</summary>
/// <param name="Mark">The mark that moves when it has it.</param>
/// <param name="At">When it was due, the last time.</param>
/// <param name="Missed">How many times went by without a run at their time.</param>
/// <param name="Request">What is to run.</param>
/// <param name="Overlap">What becomes of it while the same work waits or goes on.</param>
internal sealed record DueRun(ScheduleMark Mark, DateTimeOffset At, int Missed, RunRequest Request, Overlap Overlap);

/// <summary>Puts due runs in the queue, each once: the run and the mark of its schedule are written together, and the mark moves for one server only.</summary>
internal sealed class DueRuns(CatalogDatabase database, RunRequests requests, RunQueue queue)
{
    /// <summary>The run that was queued, or recorded as left out; null where another server was first.</summary>
    /// <exception cref="TidemarkException">The catalog cannot be written, or the pipeline is gone; the mark stays where it is.</exception>
    public async Task<RunRecord?> StartAsync(DueRun due, PipelineDefinition pipeline, CancellationToken cancellationToken)
    {
        var origin = new RunOrigin(RunTrigger.Schedule, null) { DueAt = due.At, Missed = due.Missed };
        var run = await requests.NewAsync(due.Request, origin, cancellationToken);
        var started = await database.WriteAsync(async connection =>
        {
            if (!await due.Mark.MoveAsync(connection, due.At)) return null;
            var obstacle = await ObstacleAsync(connection, due, pipeline);
            var now = await queue.NowAsync(connection);
            if (obstacle is not null && await AgainAsync(connection, due, obstacle, now) is { } again) return again;
            var added = await RunRow.InsertAsync(connection, run, now, now);
            await due.Mark.NoteAsync(connection, added.Id);
            if (obstacle is null) return added;
            await RunRow.UpdateAsync(connection, added.Result with { Status = RunStatus.Cancelled, Problems = [obstacle] }, RunStatus.Queued, now);
            return await RunRow.GetAsync(connection, added.Id);
        }, cancellationToken);
        if (started is not null) queue.Signal.Set();
        return started;
    }

    /// <summary>
    /// Queues one run for all that webhooks have told of a pipeline, or leaves it to one that waits already; what was told is no longer kept then.
    /// Null where another server was first, or where the run would take the place of one that waits for approval: then it is kept.
    /// </summary>
    /// <exception cref="TidemarkException">The catalog cannot be written, or the pipeline is gone.</exception>
    public async Task<RunRecord?> StartNewsAsync(PipelineDefinition pipeline, CancellationToken cancellationToken)
    {
        var run = await requests.NewAsync(new SyncRun(pipeline.Name) { Mode = WriteMode.Merge }, new(RunTrigger.Webhook, pipeline.Source), cancellationToken);
        var started = await database.WriteAsync(async connection =>
        {
            var open = await OpenAsync(connection, pipeline);
            if (ParkedBefore(open, run.Request, pipeline) is not null) return null;
            var told = (await connection.QueryAsync<string>("DELETE FROM webhook_news WHERE pipeline = @pipeline RETURNING stream", new { pipeline = pipeline.Name })).Order(StringComparer.Ordinal).ToList();
            if (told.Count == 0) return null;
            IReadOnlyList<string> streams = told.Contains("") ? [] : pipeline.Streams.Count > 0 ? [.. pipeline.Streams.Intersect(told, StringComparer.Ordinal)] : told;
            if (open.Find(waiting => waiting.Status == RunStatus.Queued && waiting.Request is SyncRun { SourceSettings: null } sync && Covers(sync.Streams, streams)) is { } same) return same;
            var now = await queue.NowAsync(connection);
            return await RunRow.InsertAsync(connection, run with { Request = (SyncRun)run.Request with { Streams = streams } }, now, now);
        }, cancellationToken);
        if (started is not null) queue.Signal.Set();
        return started;
    }

    // No streams are all of them.
    private static bool Covers(IReadOnlyList<string> waiting, IReadOnlyList<string> told) =>
        waiting.Count == 0 || (told.Count > 0 && !told.Except(waiting, StringComparer.Ordinal).Any());

    private static async Task<List<RunRecord>> OpenAsync(DbConnection connection, PipelineDefinition pipeline) => [.. (await connection.QueryAsync<RunRow>(
        $"SELECT {RunRow.Columns} FROM runs WHERE pipeline = @pipeline AND status IN ('queued', 'running', 'parked') ORDER BY queued_at, id",
        new { pipeline = pipeline.Name })).Select(row => row.ToRecord())];

    /// <summary>The run that waits for approval and that another would end, before anybody could decide; null for none.</summary>
    private static RunRecord? ParkedBefore(List<RunRecord> open, RunRequest request, PipelineDefinition pipeline)
    {
        var resolved = ResolvedSync.Of(request, pipeline, parked: null);
        return open.Find(run => run.Status == RunStatus.Parked && resolved.Supersedes(run));
    }

    /// <summary>The record of the time before, where that was left out for the same reason: it stands for this time too. Null where it was not.</summary>
    private static async Task<RunRecord?> AgainAsync(DbConnection connection, DueRun due, Problem obstacle, DateTimeOffset now)
    {
        if (due.Mark.LastRun is not { } id || await RunRow.GetAsync(connection, id) is not { Result.IsSkipped: true } last || last.Result.Problems[0].Message != obstacle.Message)
            return null;
        await RunRow.UpdateAsync(connection, last.Result, RunStatus.Cancelled, now);
        await connection.ExecuteAsync("UPDATE runs SET due_at = @due, missed = missed + @more WHERE id = @id",
            new { id, due = due.At.ToUnixTimeMilliseconds(), more = due.Missed + 1 });
        return await RunRow.GetAsync(connection, id);
    }

    /// <summary>Why the run is left out; null where it is not.</summary>
    private static async Task<Problem?> ObstacleAsync(DbConnection connection, DueRun due, PipelineDefinition pipeline)
    {
        var open = await OpenAsync(connection, pipeline);
        var wanted = RunRequestJson.Write(due.Request);
        var same = open.FindAll(run => run.Status != RunStatus.Parked && RunRequestJson.Write(run.Request) == wanted);
        var inTheWay = due.Overlap == Overlap.Skip ? same.FirstOrDefault() : same.Find(run => run.Status == RunStatus.Queued);
        if (inTheWay is not null)
            return Skipped(pipeline, $"The same work {(inTheWay.Status == RunStatus.Queued ? "waited already" : "was still going on")} when this run was due: {inTheWay.Id}.");
        return due.Request is ReadingRequest && ParkedBefore(open, due.Request, pipeline) is { } parked
            ? Skipped(pipeline, $"The run {parked.Id} waits for approval, and this one would have gone on in its place.") with { Next = new(NextAct.ApproveRun, parked.Id) } : null;
    }

    private static Problem Skipped(PipelineDefinition pipeline, string why) => new(RunResult.SkippedCode, pipeline.Name, why);
}
