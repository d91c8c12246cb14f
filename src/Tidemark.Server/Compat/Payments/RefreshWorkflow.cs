using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Runs;

namespace Tidemark.Server.Compat.Payments;

/// <summary>
/// A refresh as the earlier tool reported it. What it called clear and sync is one run here, in which the old rows go in the transaction that brings
/// the new ones: where that fails or waits for a person, the step <c>clear</c> is skipped and the old rows stay.
/// </summary>
internal sealed class RefreshWorkflow(OldCall call, PipelineDefinition pipeline, OnboardingFilter filter)
{
    private const string Success = "success";
    private const string Skipped = "skipped";

    private readonly List<WorkflowStep> _steps = [];

    /// <param name="backsUp">Whether a verified backup comes first.</param>
    /// <param name="clears">Whether what the filter does not show goes.</param>
    public async Task<WorkflowAnswer> RunAsync(bool backsUp, bool clears)
    {
        var (startedAt, began) = (call.Clock.GetUtcNow(), call.Clock.GetTimestamp());
        if (backsUp && !clears && await BackUpAsync() is { } failed) return await AnswerAsync(failed, startedAt, began);
        var run = await call.RunAsync(
            new SyncRun(pipeline.Name)
            {
                Mode = clears ? backsUp ? WriteMode.Refresh : WriteMode.Replace : WriteMode.Merge,
                SourceSettings = filter.Settings,
            },
            isLong: true);
        var steps = await call.Home.History.StepsAsync(run.Id, call.Gone);
        var isBackedUp = !clears || !backsUp || AddBackup(run, steps);
        // Published is what has a receipt: what failed or parked before has left the old rows.
        var isPublished = run.Status is RunStatus.Succeeded or RunStatus.Partial && run.Result.Streams.All(stream => stream.Error is null);
        if (clears && isBackedUp) AddClear(run, isPublished);
        if (isBackedUp)
        {
            var status = run.Status == RunStatus.Succeeded ? Success : PaymentsFigures.Word(run.Status);
            _steps.Add(new("sync", status, Json(PaymentsFigures.Sync(run, clears && isPublished), CompatJson.Default.SyncDataAnswer)) { Error = PaymentsFigures.Reason(run) });
        }

        return await AnswerAsync(run, startedAt, began);
    }

    /// <summary>Makes the backup that comes before a merge; the run if it failed.</summary>
    private async Task<RunRecord?> BackUpAsync()
    {
        var run = await call.RunAsync(new BackupRun(pipeline.Name), isLong: true);
        if (run.Status is RunStatus.Succeeded or RunStatus.Partial)
        {
            _steps.Add(new("backup", Success, Json(await PaymentsFigures.BackupAsync(call.Home, pipeline, run.Id, call.Gone), CompatJson.Default.BackupDataAnswer)));
            return null;
        }

        if (run.Result.Problems.Any(problem => problem.Code == "backup.nothing"))
        {
            AddNoBackup();
            return null;
        }

        AddFailed("backup", PaymentsFigures.Reason(run)!);
        return run;
    }

    /// <summary>The backup that the run began with; false where it could not be made, and nothing else was done.</summary>
    private bool AddBackup(RunRecord run, IReadOnlyList<RunStep> steps)
    {
        if (run.Result.Refresh?.Backup is { } made)
        {
            _steps.Add(new("backup", Success, Json(
                new BackupDataAnswer(true, PaymentsFigures.PathOf(pipeline, made.Name), made.Name, made.Timestamp, made.Rows, made.Bytes), CompatJson.Default.BackupDataAnswer)));
        }
        else if (steps.FirstOrDefault(step => step.Name == "backup") is { Status: StepStatus.Failed } failed)
        {
            AddFailed("backup", failed.Detail ?? PaymentsFigures.Reason(run) ?? "");
            return false;
        }
        else
        {
            AddNoBackup();
        }

        return true;
    }

    private void AddNoBackup() =>
        _steps.Add(new("backup", Skipped, Json(new BackupDataAnswer(true, null, null, null, 0, 0), CompatJson.Default.BackupDataAnswer)) { Error = "There is nothing to back up yet." });

    private void AddClear(RunRecord run, bool isPublished)
    {
        var before = run.Result.Refresh?.Cleared ?? run.Result.Streams.Sum(stream => stream.Updated + stream.Unchanged + stream.Deleted);
        _steps.Add(isPublished
            ? new("clear", Success, Json(new ClearedAnswer(true, before, 0), CompatJson.Default.ClearedAnswer))
            : new("clear", Skipped, Json(new FailedStepAnswer(false, "The old rows stay."), CompatJson.Default.FailedStepAnswer)) { Error = "The old rows stay." });
    }

    private void AddFailed(string step, string reason) =>
        _steps.Add(new(step, "failed", Json(new FailedStepAnswer(false, reason), CompatJson.Default.FailedStepAnswer)) { Error = reason });

    private async Task<WorkflowAnswer> AnswerAsync(RunRecord run, DateTimeOffset startedAt, long began)
    {
        var count = await TableList.CountAsync(call, pipeline, PaymentsFigures.StreamOf(pipeline));
        var seconds = Math.Round(call.Clock.GetElapsedTime(began).TotalSeconds, 3);
        var summary = new WorkflowSummary(
            seconds, count, PaymentsFigures.Word(run.Status), Has("backup"), Has("clear"), filter.IsUsed)
        {
            Reason = PaymentsFigures.Reason(run),
            NextStep = run.Status == RunStatus.Parked ? $"Look at the run, then: tidemark run approve {run.Id}" : null,
        };
        return new(startedAt, _steps, summary, call.Clock.GetUtcNow());

        bool Has(string step) => _steps.Any(each => each.Step == step && each.Status == Success);
    }

    private static JsonElement Json<T>(T data, JsonTypeInfo<T> type) => JsonSerializer.SerializeToElement(data, type);
}
