using System.Data.Common;
using System.Globalization;
using Dapper;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Runs;

/// <summary>The row that lets one run at a time have a pipeline.</summary>
internal sealed record Lease
{
    /// <summary>How long a lease holds without being renewed.</summary>
    public static readonly TimeSpan Term = TimeSpan.FromSeconds(30);

    /// <summary>How often its holder renews it.</summary>
    public static readonly TimeSpan RenewEvery = TimeSpan.FromSeconds(5);

    public required string Pipeline { get; init; }

    public required string Run { get; init; }

    public required string Host { get; init; }

    public required long Pid { get; init; }

    public required string ProcessStarted { get; init; }

    /// <summary>Unix milliseconds.</summary>
    public required long TakenAt { get; init; }

    /// <summary>Unix milliseconds.</summary>
    public required long HeartbeatAt { get; init; }

    /// <summary>Unix milliseconds.</summary>
    public required long ExpiresAt { get; init; }

    public static async Task<IReadOnlyList<Lease>> AllAsync(DbConnection connection) =>
        (await connection.QueryAsync<Lease>("""
            SELECT pipeline AS Pipeline, run AS Run, host AS Host, pid AS Pid, process_started AS ProcessStarted,
                   taken_at AS TakenAt, heartbeat_at AS HeartbeatAt, expires_at AS ExpiresAt
            FROM leases ORDER BY pipeline
            """)).AsList();

    public static Task TakeAsync(DbConnection connection, string pipeline, string run, DateTimeOffset now) =>
        connection.ExecuteAsync("""
            INSERT INTO leases (pipeline, run, host, pid, process_started, taken_at, heartbeat_at, expires_at)
            VALUES (@pipeline, @run, @Host, @Pid, @Started, @now, @now, @expires)
            """, new
        {
            pipeline,
            run,
            HolderProcess.Current.Host,
            HolderProcess.Current.Pid,
            HolderProcess.Current.Started,
            now = now.ToUnixTimeMilliseconds(),
            expires = (now + Term).ToUnixTimeMilliseconds(),
        });

    /// <summary>False where the lease is gone or another run has it.</summary>
    public static async Task<bool> RenewAsync(DbConnection connection, string run, DateTimeOffset now) =>
        await connection.ExecuteAsync(
            "UPDATE leases SET heartbeat_at = @now, expires_at = @expires WHERE run = @run",
            new { run, now = now.ToUnixTimeMilliseconds(), expires = (now + Term).ToUnixTimeMilliseconds() }) == 1;

    public static Task ReleaseAsync(DbConnection connection, string run) =>
        connection.ExecuteAsync("DELETE FROM leases WHERE run = @run", new { run });

    /// <summary>The holder's process is certainly gone, or has not renewed the lease for a whole term.</summary>
    public bool IsStale(DateTimeOffset now) =>
        ExpiresAt <= now.ToUnixTimeMilliseconds() || new HolderProcess(Host, (int)Pid, ProcessStarted).IsGone();

    public TidemarkException InUse() =>
        new(FailureKind.Transient, "pipeline.in_use", string.Create(CultureInfo.InvariantCulture,
            $"The pipeline {Pipeline} is being run by {Run} (host {Host}, pid {Pid}) since {Time(TakenAt):u}."))
        {
            Hint = "Wait for it, or stop it.",
            Next = new(NextAct.CancelRun, Run),
        };

    public Problem Interrupted() =>
        new("run.interrupted", $"run {Run}", string.Create(CultureInfo.InvariantCulture,
            $"Its process (host {Host}, pid {Pid}) ended without finishing it; last sign of life {Time(HeartbeatAt):u}."),
            $"Run the pipeline {Pipeline} again: it goes on from its checkpoint.");

    private static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}
