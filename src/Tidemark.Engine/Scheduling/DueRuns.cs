using System.Data.Common;
using Dapper;
using Tidemark.Engine.Catalog;
using Tidemark.Engine.Definitions;
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
        var open = (await connection.QueryAsync<RunRow>(
            $"SELECT {RunRow.Columns} FROM runs WHERE pipeline = @pipeline AND status IN ('queued', 'running', 'parked') ORDER BY queued_at, id",
            new { pipeline = pipeline.Name })).Select(row => row.ToRecord()).ToList();
        var wanted = RunRequestJson.Write(due.Request);
        var same = open.FindAll(run => run.Status != RunStatus.Parked && RunRequestJson.Write(run.Request) == wanted);
        var inTheWay = due.Overlap == Overlap.Skip ? same.FirstOrDefault() : same.Find(run => run.Status == RunStatus.Queued);
        if (inTheWay is not null)
            return Skipped(pipeline, $"The same work {(inTheWay.Status == RunStatus.Queued ? "waited already" : "was still going on")} when this run was due: {inTheWay.Id}.");
        // A run in the place of a parked one would end it, before anybody could decide.
        if (due.Request is not ReadingRequest) return null;
        var resolved = ResolvedSync.Of(due.Request, pipeline, parked: null);
        return open.Find(run => run.Status == RunStatus.Parked && resolved.Supersedes(run)) is { } parked
            ? Skipped(pipeline, $"The run {parked.Id} waits for approval, and this one would have gone on in its place.") with { Next = new(NextAct.ApproveRun, parked.Id) } : null;
    }

    private static Problem Skipped(PipelineDefinition pipeline, string why) => new(RunResult.SkippedCode, pipeline.Name, why);
}
