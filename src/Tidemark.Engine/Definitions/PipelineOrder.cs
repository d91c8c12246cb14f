using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Definitions;

/// <summary>What pipelines that follow each other keep to: each is there, and none follows itself.</summary>
internal static class PipelineOrder
{
    /// <param name="pipeline">The pipeline that is about to be saved.</param>
    /// <param name="others">By name, what each pipeline follows; <paramref name="pipeline"/> itself may be among them.</param>
    public static IEnumerable<DefinitionMistake> Mistakes(PipelineDefinition pipeline, IReadOnlyDictionary<string, IReadOnlyList<string>> others)
    {
        foreach (var (at, name) in pipeline.After.Index().Where(each => each.Item.Length > 0))
        {
            if (name != pipeline.Name && !others.ContainsKey(name))
                yield return new($"after/{at}", "pipeline.unknown", $"There is no pipeline {name}.", NearestName.Hint(name, others.Keys.Where(known => known != pipeline.Name)));
            else if (Way(name, pipeline.Name, others) is { } way)
                yield return new($"after/{at}", "definition.circle", $"The pipelines would start each other for ever: {string.Join(", ", [.. way, way[0]])}.", "Leave one of them out.");
        }
    }

    /// <summary>The pipelines from one up to another that it follows, both included; null where it does not.</summary>
    private static List<string>? Way(string from, string to, IReadOnlyDictionary<string, IReadOnlyList<string>> others)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return Step(from);

        List<string>? Step(string name) => name == to ? [name]
            : !seen.Add(name) || !others.TryGetValue(name, out var after) ? null
            : after.Select(Step).FirstOrDefault(way => way is not null) is { } rest ? [name, .. rest] : null;
    }
}
