namespace Tidemark.Engine.Definitions;

/// <summary>A pipeline with what its schedules have dealt with.</summary>
/// <param name="Definition">The pipeline.</param>
/// <param name="CreatedAt">When it was first saved.</param>
/// <param name="Marks">One for each schedule that is not paused.</param>
public sealed record ScheduledPipeline(PipelineDefinition Definition, DateTimeOffset CreatedAt, IReadOnlyList<ScheduleMark> Marks)
{
    /// <summary>The schedules that are not paused, each with its mark.</summary>
    internal IEnumerable<(PipelineSchedule Schedule, ScheduleMark Mark)> Active =>
        from schedule in Definition.Schedules
        let mark = Find(schedule.Key)
        where mark is not null
        select (schedule, mark);

    /// <summary>The pipelines that it follows, each with its mark, unless it is paused.</summary>
    internal IEnumerable<(string Pipeline, ScheduleMark Mark)> Followed =>
        from name in Definition.After
        let mark = Find(FollowKey(name))
        where mark is not null
        select (name, mark);

    /// <summary>Keys of what may start runs of a pipeline.</summary>
    internal static IReadOnlyList<string> ActiveKeys(PipelineDefinition pipeline) => pipeline.Paused ? []
        : [.. pipeline.Schedules.Where(schedule => !schedule.Paused).Select(schedule => schedule.Key), .. pipeline.After.Select(FollowKey)];

    /// <summary>Whether something of it that is not paused has no mark, as after a catalog was put together by hand.</summary>
    internal bool LacksMarks => ActiveKeys(Definition).Any(key => Find(key) is null);

    internal static string FollowKey(string pipeline) => $"after {pipeline}";

    internal ScheduleMark? Find(string entry) => Marks.FirstOrDefault(mark => mark.Entry == entry);
}
