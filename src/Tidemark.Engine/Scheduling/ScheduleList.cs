using Tidemark.Engine.Definitions;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;

namespace Tidemark.Engine.Scheduling;

/// <summary>How a schedule stands.</summary>
/// <param name="Pipeline">Name of the pipeline that it runs.</param>
/// <param name="Run">What it starts.</param>
/// <param name="Words">When, e.g. <c>every day at 02:00 Europe/Berlin</c> or <c>after each run of orders that succeeds</c>.</param>
public sealed record ScheduleStatus(string Pipeline, ScheduledWork Run, string Words)
{
    /// <summary>As it is defined; null for a pipeline that is followed.</summary>
    public PipelineSchedule? Schedule { get; init; }

    /// <summary>Name of the pipeline that is followed; null for a schedule with times of its own.</summary>
    public string? After { get; init; }

    /// <summary>Whether it, or the whole pipeline, starts nothing for now.</summary>
    public bool IsPaused { get; init; }

    /// <summary>The next moments at which it is due; none where it is paused or follows a pipeline.</summary>
    public IReadOnlyList<DateTimeOffset> Next { get; init; } = [];

    /// <summary>Why it starts nothing here, in one sentence; null where it does.</summary>
    public string? Problem { get; init; }

    /// <summary>The run that it last started or left out; null for none.</summary>
    public RunRecord? Last { get; init; }

    /// <summary>Times that have gone by and that no server has dealt with yet, up to <see cref="Scheduler.MaxMissed"/>.</summary>
    public int Missed { get; init; }
}

/// <summary>Lists schedules.</summary>
public sealed class ScheduleList
{
    private readonly DefinitionCatalog _definitions;
    private readonly RunStore _runs;
    private readonly TimeProvider _clock;

    internal ScheduleList(DefinitionCatalog definitions, RunStore runs, TimeProvider clock) => (_definitions, _runs, _clock) = (definitions, runs, clock);

    /// <summary>All schedules, by pipeline, in the order of its definition.</summary>
    /// <param name="pipeline">Only of this one; null for all.</param>
    /// <param name="next">How many of the next times to tell.</param>
    /// <param name="cancellationToken">Looked at between schedules.</param>
    /// <exception cref="TidemarkException"><c>pipeline.unknown</c> (usage).</exception>
    public async Task<IReadOnlyList<ScheduleStatus>> ListAsync(string? pipeline, int next, CancellationToken cancellationToken)
    {
        if (pipeline is not null) await _definitions.Pipelines.FindAsync(pipeline, cancellationToken);
        var now = _clock.GetUtcNow();
        var all = new List<ScheduleStatus>();
        foreach (var scheduled in (await _definitions.ScheduledAsync(cancellationToken)).Where(each => pipeline is null || each.Definition.Name == pipeline))
        {
            foreach (var schedule in scheduled.Definition.Schedules)
            {
                var mark = scheduled.Find(schedule.Key);
                var times = schedule.Times();
                all.Add(new(scheduled.Definition.Name, schedule.Run, schedule.Words)
                {
                    Schedule = schedule,
                    IsPaused = scheduled.Definition.Paused || schedule.Paused,
                    Next = mark is null || times is null ? [] : [.. times.After(now).Take(next)],
                    Missed = mark is null || times is null ? 0 : times.Count(mark.Until, now, Scheduler.MaxMissed),
                    Problem = times is null ? $"This machine does not know the time zone {schedule.TimeZone}." : null,
                    Last = await LastAsync(mark, cancellationToken),
                });
            }

            foreach (var name in scheduled.Definition.After)
            {
                var mark = scheduled.Find(ScheduledPipeline.FollowKey(name));
                all.Add(new(scheduled.Definition.Name, ScheduledWork.Sync, $"after each run of {name} that succeeds")
                {
                    After = name,
                    IsPaused = scheduled.Definition.Paused,
                    Last = await LastAsync(mark, cancellationToken),
                });
            }
        }

        return all;
    }

    private async Task<RunRecord?> LastAsync(ScheduleMark? mark, CancellationToken cancellationToken) =>
        mark?.LastRun is { } run ? await _runs.FindAsync(run, cancellationToken) : null;
}
