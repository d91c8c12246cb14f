using System.Collections.ObjectModel;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Json;
using Tidemark.Engine.Records;
using Tidemark.Engine.Transfers;

namespace Tidemark.Engine.Definitions;

/// <summary>A definition as the catalog's row holds it. Equal definitions give equal text.</summary>
internal static class DefinitionJson
{
    private static readonly JsonSerializerOptions Options = new(DefinitionContext.Default.Options)
    {
        TypeInfoResolver = InitialValues.Keep(DefinitionContext.Default, new Dictionary<Type, Func<object>>
        {
            [typeof(SourceDefinition)] = () => new SourceDefinition("", "", ReadOnlyDictionary<string, string>.Empty),
            [typeof(PipelineDefinition)] = () => new PipelineDefinition("", "", ""),
            [typeof(StreamShape)] = () => new StreamShape(""),
            [typeof(ColumnShape)] = () => new ColumnShape(""),
            [typeof(DeletePolicy)] = () => new DeletePolicy(IsSoft: false),
            [typeof(PipelineSchedule)] = () => new PipelineSchedule(""),
            [typeof(BackupPolicy)] = () => new BackupPolicy(),
            [typeof(AlertDefinition)] = () => new AlertDefinition(""),
            [typeof(TransferPolicy)] = () => new TransferPolicy(),
            [typeof(QuietHours)] = () => new QuietHours("", ""),
        }),
    };

    public static string Write<T>(T definition)
        where T : IDefinition<T> =>
        JsonText.Line(
            definition.WithSettings(new SortedDictionary<string, string>(definition.Settings.ToDictionary(), StringComparer.Ordinal)),
            Info<T>());

    public static T Read<T>(string json) => JsonSerializer.Deserialize(json, Info<T>())!;

    /// <summary>A definition of which nothing is said yet.</summary>
    public static JsonObject Empty<T>()
        where T : IDefinition<T> =>
        new(Info<T>().Properties.Select(property => property.Name).Intersect(["connector", "source", "destination", "settings"])
            .Select(key => KeyValuePair.Create(key, key == "settings" ? new JsonObject() : (JsonNode?)"")));

    /// <summary>The keys that are written in a file as they are here.</summary>
    public static IReadOnlyList<string> PlainKeys<T>()
        where T : IDefinition<T> => [.. Info<T>().Properties.Select(property => property.Name).Except(["name", "shapes", "deletes", "backup"])];

    private static JsonTypeInfo<T> Info<T>() => (JsonTypeInfo<T>)Options.GetTypeInfo(typeof(T));
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, GenerationMode = JsonSourceGenerationMode.Metadata,
    Converters = [
        typeof(WordConverter<WriteMode>), typeof(WordConverter<SchemaChanges>), typeof(WordConverter<EmptyText>), typeof(WordConverter<BackupFormat>),
        typeof(WordConverter<FieldType>), typeof(WordConverter<ColumnOwner>), typeof(WordConverter<WriteBackWhen>),
        typeof(WordConverter<Masking>), typeof(WordConverter<ScheduledWork>), typeof(WordConverter<Overlap>),
        typeof(WordConverter<AlertEvent>), typeof(WordConverter<AlertSeverity>),
        typeof(WordConverter<ApplyMode>), typeof(WordConverter<TriggerUse>), typeof(WordConverter<ColumnMask>),
    ])]
[JsonSerializable(typeof(SourceDefinition))]
[JsonSerializable(typeof(DestinationDefinition))]
[JsonSerializable(typeof(PipelineDefinition))]
[JsonSerializable(typeof(ChannelDefinition))]
[JsonSerializable(typeof(AlertDefinition))]
internal sealed partial class DefinitionContext : JsonSerializerContext;
