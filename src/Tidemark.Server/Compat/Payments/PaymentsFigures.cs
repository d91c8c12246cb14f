using Tidemark.Engine;
using Tidemark.Engine.Backup;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;

namespace Tidemark.Server.Compat.Payments;

/// <summary>Runs in the words of the earlier tool.</summary>
internal static class PaymentsFigures
{
    private const string UsualStream = "contacts";

    /// <summary>The stream of the interpreters.</summary>
    public static string StreamOf(PipelineDefinition pipeline) => pipeline.Streams is [var first, ..] ? first : UsualStream;

    /// <summary>E.g. <c>sync_1759750638429</c>: when it was asked for, in milliseconds.</summary>
    public static string IdOf(RunRecord run) => $"sync_{run.QueuedAt.ToUnixTimeMilliseconds()}";

    public static string PathOf(PipelineDefinition pipeline, string backup) => Path.Combine(pipeline.Backup.Folder, backup);

    public static string Word(RunStatus status) => status switch
    {
        RunStatus.Queued or RunStatus.Running => "running",
        RunStatus.Succeeded or RunStatus.Planned => "completed",
        _ => RunJson.Word(status),
    };

    /// <summary>Why a run did not succeed; null where it did.</summary>
    public static string? Reason(RunRecord run) => run.Status is RunStatus.Succeeded or RunStatus.Queued or RunStatus.Running ? null
        : run.Result.Problems is [var first, ..] ? first.Message : $"The run {run.Id} was {RunJson.Word(run.Status)}.";

    /// <summary>A sync; of one that cleared first, every row is a new one.</summary>
    public static SyncDataAnswer Sync(RunRecord run, bool cleared)
    {
        var streams = run.Result.Streams;
        var (created, updated, unchanged) = (streams.Sum(each => each.Created), streams.Sum(each => each.Updated), streams.Sum(each => each.Unchanged));
        return new(
            IdOf(run), Word(run.Status), streams.Sum(each => each.Read), cleared ? created + updated + unchanged : created, cleared ? 0 : updated,
            streams.Sum(each => each.Skipped) + (cleared ? 0 : unchanged), streams.Sum(each => each.Quarantined) + streams.Count(each => each.Error is not null),
            streams.Sum(each => each.WrittenBack), Math.Round(run.Result.Seconds, 3));
    }

    public static SyncHistoryEntry Entry(RunRecord run)
    {
        var sync = Sync(run, cleared: false);
        return new(
            sync.Id, sync.Status, sync.TotalFetched, sync.TotalCreated, sync.TotalUpdated, sync.TotalSkipped, sync.TotalErrors, sync.TotalSyncedToZoho,
            sync.DurationSeconds, run.StartedAt, run.FinishedAt, Reason(run));
    }

    /// <summary>The backup that a run made.</summary>
    public static async Task<BackupDataAnswer> BackupAsync(Home home, PipelineDefinition pipeline, string run, CancellationToken cancellationToken)
    {
        var file = (await home.Backups.ListAsync(pipeline.Name, cancellationToken)).FirstOrDefault(file => file.Manifest.Run == run)
            ?? throw new TidemarkException(FailureKind.Transient, "backup.unknown", $"The backup of the run {run} is no longer there.");
        var manifest = file.Manifest;
        return new(true, PathOf(pipeline, file.Name), file.Name, manifest.Timestamp, manifest.Rows, manifest.Bytes);
    }

    public static RestoredBackupAnswer Restored(BackupFile file, RunRecord run)
    {
        var streams = run.Result.Streams;
        List<string> errors = run.Status == RunStatus.Succeeded ? [] : [.. run.Result.Problems.Select(problem => problem.Message)];
        return new(errors.Count == 0, file.Name, file.Manifest.Rows, streams.Sum(each => each.Created), streams.Sum(each => each.Unchanged), errors.Count, errors);
    }
}
