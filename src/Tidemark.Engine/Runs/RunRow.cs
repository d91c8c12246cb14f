using System.Data.Common;
using Dapper;

namespace Tidemark.Engine.Runs;

/// <summary>A row of the table runs. The result's JSON is the truth; the counts beside it are there to query.</summary>
internal sealed record RunRow
{
    public const string Columns =
        "id AS Id, cause AS Cause, started_at AS StartedAt, finished_at AS FinishedAt, result AS Result, "
        + "cancel_requested AS CancelRequested";

    public required string Id { get; init; }

    public required string Cause { get; init; }

    public required long StartedAt { get; init; }

    public long? FinishedAt { get; init; }

    public required string Result { get; init; }

    public required long CancelRequested { get; init; }

    public RunRecord ToRecord() => new(Id, Cause, DateTimeOffset.FromUnixTimeMilliseconds(StartedAt),
        FinishedAt is { } end ? DateTimeOffset.FromUnixTimeMilliseconds(end) : null, RunJson.Read(Result) with { Cause = Cause })
    {
        IsCancelRequested = CancelRequested != 0,
    };

    public static async Task<RunRecord> GetAsync(DbConnection connection, string id) =>
        (await connection.QuerySingleAsync<RunRow>($"SELECT {Columns} FROM runs WHERE id = @id", new { id })).ToRecord();

    /// <summary>
    /// Writes figures or the end of a run that still has the status <paramref name="from"/>. False where it has not:
    /// somebody else has settled it.
    /// </summary>
    /// <param name="connection">In a transaction, or on its own.</param>
    /// <param name="result">What to write.</param>
    /// <param name="from">The status that the run must have.</param>
    /// <param name="finishedAt">Null while it goes on.</param>
    public static async Task<bool> UpdateAsync(
        DbConnection connection, RunResult result, RunStatus from, DateTimeOffset? finishedAt) =>
        await connection.ExecuteAsync("""
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
}
