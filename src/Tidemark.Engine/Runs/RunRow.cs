using System.Data.Common;
using Dapper;
using Tidemark.Engine.Catalog;
using Tidemark.Engine.Runs.Failures;

namespace Tidemark.Engine.Runs;

/// <summary>A row of the table runs. The result's JSON is the truth of the figures; the counts beside it are there to query.</summary>
internal sealed record RunRow
{
    public const string Columns =
        "id AS Id, request AS Request, trigger AS Trigger, actor AS Actor, source AS Source, destination AS Destination, "
        + "attempt AS Attempt, repeats AS Repeats, queued_at AS QueuedAt, started_at AS StartedAt, finished_at AS FinishedAt, "
        + "result AS Result, cancel_requested AS CancelRequested, due_at AS DueAt, missed AS Missed, approved_by AS ApprovedBy";

    public required string Id { get; init; }

    public required string Request { get; init; }

    public required string Trigger { get; init; }

    public string? Actor { get; init; }

    public string? Source { get; init; }

    public string? Destination { get; init; }

    public required long Attempt { get; init; }

    public string? Repeats { get; init; }

    public required long QueuedAt { get; init; }

    public required long StartedAt { get; init; }

    public long? FinishedAt { get; init; }

    public required string Result { get; init; }

    public required long CancelRequested { get; init; }

    public long? DueAt { get; init; }

    public required long Missed { get; init; }

    public string? ApprovedBy { get; init; }

    public RunRecord ToRecord()
    {
        var request = RunRequestJson.Read(Request);
        var origin = new RunOrigin(Enum.Parse<RunTrigger>(Trigger, ignoreCase: true), Actor)
        {
            DueAt = DueAt is { } due ? Time(due) : null,
            Missed = (int)Missed,
            ApprovedBy = ApprovedBy,
        };
        var result = RunJson.Read(Result) with { Kind = request.Kind, About = request.About };
        return new(Id, request, origin, Time(StartedAt), FinishedAt is { } end ? Time(end) : null, result)
        {
            Source = Source,
            Destination = Destination,
            QueuedAt = Time(QueuedAt),
            Attempt = (int)Attempt,
            Repeats = Repeats,
            IsCancelRequested = CancelRequested != 0,
        };
    }

    public static async Task<RunRecord> GetAsync(DbConnection connection, string id) =>
        (await connection.QuerySingleAsync<RunRow>($"SELECT {Columns} FROM runs WHERE id = @id", new { id })).ToRecord();

    /// <summary>The run that was added with an idempotency key; null where none was.</summary>
    public static async Task<RunRecord?> FindByKeyAsync(DbConnection connection, string key) =>
        (await connection.QuerySingleOrDefaultAsync<RunRow>(
            $"SELECT {Columns} FROM runs WHERE idempotency_key = @key", new { key }))?.ToRecord();

    /// <summary>Puts a run in the queue. For the inside of a write transaction.</summary>
    /// <param name="connection">The transaction's connection.</param>
    /// <param name="run">The run.</param>
    /// <param name="now">The time of its id.</param>
    /// <param name="queuedAt">The time that it waits since.</param>
    /// <param name="key">Its idempotency key, or null.</param>
    /// <param name="attempt">Counts from 1.</param>
    /// <param name="repeats">The interrupted run that it repeats, or null.</param>
    public static async Task<RunRecord> InsertAsync(
        DbConnection connection, NewRun run, DateTimeOffset now, DateTimeOffset queuedAt, string? key = null, int attempt = 1,
        string? repeats = null)
    {
        var result = new RunResult(
            await NewIdAsync(connection, now), run.Request.PipelineName, run.Mode, RunStatus.Queued, run.Streams, 0)
        {
            Kind = run.Request.Kind,
        };
        await connection.ExecuteAsync("""
            INSERT INTO runs (id, pipeline, subject, mode, status, request, trigger, actor, source, destination, attempt, repeats,
                              idempotency_key, queued_at, started_at, due_at, missed, approved_by, result)
            VALUES (@Run, @Pipeline, @Subject, @mode, @status, @request, @trigger, @Actor, @Source, @Destination, @attempt, @repeats,
                    @key, @queued, @queued, @due, @Missed, @ApprovedBy, @json)
            """, new
        {
            result.Run,
            result.Pipeline,
            run.Request.Subject,
            mode = RunJson.Word(run.Mode),
            status = RunJson.Word(result.Status),
            request = RunRequestJson.Write(run.Request),
            trigger = RunJson.Word(run.Origin.Trigger),
            run.Origin.Actor,
            run.Source,
            run.Destination,
            attempt,
            repeats,
            key,
            queued = queuedAt.ToUnixTimeMilliseconds(),
            due = run.Origin.DueAt?.ToUnixTimeMilliseconds(),
            run.Origin.Missed,
            run.Origin.ApprovedBy,
            json = RunJson.Write(result),
        });
        return await GetAsync(connection, result.Run);
    }

    /// <summary>
    /// Writes figures or the end of a run that still has the status <paramref name="from"/>. False where it has not:
    /// somebody else has settled it.
    /// </summary>
    /// <param name="connection">In a transaction; figures of a run that goes on may be written on their own.</param>
    /// <param name="result">The figures or the end.</param>
    /// <param name="from">The status that the run must have.</param>
    /// <param name="finishedAt">Null while the run goes on.</param>
    public static async Task<bool> UpdateAsync(
        DbConnection connection, RunResult result, RunStatus from, DateTimeOffset? finishedAt)
    {
        var isTaken = await connection.ExecuteAsync("""
            UPDATE runs
            SET status = @status, finished_at = @finished, result = @json, read = @read, created = @created,
                updated = @updated, unchanged = @unchanged, skipped = @skipped, quarantined = @quarantined,
                deleted = @deleted
            WHERE id = @Run AND status = @from
            """, new
        {
            result.Run,
            status = RunJson.Word(result.Status),
            from = RunJson.Word(from),
            finished = finishedAt?.ToUnixTimeMilliseconds(),
            json = RunJson.Write(result),
            read = result.Streams.Sum(stream => stream.Read),
            created = result.Streams.Sum(stream => stream.Created),
            updated = result.Streams.Sum(stream => stream.Updated),
            unchanged = result.Streams.Sum(stream => stream.Unchanged),
            skipped = result.Streams.Sum(stream => stream.Skipped),
            quarantined = result.Streams.Sum(stream => stream.Quarantined),
            deleted = result.Streams.Sum(stream => stream.Deleted),
        }) == 1;
        if (isTaken && finishedAt is { } end) await FailureTable.EndedAsync(connection, result, end);
        return isTaken;
    }

    private static async Task<string> NewIdAsync(DbConnection connection, DateTimeOffset now)
    {
        while (true)
        {
            var id = CatalogId.New('r', now);
            if (await connection.ExecuteScalarAsync<long>("SELECT count(*) FROM runs WHERE id = @id", new { id }) == 0) return id;
        }
    }

    private static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}
