namespace Tidemark.Engine.Definitions;

/// <summary>A field of a definition that differs.</summary>
/// <param name="Field">Its place, as keys of a file: <c>settings.page_size</c>, <c>streams.charges.columns.amount.type</c>.</param>
/// <param name="Before">What it was; null for nothing, and for a secret.</param>
/// <param name="After">What it becomes; null for nothing, and for a secret.</param>
public sealed record FieldDifference(string Field, string? Before, string? After)
{
    /// <summary>Whether it is a secret, of which only the change is shown.</summary>
    public bool IsSecret { get; init; }
}

/// <summary>Compares two definitions as the file has them that each would be exported to.</summary>
internal static class DefinitionDifference
{
    /// <param name="before">As it is saved; null for one that is not.</param>
    /// <param name="after">As it would be saved.</param>
    /// <param name="isSecret">Whether a setting is secret.</param>
    public static IReadOnlyList<FieldDifference> Of<T>(T? before, T after, Func<string, bool> isSecret)
        where T : IDefinition<T>
    {
        var (old, fresh) = (before is null ? [] : Fields(before, isSecret), Fields(after, isSecret));
        var differences = old.Keys.Union(fresh.Keys, StringComparer.Ordinal)
            .Select(field => new FieldDifference(field, old.GetValueOrDefault(field), fresh.GetValueOrDefault(field)))
            .Where(field => field.Before != field.After).ToList();
        var secrets = (before?.Settings.Keys ?? []).Union(after.Settings.Keys, StringComparer.Ordinal).Where(isSecret)
            .Where(setting => before?.Settings.GetValueOrDefault(setting) != after.Settings.GetValueOrDefault(setting));
        differences.AddRange(secrets.Select(setting => new FieldDifference($"settings.{setting}", null, null) { IsSecret = true }));
        return differences;
    }

    private static Dictionary<string, string> Fields<T>(T definition, Func<string, bool> isSecret)
        where T : IDefinition<T>
    {
        var shown = definition.WithSettings(definition.Settings.Where(setting => !isSecret(setting.Key)).ToDictionary());
        var writer = new DefinitionWriter((_, _) => false);
        var root = DefinitionText.Load(shown switch
        {
            SourceDefinition source => writer.Write([source], [], [], [], []),
            DestinationDefinition destination => writer.Write([], [destination], [], [], []),
            PipelineDefinition pipeline => writer.Write([], [], [pipeline], [], []),
            ChannelDefinition channel => writer.Write([], [], [], [channel], []),
            AlertDefinition alert => writer.Write([], [], [], [], [alert]),
            _ => throw new NotSupportedException(T.Kind),
        });
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        Collect("", ((DefinitionList)root.Find($"{T.Kind}s")!).Items[0], fields);
        fields.Remove("name");
        return fields;
    }

    private static void Collect(string place, DefinitionTree tree, Dictionary<string, string> fields)
    {
        switch (tree)
        {
            case DefinitionScalar scalar:
                fields[place] = scalar.Text ?? "";
                break;
            case DefinitionMap map:
                foreach (var (key, _, value) in map.Entries) Collect(place.Length == 0 ? key : $"{place}.{key}", value, fields);
                break;
            case DefinitionList list:
                fields[place] = string.Join(", ", list.Items.Select(Name));
                foreach (var item in list.Items.OfType<DefinitionMap>())
                {
                    foreach (var (key, _, value) in item.Entries.Where(entry => entry.Key != "name")) Collect($"{place}.{Name(item)}.{key}", value, fields);
                }

                break;
        }
    }

    private static string Name(DefinitionTree item) => item switch
    {
        DefinitionScalar scalar => scalar.Text ?? "",
        DefinitionMap map => ((map.Find("name") ?? map.Find("cron")) as DefinitionScalar)?.Text ?? "",
        _ => "",
    };
}
