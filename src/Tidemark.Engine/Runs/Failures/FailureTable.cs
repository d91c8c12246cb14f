using System.Data.Common;
using Dapper;
using Tidemark.Engine.Catalog;

namespace Tidemark.Engine.Runs.Failures;

/// <summary>The table failures, kept in the transaction that ends a run: nothing of it is missed.</summary>
internal static class FailureTable
{
    /// <summary>Enters a run that failed, and ends what a run did that earlier ones did not.</summary>
    /// <param name="connection">In the transaction that ended the run.</param>
    /// <param name="ended">How it ended.</param>
    /// <param name="end">When.</param>
    public static async Task EndedAsync(DbConnection connection, RunResult ended, DateTimeOffset end)
    {
        if (ended.Status is not (RunStatus.Succeeded or RunStatus.Partial or RunStatus.Failed)) return;
        var run = await RunRow.GetAsync(connection, ended.Run);
        if (run.Result.Kind == RunKind.DryRun) return; // it was to do nothing
        if (run.Status != RunStatus.Succeeded) await EnterAsync(connection, run, end);
        if (run.Status != RunStatus.Failed) await LeaveAsync(connection, run, end);
    }

    private static async Task EnterAsync(DbConnection connection, RunRecord run, DateTimeOffset end)
    {
        var work = CatalogText.Encode(FailureWork.Of(run.Request));
        foreach (var part in FailureWork.Undone(run))
        {
            await connection.ExecuteAsync("""
                INSERT INTO failures (run, stream, pipeline, work, code, message, transient, failed_at)
                VALUES (@Id, @stream, @Pipeline, @work, @Code, @message, @transient, @at)
                ON CONFLICT (run, stream) DO UPDATE SET code = excluded.code, message = excluded.message, transient = excluded.transient
                """, new
            {
                run.Id,
                stream = part.Stream is null ? "" : CatalogText.Encode(part.Stream),
                run.Pipeline,
                work,
                part.Code,
                message = CatalogText.Encode(part.Message),
                transient = part.IsTransient ? 1L : 0L,
                at = end.ToUnixTimeMilliseconds(),
            });
        }
    }

    private static async Task LeaveAsync(DbConnection connection, RunRecord run, DateTimeOffset end)
    {
        var open = await connection.QueryAsync<(string Run, string Stream, string Work)>(
            "SELECT run, stream, work FROM failures WHERE pipeline = @Pipeline AND over_at IS NULL AND run <> @Id", new { run.Pipeline, run.Id });
        foreach (var (failed, stream, work) in open)
        {
            if (!FailureWork.Does(run, CatalogText.Decode(work), stream.Length == 0 ? null : CatalogText.Decode(stream))) continue;
            await connection.ExecuteAsync("UPDATE failures SET over_at = @at, over_by = @Id WHERE run = @failed AND stream = @stream AND over_at IS NULL", new
            {
                at = end.ToUnixTimeMilliseconds(),
                run.Id,
                failed,
                stream,
            });
        }
    }
}
