using Tidemark.Engine.Times;

namespace Tidemark.Engine.Definitions;

/// <summary>What the schedules of a pipeline keep to.</summary>
internal static class ScheduleRules
{
    private static readonly TimeSpan Century = TimeSpan.FromDays(36_500);

    public static IEnumerable<DefinitionMistake> Of(PipelineDefinition pipeline) =>
    [
        .. pipeline.Schedules.Index().SelectMany(schedule => Of(schedule.Item).Select(mistake =>
            mistake.Within($"schedules/{schedule.Index}", $"schedule {schedule.Index + 1}"))),
        .. Repeated(pipeline.Schedules),
        .. After(pipeline),
        .. Deadline(pipeline.Deadline),
    ];

    private static IEnumerable<DefinitionMistake> Of(PipelineSchedule schedule)
    {
        if (schedule.Cron.Length == 0) yield return new("cron", "definition.key_missing", "The key cron is missing.");
        else if (!CronText.TryParse(schedule.Cron, out _, out var mistake))
            yield return DefinitionMistake.Invalid("cron", mistake, "A cron text is minute, hour, day of the month, month, weekday: 30 2 * * 1-5 is 02:30 from Monday to Friday.");
        if (TimeZoneRules.Mistake(schedule.TimeZone) is { } unknown) yield return unknown;
        foreach (var wrong in ValueRules.Word("run", schedule.Run).Concat(ValueRules.Word("overlap", schedule.Overlap))) yield return wrong;
    }

    private static IEnumerable<DefinitionMistake> Repeated(IReadOnlyList<PipelineSchedule> schedules)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (at, schedule) in schedules.Index())
        {
            if (!seen.Add(schedule.Key)) yield return new($"schedules/{at}", "definition.duplicate", "Two schedules start the same at the same times.");
        }
    }

    private static IEnumerable<DefinitionMistake> After(PipelineDefinition pipeline)
    {
        foreach (var (at, name) in pipeline.After.Index())
        {
            if (name.Length == 0) yield return DefinitionMistake.Invalid($"after/{at}", "names pipelines.");
            else if (pipeline.After.Take(at).Contains(name, StringComparer.Ordinal)) yield return new($"after/{at}", "definition.duplicate", $"The pipeline {name} is listed twice.");
        }
    }

    private static IEnumerable<DefinitionMistake> Deadline(string? deadline)
    {
        if (deadline is not null && (!SpanText.TryParse(deadline, out var span) || span < TimeSpan.FromMinutes(1) || span > Century))
            yield return DefinitionMistake.Invalid("deadline", "is a length of time from a minute to a century, such as 90min, 26h or 8d.");
    }
}
