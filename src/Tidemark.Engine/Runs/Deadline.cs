using Tidemark.Engine.Definitions;

namespace Tidemark.Engine.Runs;

/// <summary>
/// The moment by which a run must prove a pipeline again: what it says itself, else the next time of its schedules and a twelfth of the time
/// between two of them on top, but ten minutes at least and twelve hours at most. A nightly pipeline has two hours for its night.
/// </summary>
internal static class Deadline
{
    private static readonly TimeSpan Least = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Most = TimeSpan.FromHours(12);

    /// <param name="pipeline">The pipeline.</param>
    /// <param name="proven">When its last proven run ended; null where it has none.</param>
    /// <returns>Null for a pipeline that nothing runs but people, or whose schedules are paused, unless it says a deadline itself.</returns>
    public static DateTimeOffset? Of(ScheduledPipeline pipeline, DateTimeOffset? proven)
    {
        if (pipeline.Definition.LongestAge is { } age) return (proven ?? pipeline.CreatedAt) + age;
        return pipeline.Active.Where(active => active.Schedule.Run is ScheduledWork.Sync or ScheduledWork.Full)
            .Select(active => Of(active.Schedule, active.Mark.Since > proven || proven is null ? active.Mark.Since : proven.Value)).Min();
    }

    /// <summary>The next moment at which one of its schedules is due; null where none is.</summary>
    public static DateTimeOffset? Next(ScheduledPipeline pipeline, DateTimeOffset now) =>
        pipeline.Active.Select(active => active.Schedule.Times()?.Next(now)).Min();

    private static DateTimeOffset? Of(PipelineSchedule schedule, DateTimeOffset from)
    {
        if (schedule.Times()?.After(from).Take(2).ToList() is not [var next, var following]) return null;
        var margin = (following - next) / 12;
        return next + (margin < Least ? Least : margin > Most ? Most : margin);
    }
}
