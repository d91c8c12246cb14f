using Tidemark.Engine.Json;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Tidemark.Engine.Definitions;

/// <summary>The keys of a definition file that say when a pipeline runs: <c>schedules</c>, <c>after</c>, <c>deadline</c>, <c>webhooks</c>, <c>paused</c>.</summary>
internal static class ScheduleFile
{
    internal static readonly string[] Keys = ["cron", "time_zone", "run", "overlap", "paused"];

    /// <summary>The pipeline with what the file says of this.</summary>
    public static PipelineDefinition Read(DefinitionNode node, PipelineDefinition pipeline) => pipeline with
    {
        Schedules = [.. Items(node).Select(item => Schedule(node, item.Tree, item.At)).OfType<PipelineSchedule>()],
        After = Names(node),
        Deadline = node.Text("deadline"),
        Webhooks = node.Flag("webhooks", otherwise: false),
        Paused = node.Flag("paused", otherwise: false),
    };

    public static void Write(Emitter yaml, PipelineDefinition pipeline)
    {
        if (pipeline.Schedules.Count > 0)
        {
            yaml.Emit(DefinitionWriter.Scalar("schedules"));
            yaml.Emit(new SequenceStart(null, null, isImplicit: true, SequenceStyle.Block));
            foreach (var schedule in pipeline.Schedules) Write(yaml, schedule);
            yaml.Emit(new SequenceEnd());
        }

        AlertFile.WriteList(yaml, "after", pipeline.After);
        if (pipeline.Deadline is { } deadline) DefinitionWriter.Write(yaml, "deadline", deadline);
        if (pipeline.Webhooks) DefinitionWriter.Write(yaml, "webhooks", "true");
        if (pipeline.Paused) DefinitionWriter.Write(yaml, "paused", "true");
    }

    private static void Write(Emitter yaml, PipelineSchedule schedule)
    {
        var usual = new PipelineSchedule("");
        yaml.Emit(new MappingStart());
        DefinitionWriter.Write(yaml, "cron", schedule.Cron);
        if (schedule.TimeZone != usual.TimeZone) DefinitionWriter.Write(yaml, "time_zone", schedule.TimeZone);
        if (schedule.Run != usual.Run) DefinitionWriter.Write(yaml, "run", EnumWord.Of(schedule.Run));
        if (schedule.Overlap != usual.Overlap) DefinitionWriter.Write(yaml, "overlap", EnumWord.Of(schedule.Overlap));
        if (schedule.Paused) DefinitionWriter.Write(yaml, "paused", "true");
        yaml.Emit(new MappingEnd());
    }

    // One schedule needs no list, and one that is only a cron text no mapping.
    private static IEnumerable<(DefinitionTree Tree, int At)> Items(DefinitionNode node) => node.Child("schedules") switch
    {
        null => [],
        DefinitionList list => list.Items.Select((item, at) => (item, at)),
        { } one => [(one, 0)],
    };

    private static IReadOnlyList<string> Names(DefinitionNode node)
    {
        if (node.Child("after") is not { } after) return [];
        if (after is DefinitionScalar || (after is DefinitionList list && list.Items.All(item => item is DefinitionScalar { Text: not null })))
            return DefinitionNode.Values(after);
        node.Invalid(after, "after", "is the name of a pipeline, or a list of names.");
        return [];
    }

    private static PipelineSchedule? Schedule(DefinitionNode pipeline, DefinitionTree item, int at)
    {
        var usual = new PipelineSchedule("");
        switch (item)
        {
            case DefinitionScalar { Text: { } cron }:
                return new(cron);
            case DefinitionMap map:
                var node = pipeline.Part(map, Keys, $"schedule {at + 1}");
                return new(node.Text("cron") ?? "")
                {
                    TimeZone = node.Text("time_zone") ?? usual.TimeZone,
                    Run = node.Word("run", usual.Run),
                    Overlap = node.Word("overlap", usual.Overlap),
                    Paused = node.Flag("paused", usual.Paused),
                };
            default:
                pipeline.Invalid(item, "schedules", "is a cron text, a mapping with the key cron, or a list of these.");
                return null;
        }
    }
}
