using Tidemark.Engine.Errors;
using Tidemark.Engine.Sources;

namespace Tidemark.Engine.Definitions;

/// <summary>Holds a pipeline's names against its source, where that knows its streams without asking anybody.</summary>
internal static class PipelineStreams
{
    /// <summary>Streams that the source does not have, and names in them that their records do not have.</summary>
    public static async Task<IReadOnlyList<DefinitionMistake>> MistakesAsync(
        PipelineDefinition pipeline, SourceDefinition definition, Connections connections)
    {
        if (pipeline.Streams.Count == 0 || pipeline.Mistakes().Any()) return [];
        try
        {
            await using var source = connections.OpenSource(definition, []);
            return source is null ? [] : [.. Mistakes(pipeline, source)];
        }
        catch (TidemarkException)
        {
            return []; // what keeps a source from being opened is no mistake of its pipelines
        }
    }

    private static IEnumerable<DefinitionMistake> Mistakes(PipelineDefinition pipeline, ISource source)
    {
        if (source.KnownNames is not { } names) yield break;
        foreach (var (at, stream) in pipeline.Streams.Index())
        {
            var shape = pipeline.Shapes.FirstOrDefault(shape => shape.Stream == stream);
            if (!names.Contains(stream, StringComparer.Ordinal))
            {
                yield return new(shape is null ? $"streams/{at}" : $"streams/{at}/name", "stream.unknown",
                    $"The source {pipeline.Source} has no stream {stream}.", NearestName.Hint(stream, names));
            }
            else if (source.KnownStreams?.FirstOrDefault(known => known.Name == stream) is { } known)
            {
                var mistakes = new List<DefinitionMistake>();
                new StreamShaping(known, shape ?? new StreamShape(stream), shape?.Deletes ?? pipeline.Deletes, mistakes).Run();
                foreach (var mistake in mistakes) yield return mistake.Within($"streams/{at}", $"stream \"{stream}\"");
            }
        }
    }
}
