using System.Data.Common;
using Dapper;
using Tidemark.Engine.Catalog;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs.Leases;

namespace Tidemark.Engine.Runs;

/// <summary>Finds, cancels and settles runs.</summary>
public sealed class RunStore(CatalogDatabase database, TimeProvider clock)
{
    /// <summary>Has the samples of plans; null for none.</summary>
    internal RunSamples? Samples { get; init; }

    /// <summary>What a person calls the latest run.</summary>
    public const string LastWord = "last";

    /// <summary>Code of the problem that says which run went on in a parked one's place.</summary>
    internal const string SupersededCode = "run.superseded";

    /// <summary>
    /// Marks every run whose holder is gone as failed with <c>run.interrupted</c>, and returns their ids. What a worker had
    /// claimed waits in the queue again. Called before anything looks at runs, so that none is shown as running that is not.
    /// </summary>
    public async Task<IReadOnlyList<string>> ReconcileAsync(CancellationToken cancellationToken)
    {
        // Nearly always there is nothing to do, and looking takes no lock.
        if ((await database.ReadAsync(Lease.AllAsync, cancellationToken)).All(lease => !lease.IsStale(clock.GetUtcNow()))) return [];

        return await database.WriteAsync(async connection =>
        {
            var stale = (await Lease.AllAsync(connection)).Where(lease => lease.IsStale(clock.GetUtcNow())).ToList();
            foreach (var lease in stale) await Interruption.SettleAsync(connection, lease, clock.GetUtcNow());
            return stale.ConvertAll(lease => lease.Run);
        }, cancellationToken);
    }

    /// <summary>
    /// Ends the parked runs of the pipeline that wait with a stream of this run, where it goes on in their place. Not for
    /// runs that change nothing.
    /// </summary>
    /// <param name="run">Full id of a run that has begun.</param>
    /// <param name="streamNames">The streams that it reads.</param>
    /// <param name="supersedes">Whether the run does what a parked one would.</param>
    /// <param name="cancellationToken">Cancels before anything is changed.</param>
    /// <returns>Full ids of those that wait on.</returns>
    public Task<IReadOnlySet<string>> SupersedeParkedAsync(
        string run, IEnumerable<string> streamNames, Func<RunRecord, bool> supersedes, CancellationToken cancellationToken) =>
        database.WriteAsync<IReadOnlySet<string>>(async connection =>
        {
            var waiting = new HashSet<string>(StringComparer.Ordinal);
            var by = (await RunRow.GetAsync(connection, run)).Result;
            var streams = streamNames.ToHashSet(StringComparer.Ordinal);
            var parked = await connection.QueryAsync<RunRow>(
                $"SELECT {RunRow.Columns} FROM runs WHERE pipeline = @Pipeline AND status = 'parked'", by);
            foreach (var old in parked.Select(row => row.ToRecord()))
            {
                if (!old.Result.Streams.Any(stream => streams.Contains(stream.Stream)) || !supersedes(old))
                {
                    waiting.Add(old.Id);
                    continue;
                }

                var note = new Problem(SupersededCode, $"run {old.Id}", $"The run {run} went on in its place.");
                var ended = old.Result with { Status = RunStatus.Cancelled, Problems = [.. old.Result.Problems, note] };
                await RunRow.UpdateAsync(connection, ended, RunStatus.Parked, old.FinishedAt);
            }

            return waiting;
        }, cancellationToken);

    /// <summary>Which of these tables runs have written that began after this one.</summary>
    internal Task<IReadOnlySet<string>> WrittenSinceAsync(
        RunRecord run, IEnumerable<string> tables, CancellationToken cancellationToken) =>
        new LaterRuns(database, run).WrittenAsync(tables, cancellationToken);

    /// <summary>The latest runs, newest first.</summary>
    /// <param name="limit">How many at most.</param>
    /// <param name="filter">Which.</param>
    /// <param name="cancellationToken">Looked at before reading.</param>
    public async Task<IReadOnlyList<RunRecord>> ListAsync(int limit, RunFilter filter, CancellationToken cancellationToken)
    {
        var conditions = new List<string> { "started_at >= @since" };
        if (filter.Pipeline is not null) conditions.Add("pipeline = @Pipeline");
        if (filter.Statuses.Count > 0) conditions.Add($"status IN ({string.Join(", ", filter.Statuses.Select(status => $"'{RunJson.Word(status)}'"))})");
        if (filter.Search is not null) conditions.Add("(lower(id) LIKE @search ESCAPE '!' OR lower(pipeline) LIKE @search ESCAPE '!')");
        if (filter.Before is not null) conditions.Add("(started_at < @at OR (started_at = @at AND id < @Id))");
        var values = new DynamicParameters(new
        {
            filter.Pipeline,
            since = filter.Since?.ToUnixTimeMilliseconds() ?? 0,
            search = filter.Search is { } text ? $"%{CatalogText.Pattern(text)}%" : null,
            at = filter.Before?.StartedAt.ToUnixTimeMilliseconds(),
            filter.Before?.Id,
            limit,
        });
        conditions.Add(OneOf.Condition("pipeline", filter.Pipelines, values));
        var sql = $"""
            SELECT {RunRow.Columns} FROM runs WHERE {string.Join(" AND ", conditions)}
            ORDER BY started_at DESC, id DESC LIMIT @limit
            """;
        return await database.ReadAsync<IReadOnlyList<RunRecord>>(
            async connection => [.. (await connection.QueryAsync<RunRow>(sql, values)).Select(row => row.ToRecord())], cancellationToken);
    }

    /// <summary>The run that a person means by <c>last</c>: the latest that an act fits.</summary>
    /// <param name="pipeline">Name of the pipeline; null for any.</param>
    /// <param name="act">What is done with the run.</param>
    /// <param name="cancellationToken">Looked at before reading.</param>
    /// <exception cref="TidemarkException"><c>run.unknown</c>, <c>run.ambiguous</c> (usage).</exception>
    public async Task<RunRecord> LastAsync(string? pipeline, RunAct act, CancellationToken cancellationToken)
    {
        if (act.ActsOnPipeline && pipeline is null && await PipelinesAsync(cancellationToken) is { Count: > 1 } pipelines)
        {
            throw new TidemarkException(FailureKind.Usage, "run.ambiguous", "More than one pipeline has a last run.")
            {
                Hint = $"Name the pipeline, or the run by its id. Pipelines: {string.Join(", ", pipelines)}.",
            };
        }

        var last = await database.ReadAsync(connection => LastAsync(connection, pipeline, act), cancellationToken)
            ?? throw act.None(pipeline, await database.ReadAsync(connection => LastAsync(connection, pipeline, RunAct.Show), cancellationToken));
        return await WholeAsync(last, cancellationToken);
    }

    private static async Task<RunRecord?> LastAsync(DbConnection connection, string? pipeline, RunAct act)
    {
        const int AtOnce = 50;
        for (var from = 0; ; from += AtOnce)
        {
            var runs = (await connection.QueryAsync<RunRow>($"""
                SELECT {RunRow.Columns} FROM runs WHERE @pipeline IS NULL OR pipeline = @pipeline
                ORDER BY started_at DESC, id DESC LIMIT {AtOnce} OFFSET @from
                """, new { pipeline, from })).Select(row => row.ToRecord()).ToList();
            if (runs.Count == 0) return null;
            if (runs.Find(run => act.Fits(run.Result)) is { } last) return last;
        }
    }

    /// <summary>When each pipeline was last proven: the end of its latest run that read, succeeded and was no dry run.</summary>
    public async Task<IReadOnlyDictionary<string, DateTimeOffset>> ProvenAsync(CancellationToken cancellationToken)
    {
        var kinds = string.Join(" OR ", Enum.GetValues<RunKind>().Where(kind => kind.BringsIntoStep())
            .Select(kind => $$"""request LIKE '{"kind":"{{RunJson.Word(kind)}}"%'"""));
        var ends = await database.ReadAsync(connection => connection.QueryAsync<(string Pipeline, long At)>(
            $"SELECT pipeline, max(finished_at) FROM runs WHERE status = 'succeeded' AND ({kinds}) GROUP BY pipeline"), cancellationToken);
        return ends.ToDictionary(end => end.Pipeline, end => DateTimeOffset.FromUnixTimeMilliseconds(end.At), StringComparer.Ordinal);
    }

    /// <summary>Names of all pipelines that have run.</summary>
    public async Task<IReadOnlyList<string>> PipelinesAsync(CancellationToken cancellationToken) =>
        [.. await database.ReadAsync(connection => connection.QueryAsync<string>("SELECT DISTINCT pipeline FROM runs ORDER BY pipeline"), cancellationToken)];

    /// <summary>The run that a person means: an id, the beginning of one (<c>r-</c> may be left out), or <c>last</c>.</summary>
    /// <exception cref="TidemarkException"><c>run.unknown</c>, <c>run.ambiguous</c> (usage).</exception>
    public async Task<RunRecord> FindAsync(string id, CancellationToken cancellationToken) =>
        await WholeAsync(await database.ReadAsync(connection => FindAsync(connection, id), cancellationToken), cancellationToken);

    /// <summary>One run is shown with the samples of its plan, a list of runs without.</summary>
    private Task<RunRecord> WholeAsync(RunRecord run, CancellationToken cancellationToken) =>
        Samples is null ? Task.FromResult(run) : Samples.InAsync(run, cancellationToken);

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
        if (id == LastWord && await LastAsync(connection, pipeline: null, RunAct.Show) is { } last) return last;
        var found = (await connection.QueryAsync<RunRow>($"""
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
}
