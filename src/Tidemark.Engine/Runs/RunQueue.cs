using System.Data.Common;
using Dapper;
using Tidemark.Engine.Catalog;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs.Leases;

namespace Tidemark.Engine.Runs;

/// <summary>
/// Runs that wait, in the catalog. Any number of processes add to it and claim from it: a run is claimed once, and a
/// subject has one run at a time.
/// </summary>
public sealed class RunQueue(CatalogDatabase database, TimeProvider clock)
{
    private const string Next = """
        SELECT id FROM runs
        WHERE status = 'queued' AND NOT EXISTS (SELECT 1 FROM leases WHERE leases.subject = runs.subject)
        ORDER BY queued_at, id LIMIT 1
        """;

    /// <summary>Keeps the samples of plans; null to keep none.</summary>
    internal RunSamples? Samples { get; init; }

    /// <summary>Set when this process adds a run or ends one.</summary>
    public RunSignal Signal { get; } = new();

    /// <summary>Puts a run in the queue, for whoever claims it.</summary>
    /// <param name="run">The run.</param>
    /// <param name="idempotencyKey">A word of the asker's own: the same word and request give the same run. Null for none.</param>
    /// <param name="cancellationToken">Nothing is added where it throws.</param>
    /// <exception cref="TidemarkException"><c>run.key_used</c> (usage): the key belongs to another request.</exception>
    public async Task<RunRecord> AddAsync(NewRun run, string? idempotencyKey, CancellationToken cancellationToken)
    {
        var added = await database.WriteAsync(async connection =>
        {
            if (idempotencyKey is not null && await RunRow.FindByKeyAsync(connection, idempotencyKey) is { } same)
                return RunRequestJson.Write(same.Request) == RunRequestJson.Write(run.Request) ? same : throw KeyUsed(idempotencyKey, same);
            var now = await NowAsync(connection);
            return await RunRow.InsertAsync(connection, run, now, now, idempotencyKey);
        }, cancellationToken);
        Signal.Set();
        return added;
    }

    /// <summary>Records a run and claims it, both or neither: for a command that does not wait its turn.</summary>
    /// <param name="run">The run.</param>
    /// <param name="cancellationToken">Nothing has begun where it throws.</param>
    /// <exception cref="TidemarkException"><c>pipeline.in_use</c> (transient), naming the holder.</exception>
    public async Task<RunJournal> BeginAsync(NewRun run, CancellationToken cancellationToken)
    {
        var begun = await database.WriteAsync(async connection =>
        {
            var now = await NowAsync(connection);
            var added = await RunRow.InsertAsync(connection, run, now, now);
            return (await ClaimAsync(connection, added.Id, byWorker: false))!;
        }, cancellationToken);
        return new RunJournal(database, clock, begun, byWorker: false, Samples);
    }

    /// <summary>
    /// The present moment, after that of every run so far: runs are told apart by their time, and a clock may have been set back.
    /// One that was a day ahead or more was wrong, and is not followed.
    /// </summary>
    internal async Task<DateTimeOffset> NowAsync(DbConnection connection)
    {
        var now = clock.GetUtcNow();
        var latest = await connection.ExecuteScalarAsync<long?>("SELECT max(started_at) FROM runs") is { } milliseconds
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : DateTimeOffset.MinValue;
        return latest >= now && latest - now < TimeSpan.FromDays(1) ? latest.AddMilliseconds(1) : now;
    }

    /// <summary>Claims this very run, for the process that asked for it; null where it no longer waits.</summary>
    /// <exception cref="TidemarkException"><c>pipeline.in_use</c> (transient); the run waits on.</exception>
    public async Task<RunJournal?> ClaimAsync(string run, CancellationToken cancellationToken)
    {
        var claimed = await database.WriteAsync(connection => ClaimAsync(connection, run, byWorker: false), cancellationToken);
        return claimed is null ? null : new RunJournal(database, clock, claimed, byWorker: false, Samples);
    }

    /// <summary>Claims, for a worker, the oldest queued run whose subject is free; null if there is none.</summary>
    public async Task<RunJournal?> ClaimNextAsync(CancellationToken cancellationToken)
    {
        // Nearly always there is nothing to do, and looking takes no lock.
        if (await database.ReadAsync(connection => connection.ExecuteScalarAsync<string?>(Next), cancellationToken) is null) return null;

        var claimed = await database.WriteAsync(
            async connection => await connection.ExecuteScalarAsync<string?>(Next) is { } next
                ? await ClaimAsync(connection, next, byWorker: true) : null,
            cancellationToken);
        return claimed is null ? null : new RunJournal(database, clock, claimed, byWorker: true, Samples);
    }

    private async Task<RunRecord?> ClaimAsync(DbConnection connection, string id, bool byWorker)
    {
        var run = await RunRow.GetAsync(connection, id);
        if (run.Status != RunStatus.Queued) return null;
        var now = clock.GetUtcNow();
        if (await Lease.FindAsync(connection, run.Request.Subject) is { } holder)
        {
            if (!holder.IsStale(now)) throw holder.InUse();
            await Interruption.SettleAsync(connection, holder, now);
        }

        await RunRow.UpdateAsync(connection, run.Result with { Status = RunStatus.Running }, RunStatus.Queued, finishedAt: null);
        await connection.ExecuteAsync(
            "UPDATE runs SET started_at = @now WHERE id = @id", new { id, now = now.ToUnixTimeMilliseconds() });
        await Lease.TakeAsync(connection, run.Request.Subject, id, byWorker, now);
        return await RunRow.GetAsync(connection, id);
    }

    private static TidemarkException KeyUsed(string key, RunRecord run) =>
        new(FailureKind.Usage, "run.key_used", $"The idempotency key {key} belongs to another request, that of {run.Id}.")
        {
            Hint = "Use a new key for a new request.",
        };
}
