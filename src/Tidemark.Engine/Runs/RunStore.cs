using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using Dapper;
using Tidemark.Engine.Catalog;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Runs;

/// <summary>Starts, finds and cancels runs. A pipeline has one run at a time, whatever process starts it.</summary>
public sealed class RunStore(CatalogDatabase database, TimeProvider clock)
{
    /// <summary>Begins a run and takes the pipeline's lease; the lease of a holder that is gone is taken over.</summary>
    /// <param name="pipeline">Name of the pipeline; it need not be saved.</param>
    /// <param name="mode">How rows become live.</param>
    /// <param name="cause">What starts it, e.g. <c>command</c>, <c>schedule</c>.</param>
    /// <param name="streams">What it is going to read, so that a run that ends at once can still be repeated exactly.</param>
    /// <param name="cancellationToken">Nothing has begun where it throws.</param>
    /// <exception cref="TidemarkException"><c>pipeline.in_use</c> (transient), naming the holder.</exception>
    public async Task<RunJournal> StartAsync(
        string pipeline, WriteMode mode, string cause, IReadOnlyList<StreamFigures> streams, CancellationToken cancellationToken)
    {
        var begun = await database.WriteAsync(async connection =>
        {
            var now = clock.GetUtcNow();
            var holder = (await Lease.AllAsync(connection)).SingleOrDefault(lease => lease.Pipeline == pipeline);
            if (holder is not null)
            {
                if (!holder.IsStale(now)) throw holder.InUse();
                await InterruptAsync(connection, holder);
            }

            var run = new RunResult(NewId(now), pipeline, mode, RunStatus.Running, streams, 0) { Cause = cause };
            await connection.ExecuteAsync("""
                INSERT INTO runs (id, pipeline, mode, cause, status, started_at, result)
                VALUES (@Run, @Pipeline, @mode, @cause, @status, @started, @json)
                """, new
            {
                run.Run,
                run.Pipeline,
                mode = RunJson.Word(mode),
                cause,
                status = RunJson.Word(run.Status),
                started = now.ToUnixTimeMilliseconds(),
                json = RunJson.Write(run),
            });
            await Lease.TakeAsync(connection, pipeline, run.Run, now);
            return (Run: run, StartedAt: now);
        }, cancellationToken);
        return new RunJournal(database, clock, begun.Run, begun.StartedAt);
    }

    /// <summary>
    /// Marks every run whose holder is gone as failed with <c>run.interrupted</c>, and returns their ids. Called
    /// before anything looks at runs, so that none is shown as running that is not.
    /// </summary>
    public async Task<IReadOnlyList<string>> ReconcileAsync(CancellationToken cancellationToken)
    {
        await using (var connection = await database.ConnectAsync(cancellationToken))
        {
            // Nearly always there is nothing to do, and looking takes no lock.
            if ((await Lease.AllAsync(connection)).All(lease => !lease.IsStale(clock.GetUtcNow()))) return [];
        }

        return await database.WriteAsync(async connection =>
        {
            var stale = (await Lease.AllAsync(connection)).Where(lease => lease.IsStale(clock.GetUtcNow())).ToList();
            foreach (var lease in stale) await InterruptAsync(connection, lease);
            return stale.ConvertAll(lease => lease.Run);
        }, cancellationToken);
    }

    /// <summary>
    /// Ends the parked runs of the pipeline that wait with a stream of this run: it goes on in their place. Not for runs
    /// that change nothing.
    /// </summary>
    /// <param name="run">Full id of a run that has begun.</param>
    /// <param name="cancellationToken">Before anything is changed.</param>
    public Task SupersedeParkedAsync(string run, CancellationToken cancellationToken) =>
        database.WriteAsync(async connection =>
        {
            var by = (await RunRow.GetAsync(connection, run)).Result;
            var streams = by.Streams.Select(stream => stream.Stream).ToHashSet(StringComparer.Ordinal);
            var parked = await connection.QueryAsync<RunRow>(
                $"SELECT {RunRow.Columns} FROM runs WHERE pipeline = @Pipeline AND status = 'parked'", by);
            foreach (var old in parked.Select(row => row.ToRecord()))
            {
                if (!old.Result.Streams.Any(stream => streams.Contains(stream.Stream))) continue;
                var note = new Problem("run.superseded", $"run {old.Id}", $"The run {run} went on in its place.");
                var ended = old.Result with { Status = RunStatus.Cancelled, Problems = [.. old.Result.Problems, note] };
                await RunRow.UpdateAsync(connection, ended, RunStatus.Parked, old.FinishedAt);
            }
        }, cancellationToken);

    /// <summary>The latest runs, newest first.</summary>
    /// <param name="limit">How many at most.</param>
    /// <param name="pipeline">Only of this pipeline, or null for all.</param>
    /// <param name="cancellationToken">Looked at before reading.</param>
    public async Task<IReadOnlyList<RunRecord>> ListAsync(
        int limit, string? pipeline, CancellationToken cancellationToken)
    {
        await using var connection = await database.ConnectAsync(cancellationToken);
        var rows = await connection.QueryAsync<RunRow>($"""
            SELECT {RunRow.Columns} FROM runs WHERE @pipeline IS NULL OR pipeline = @pipeline
            ORDER BY started_at DESC, id DESC LIMIT @limit
            """, new { pipeline, limit });
        return [.. rows.Select(row => row.ToRecord())];
    }

    /// <summary>The run that a person means: an id, the beginning of one (<c>r-</c> may be left out), or <c>last</c>.</summary>
    /// <exception cref="TidemarkException"><c>run.unknown</c>, <c>run.ambiguous</c> (usage).</exception>
    public async Task<RunRecord> FindAsync(string id, CancellationToken cancellationToken)
    {
        await using var connection = await database.ConnectAsync(cancellationToken);
        return await FindAsync(connection, id);
    }

    /// <summary>
    /// Asks a running run to stop, which its journal notices within a second; a parked or queued one is cancelled at
    /// once.
    /// </summary>
    /// <exception cref="TidemarkException"><c>run.finished</c>, <c>run.unknown</c>, <c>run.ambiguous</c> (usage).</exception>
    public Task<RunRecord> RequestCancelAsync(string id, CancellationToken cancellationToken) =>
        database.WriteAsync(async connection =>
        {
            var run = await FindAsync(connection, id);
            if (run.Status is not (RunStatus.Running or RunStatus.Parked or RunStatus.Queued))
            {
                throw new TidemarkException(FailureKind.Usage, "run.finished",
                    $"The run {run.Id} is over: {RunJson.Word(run.Status)}.");
            }

            await connection.ExecuteAsync("UPDATE runs SET cancel_requested = 1 WHERE id = @Id", new { run.Id });
            if (run.Status is not RunStatus.Running)
            {
                await RunRow.UpdateAsync(connection, run.Result with { Status = RunStatus.Cancelled }, run.Status,
                    clock.GetUtcNow());
            }

            return await RunRow.GetAsync(connection, run.Id);
        }, cancellationToken);

    private static async Task<RunRecord> FindAsync(DbConnection connection, string id)
    {
        const int Shown = 3;
        var found = (await connection.QueryAsync<RunRow>(id == "last"
            ? $"SELECT {RunRow.Columns} FROM runs ORDER BY started_at DESC, id DESC LIMIT 1"
            : $"""
               SELECT {RunRow.Columns} FROM runs
               WHERE @id <> '' AND (substr(id, 1, length(@id)) = @id OR substr(id, 3, length(@id)) = @id)
               ORDER BY id = @id DESC, started_at DESC LIMIT {Shown + 1}
               """, new { id })).AsList();
        if (found.Count == 1 || (found.Count > 1 && found[0].Id == id)) return found[0].ToRecord();
        if (found.Count == 0)
        {
            var recent = await connection.QueryAsync<string>("SELECT id FROM runs ORDER BY started_at DESC LIMIT 20");
            throw new TidemarkException(FailureKind.Usage, "run.unknown", $"There is no run {id}.")
            {
                Hint = NearestName.Hint(id, recent, Shown),
            };
        }

        throw new TidemarkException(FailureKind.Usage, "run.ambiguous", $"More than one run begins with {id}.")
        {
            Hint = "Among them: " + string.Join(", ", found.Take(Shown).Select(run => run.Id)) + ".",
        };
    }

    /// <summary>Ends a run whose holder is gone, within the caller's write transaction.</summary>
    private async Task InterruptAsync(DbConnection connection, Lease lease)
    {
        var run = (await RunRow.GetAsync(connection, lease.Run)).Result;
        await RunRow.UpdateAsync(connection, run with
        {
            Status = RunStatus.Failed,
            Seconds = (lease.HeartbeatAt - lease.TakenAt) / 1000d,
            Problems = [.. run.Problems, lease.Interrupted()],
        }, RunStatus.Running, clock.GetUtcNow());
        await connection.ExecuteAsync(
            "UPDATE run_steps SET status = 'failed', finished_at = @HeartbeatAt WHERE run = @Run AND status = 'running'",
            lease);
        await Lease.ReleaseAsync(connection, lease.Run);
    }

    /// <summary>Sorts by time; two processes in one second differ by the random end.</summary>
    private static string NewId(DateTimeOffset now) =>
        string.Create(CultureInfo.InvariantCulture, $"r-{now.UtcDateTime:yyyyMMdd-HHmmss}-")
        + RandomNumberGenerator.GetHexString(6, lowercase: true);
}
