using Tidemark.Engine.Definitions;
using Tidemark.Engine.Json;
using Tidemark.Engine.Wire;

namespace Tidemark.Commands.Definitions;

/// <summary><c>tidemark pipeline</c>: which source is kept in step with which destination, and how.</summary>
internal static class PipelineVerb
{
    private static readonly DefinitionVerbs<PipelineDefinition, PipelineAnswer> Shared = new(
        home => home.Definitions.Pipelines, (_, pipeline) => PipelineAnswer.Of(pipeline), Facts, WireJson.Default.PipelineAnswer);

    public static Verb Create()
    {
        var verb = new Verb("pipeline", "Manages the pipelines: which source is synced to which destination, and how.",
            "tidemark pipeline list",
            "tidemark pipeline set payments --source \"Italy Stripe\" --destination warehouse");
        foreach (var shared in Shared.Create()) verb.Add(shared);
        verb.Add(SetPipeline.Create(Shared));
        verb.Add(PausePipeline.Create("pause", "Lets the schedules of a pipeline start nothing until it is resumed; by hand it still runs.", paused: true));
        verb.Add(PausePipeline.Create("resume", "Lets the schedules of a pipeline start runs again; what was due meanwhile is not made up for.", paused: false));
        return verb;
    }

    /// <summary>The names of all pipelines.</summary>
    public static Task<IReadOnlyList<string>> NamesAsync(Session session) => Shared.NamesAsync(session, pipeline => pipeline.Name);

    /// <summary>All pipelines, by name.</summary>
    public static Task<IReadOnlyList<PipelineAnswer>> ListAsync(Session session) => Shared.ListAsync(session);

    /// <summary>The pipeline of a name; null where none is saved.</summary>
    public static Task<PipelineAnswer?> FindAsync(Session session, string name) => Shared.FindOrDefaultAsync(session, name);

    private static IReadOnlyList<DefinitionFact> Facts(PipelineAnswer pipeline) =>
    [
        .. DefinitionFact.Of(pipeline, WireJson.Default.PipelineAnswer, "name", "source", "destination", "mode", "streams")
            .Select(fact => fact.Name == "schedules" ? fact with { Text = string.Join("; ", pipeline.Schedules.Select(Words)) } : fact),
    ];

    private static string Words(PipelineScheduleAnswer schedule) =>
        $"{EnumWord.Of(schedule.Run)} {schedule.Words}{(schedule.Overlap == Overlap.Queue ? ", overlap queue" : "")}{(schedule.Paused ? ", paused" : "")}";
}
