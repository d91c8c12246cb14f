using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Records;

namespace Tidemark.Engine.Definitions;

/// <summary>Rules for the streams of a pipeline that the definition alone decides.</summary>
internal static class StreamRules
{
    // A day: whoever wants more wants no limit.
    internal const int MaxTimeLimit = 86_400;

    public static IEnumerable<DefinitionMistake> Of(PipelineDefinition pipeline)
    {
        var shapes = pipeline.Shapes.Select(shape => shape.Stream).ToHashSet(StringComparer.Ordinal);
        foreach (var (at, stream) in pipeline.Streams.Index())
        {
            var key = shapes.Contains(stream) ? $"streams/{at}/name" : $"streams/{at}";
            if (DefinitionName.Mistake(stream) is { } mistake) yield return new(key, "definition.name_invalid", mistake);
        }

        foreach (var twice in pipeline.Streams.Index().GroupBy(entry => entry.Item, StringComparer.Ordinal).Where(same => same.Count() > 1))
        {
            yield return new($"streams/{twice.ElementAt(1).Index}", "definition.duplicate",
                $"The stream {twice.Key} is listed more than once.");
        }

        foreach (var twice in pipeline.Shapes.GroupBy(shape => shape.Stream, StringComparer.Ordinal)
            .Where(same => same.Count() > 1 && pipeline.Streams.Count(stream => stream == same.Key) == 1))
            yield return new("streams", "definition.duplicate", $"The stream {twice.Key} is described more than once.");
        var listed = pipeline.Streams.ToList();
        foreach (var shape in pipeline.Shapes)
        {
            var at = listed.IndexOf(shape.Stream);
            if (at < 0)
            {
                yield return new("streams", "definition.stream_unlisted",
                    $"The stream {shape.Stream} has columns or other keys of its own, and is not listed.", "List it, or take out what is said of it.");
                continue;
            }

            foreach (var mistake in Of(shape, pipeline.Deletes))
                yield return mistake.Within($"streams/{at}", $"stream \"{shape.Stream}\"");
        }
    }

    /// <summary>Every mistake of one stream's shape.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="deletes">What becomes of rows whose record is gone where the shape does not say.</param>
    public static IEnumerable<DefinitionMistake> Of(StreamShape shape, DeletePolicy deletes) =>
    [
        .. shape.Mode is { } mode ? ValueRules.Word("mode", mode, WriteMode.Merge, WriteMode.Replace) : [],
        .. ColumnRules.OfName("synced_at", shape.SyncedAt, syncedAt: "").Where(_ => shape.SyncedAt != TablePlan.UsualSyncedAt),
        .. shape.TimeLimit is { } limit && (limit <= TimeSpan.Zero || limit.TotalSeconds > MaxTimeLimit || limit.Ticks % TimeSpan.TicksPerSecond != 0)
            ? [DefinitionMistake.Invalid("time_limit", $"is a whole number of seconds from 0 to {MaxTimeLimit}.")] : Array.Empty<DefinitionMistake>(),
        .. ColumnRules.Of(shape),
        // The pipeline's own are checked with the pipeline, against the usual name.
        .. shape.Deletes is { } own ? DeleteRules.Of(own, shape.SyncedAt) : [],
        .. Masks(shape),
        .. References(shape, shape.Deletes ?? deletes),
        .. shape.WriteBack is { } writeBack ? WrittenBack(writeBack).Select(mistake => mistake.Within("write_back", "write_back")) : [],
    ];

    private static IEnumerable<DefinitionMistake> Masks(StreamShape shape)
    {
        if (shape.Exclude.Any(string.IsNullOrWhiteSpace)) yield return DefinitionMistake.Invalid("exclude", "names fields.");
        foreach (var twice in shape.Mask.Keys.Intersect(shape.Exclude, StringComparer.Ordinal))
            yield return DefinitionMistake.Invalid($"mask/{DefinitionMistake.Step(twice)}", "is excluded too.", "Take it out of one of the two.");
        foreach (var (field, masking) in shape.Mask)
        {
            foreach (var mistake in ValueRules.Word($"mask/{DefinitionMistake.Step(field)}", masking, Masking.Hash, Masking.Null)) yield return mistake;
        }
    }

    private static IEnumerable<DefinitionMistake> References(StreamShape shape, DeletePolicy deletes)
    {
        var columns = shape.Columns.Select(column => column.Name).ToList();
        if (deletes.Column is { } mark) columns.Add(mark);
        foreach (var (column, table) in shape.References)
        {
            var key = $"references/{DefinitionMistake.Step(column)}";
            if (shape.IsListed && !columns.Contains(column, StringComparer.Ordinal))
            {
                yield return new(key, "column.unknown",
                    $"The references name a column {column} that the table does not have.", NearestName.Hint(column, columns));
            }

            if (table.Length == 0) yield return DefinitionMistake.Invalid(key, "names a table.");
        }
    }

    private static IEnumerable<DefinitionMistake> WrittenBack(WriteBack writeBack)
    {
        if (writeBack.Set.Count == 0 || writeBack.Set.ContainsKey("")) yield return DefinitionMistake.Invalid("set", "names at least one field.");
        foreach (var mistake in ValueRules.Word("when", writeBack.When)) yield return mistake;
    }
}
