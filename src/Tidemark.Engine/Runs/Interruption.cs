using System.Data.Common;
using Dapper;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs.Leases;

namespace Tidemark.Engine.Runs;

/// <summary>
/// The end of a run that cannot end itself: it failed. Where a worker had claimed it, a new run with the same request
/// waits in the queue; where the command itself had, nobody would take that, and the problem says how to continue.
/// </summary>
internal static class Interruption
{
    public const string Code = "run.interrupted";
    public const int MaxAttempts = 5;

    /// <summary>Ends the run of a holder that is gone, at the time of its last sign of life. For the inside of a write transaction.</summary>
    public static async Task SettleAsync(DbConnection connection, Lease lease, DateTimeOffset now)
    {
        var run = await RunRow.GetAsync(connection, lease.Run);
        // The figures are written every second, the lease is renewed more seldom: the later of the two is the last sign of life.
        var seconds = Math.Max((lease.HeartbeatAt - lease.TakenAt) / 1000d, run.Result.Seconds);
        var lastSeen = lease.TakenAt + (long)(seconds * 1000);
        var again = lease.ByWorker == 1 ? await RepeatAsync(connection, run, run.Attempt + 1, now) : null;
        await RunRow.UpdateAsync(connection, run.Result with
        {
            Status = RunStatus.Failed,
            Waits = run.Result.Waits is { } waits ? waits with { For = null } : null,
            Seconds = seconds,
            Problems = [.. run.Result.Problems, Problem(run, lease.HowItEnded(lastSeen, now), again)],
        }, RunStatus.Running, DateTimeOffset.FromUnixTimeMilliseconds(lastSeen));
        await connection.ExecuteAsync(
            "UPDATE run_steps SET status = 'failed', finished_at = CASE WHEN started_at > @lastSeen THEN started_at ELSE @lastSeen END WHERE run = @Run AND status = 'running'",
            new { lease.Run, lastSeen });
        await Lease.ReleaseAsync(connection, lease.Run);
    }

    /// <summary>Queues a new run with the request of an interrupted one, at the place that that one had; from the third attempt on, behind all others.</summary>
    /// <returns>The id of the new run; null where the request may not be repeated, or not once more.</returns>
    public static async Task<string?> RepeatAsync(DbConnection connection, RunRecord run, int attempt, DateTimeOffset now)
    {
        if (!run.Request.IsRepeatable || run.IsCancelRequested || attempt > MaxAttempts) return null;
        var again = new NewRun(run.Request, run.Origin, run.Result.Mode)
        {
            Source = run.Source,
            Destination = run.Destination,
        };
        // One that is interrupted again and again lets the others go first: whatever ends servers does not end it each time.
        var added = (await RunRow.InsertAsync(connection, again, now, attempt > 2 ? now : run.QueuedAt, attempt: attempt, repeats: run.Id)).Id;
        await connection.ExecuteAsync("UPDATE backfill_windows SET run = @added WHERE run = @Id", new { added, run.Id });
        return added;
    }

    /// <summary>Why the run has no result, and what happens next.</summary>
    public static Problem Problem(RunRecord run, string how, string? again) =>
        new(Code, $"run {run.Id}", how, again is null ? Hint(run) : $"It was queued again as {again}.") { IsTransient = true };

    private static string Hint(RunRecord run) => run.Request switch
    {
        _ when run.Attempt >= MaxAttempts => $"It was tried {run.Attempt} times. Look at its log before you run it again.",
        UndoRun undo => $"Undo {undo.Run} again: an undo changes all or nothing, and one that was done says so.",
        RestoreRun restore => $"Restore {restore.Backup} again: a restore changes all or nothing.",
        ClearRun => "Look at the tables: a clearing changes all or nothing. Its backup is there if it was made.",
        BackupRun => $"Back {run.Pipeline} up again: nothing is left of the backup.",
        _ => $"Run the pipeline {run.Pipeline} again: it resumes from its checkpoint.",
    };
}
