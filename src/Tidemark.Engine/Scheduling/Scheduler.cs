using System.Data.Common;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Scheduling.Backfilling;
using Tidemark.Engine.Times;

namespace Tidemark.Engine.Scheduling;

/// <summary>
/// Starts runs when they are due, or a webhook has told of changes. Looks at the definitions every few seconds, and so sees what another process saves. Any number of servers may
/// do so over one catalog. What was due while none was up is made up for by one run.
/// </summary>
public sealed class Scheduler
{
    /// <summary>How many missed times are counted.</summary>
    public const int MaxMissed = 100;

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);

    // A run that is queued so much later than it was due is one that was missed.
    private static readonly TimeSpan InTime = TimeSpan.FromMinutes(1);

    // One change makes several calls; they come within this.
    private static readonly TimeSpan Settles = TimeSpan.FromSeconds(2);

    // Enough to find the latest run that brought data, among those that made backups.
    private const int LatestRuns = 10;

    private readonly DefinitionCatalog _definitions;
    private readonly DueRuns _due;
    private readonly Webhooks _webhooks;
    private readonly Backfills _backfills;
    private readonly RunStore _runs;
    private readonly RunSignal _signal;
    private readonly TimeProvider _clock;

    internal Scheduler(DefinitionCatalog definitions, DueRuns due, Webhooks webhooks, Backfills backfills, RunStore runs, RunSignal signal, TimeProvider clock) =>
        (_definitions, _due, _webhooks, _backfills, _runs, _signal, _clock) = (definitions, due, webhooks, backfills, runs, signal, clock);

    /// <summary>Works until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var news = _signal.Next();
            var next = await TryLookAsync(stop);
            var wait = next - _clock.GetUtcNow() is { } left && left < LookEvery ? left : LookEvery;
            await RunSignal.WaitAsync(news, wait < TimeSpan.Zero ? TimeSpan.Zero : wait, _clock, stop);
        }
    }

    /// <summary>Starts what is due now.</summary>
    /// <returns>The next moment at which something that was not due will be; null for none.</returns>
    internal async Task<DateTimeOffset?> LookAsync(CancellationToken stop)
    {
        var now = _clock.GetUtcNow();
        DateTimeOffset? next = null;
        var news = await _webhooks.WaitingAsync(stop);
        var pipelines = await _definitions.ScheduledAsync(stop);
        var paused = pipelines.Where(pipeline => pipeline.Definition.Paused).Select(pipeline => pipeline.Definition.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var (backfill, pipeline) in await _backfills.DueAsync(stop))
        {
            if (!paused.Contains(pipeline)) await StartAsync(() => _backfills.NextAsync(backfill, stop));
        }

        foreach (var pipeline in pipelines)
        {
            if (pipeline.LacksMarks) await _definitions.MarkAsync(pipeline.Definition.Name, _clock, stop);
            foreach (var (schedule, mark) in pipeline.Active)
            {
                var times = schedule.Times();
                var first = times?.Next(mark.Until);
                if (first <= now) await StartAsync(() => _due.StartAsync(Due(schedule, times!, mark, now), pipeline.Definition, stop));
                else if (next is null || first < next) next = first;
            }

            if (pipeline.Definition is { Webhooks: true, Paused: false } && news.TryGetValue(pipeline.Definition.Name, out var since))
            {
                var settled = since + Settles;
                if (settled <= now) await StartAsync(() => _due.StartNewsAsync(pipeline.Definition, stop));
                else if (next is null || settled < next) next = settled;
            }

            foreach (var (followed, mark) in pipeline.Followed)
            {
                if (await EndedAsync(followed, mark, stop) is { } ended)
                    await StartAsync(() => _due.StartAsync(new(mark, ended, 0, new SyncRun(pipeline.Definition.Name), Overlap.Queue), pipeline.Definition, stop));
            }
        }

        return next;
    }

    private static DueRun Due(PipelineSchedule schedule, CronTimes times, ScheduleMark mark, DateTimeOffset now)
    {
        var last = times.Last(mark.Until, now)!.Value;
        var all = times.Count(mark.Until, now, MaxMissed);
        return new(mark, last, now - last > InTime ? all : all - 1, Request(schedule.Run, mark.Pipeline), schedule.Overlap);
    }

    private static RunRequest Request(ScheduledWork work, string pipeline) => work switch
    {
        ScheduledWork.Sync => new SyncRun(pipeline),
        ScheduledWork.Full => new SyncRun(pipeline) { Mode = WriteMode.Replace },
        ScheduledWork.Deletions => new DeletionScan(pipeline),
        _ => new BackupRun(pipeline),
    };

    private static async Task StartAsync(Func<Task> start)
    {
        try
        {
            await start();
        }
        catch (TidemarkException)
        {
            // The pipeline has just been removed, or the catalog is locked or full just now. Nothing has moved: the next look tries again.
        }
    }

    /// <summary>When the latest run of a followed pipeline that succeeded ended, after the mark; null where none did.</summary>
    private async Task<DateTimeOffset?> EndedAsync(string pipeline, ScheduleMark mark, CancellationToken stop)
    {
        var succeeded = await _runs.ListAsync(LatestRuns, new() { Pipeline = pipeline, Statuses = [RunStatus.Succeeded] }, stop);
        return succeeded.Where(run => run.Result.BringsIntoStep && run.FinishedAt > mark.Until).Max(run => run.FinishedAt);
    }

    private async Task<DateTimeOffset?> TryLookAsync(CancellationToken stop)
    {
        try
        {
            return await LookAsync(stop);
        }
        catch (Exception refused) when (refused is OperationCanceledException or TidemarkException or DbException)
        {
            return null; // stopped, or the catalog cannot be read just now: the next look tries again
        }
    }
}
