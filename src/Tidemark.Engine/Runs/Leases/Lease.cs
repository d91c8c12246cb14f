using System.Data.Common;
using System.Globalization;
using Dapper;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Runs.Leases;

/// <summary>The row that lets one run at a time have a subject.</summary>
internal sealed record Lease
{
    /// <summary>Another run has the subject.</summary>
    public const string InUseCode = "pipeline.in_use";

    /// <summary>How long a lease holds without being renewed.</summary>
    public static readonly TimeSpan Term = TimeSpan.FromSeconds(30);

    /// <summary>How often its holder renews it.</summary>
    public static readonly TimeSpan RenewEvery = TimeSpan.FromSeconds(5);

    private const string Columns =
        "subject AS Subject, run AS Run, by_worker AS ByWorker, host AS Host, pid AS Pid, process_started AS ProcessStarted, "
        + "taken_at AS TakenAt, heartbeat_at AS HeartbeatAt, expires_at AS ExpiresAt";

    /// <summary>E.g. <c>pipeline:payments</c>.</summary>
    public required string Subject { get; init; }

    public required string Run { get; init; }

    /// <summary>1 where a worker claimed the run, so that there is one to take it again; 0 where the command itself did.</summary>
    public required long ByWorker { get; init; }

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
        (await connection.QueryAsync<Lease>($"SELECT {Columns} FROM leases ORDER BY subject")).AsList();

    public static Task<Lease?> FindAsync(DbConnection connection, string subject) =>
        connection.QuerySingleOrDefaultAsync<Lease>($"SELECT {Columns} FROM leases WHERE subject = @subject", new { subject });

    public static Task TakeAsync(DbConnection connection, string subject, string run, bool byWorker, DateTimeOffset now) =>
        connection.ExecuteAsync("""
            INSERT INTO leases (subject, run, by_worker, host, pid, process_started, taken_at, heartbeat_at, expires_at)
            VALUES (@subject, @run, @byWorker, @Host, @Pid, @Started, @now, @now, @expires)
            """, new
        {
            subject,
            run,
            byWorker = byWorker ? 1 : 0,
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
        new(FailureKind.Transient, InUseCode, string.Create(CultureInfo.InvariantCulture,
            $"The {Subject.Replace(':', ' ')} is being run by {Run} (host {Host}, pid {Pid}) since {MomentText.Of(Time(TakenAt))}."))
        {
            Hint = "Wait for it, or stop it.",
            Next = new(NextAct.CancelRun, Run),
        };

    /// <summary>The sentence that says how the holder ended.</summary>
    /// <param name="lastSeen">Its last sign of life, in Unix milliseconds.</param>
    /// <param name="now">When that was found out.</param>
    public string HowItEnded(long lastSeen, DateTimeOffset now) => string.Create(CultureInfo.InvariantCulture,
        $"Its process (host {Host}, pid {Pid}) ended without finishing it; last sign of life {MomentText.Of(Time(lastSeen))}, found at {MomentText.Of(now)}.");

    private static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}
