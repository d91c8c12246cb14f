using System.Text.RegularExpressions;
using Tidemark.Engine.Records;

namespace Tidemark.Engine.Definitions;

/// <summary>Rules for the names of a pipeline's tables that the definition alone decides.</summary>
internal static partial class TableRules
{
    public static IEnumerable<DefinitionMistake> Of(PipelineDefinition pipeline)
    {
        var pattern = OfPattern(pipeline).ToList();
        return pattern.Count > 0 ? pattern : OfNames(pipeline);
    }

    private static IEnumerable<DefinitionMistake> OfPattern(PipelineDefinition pipeline)
    {
        foreach (var placeholder in Placeholders.Matches(pipeline.Tables).Select(match => match.Value)
            .Where(placeholder => placeholder is not ("{source}" or "{stream}")))
        {
            yield return DefinitionMistake.Invalid("tables", $"has {placeholder}.", "It may have {source} and {stream}.");
        }

        if (pipeline.Streams.Count != 1 && pipeline.Shapes.Count(shape => shape.Table is not null) < Math.Max(1, pipeline.Streams.Count)
            && !pipeline.Tables.Contains("{stream}", StringComparison.Ordinal))
        {
            yield return DefinitionMistake.Invalid("tables", "gives every stream the same table.", "Put {stream} into it.");
        }
    }

    private static IEnumerable<DefinitionMistake> OfNames(PipelineDefinition pipeline)
    {
        var own = pipeline.Shapes.Where(shape => shape.Table is not null).Select(shape => shape.Stream).ToHashSet(StringComparer.Ordinal);
        // Without a list the streams are not known; what begins every name is.
        if (pipeline.Streams.Count == 0 && ColumnNames.TableMistake(pipeline.TableOf("")) is { } begins)
            yield return new("tables", "table.invalid_name", begins);
        var named = pipeline.Streams.Index().DistinctBy(entry => entry.Item).Select(entry => (
            Stream: entry.Item, Table: pipeline.TableOf(entry.Item), Key: own.Contains(entry.Item) ? $"streams/{entry.Index}/table" : "tables")).ToList();
        foreach (var (_, table, key) in named)
        {
            if (ColumnNames.TableMistake(table) is { } mistake)
                yield return new(key, "table.invalid_name", mistake, "Give it another with the key table.");
        }

        foreach (var same in named.GroupBy(entry => entry.Table, StringComparer.OrdinalIgnoreCase).Where(same => same.Count() > 1))
        {
            yield return new(same.Last().Key, "table.not_unique",
                $"The streams {string.Join(" and ", same.Select(entry => entry.Stream))} would share the table {same.Key}.",
                "Put {stream} into the key tables, or give one of them another with the key table.");
        }
    }

    [GeneratedRegex(@"\{[^}]*\}?|\}", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Placeholders { get; }
}
