using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Tidemark.Engine.Json;
using Tidemark.Engine.Records;

namespace Tidemark.Engine.Destinations.Sql.Undoing;

/// <summary>What a run wrote of a row, as the undo log holds it.</summary>
internal static class UndoShapeJson
{
    private static readonly JsonSerializerOptions Options = new(UndoShapeContext.Default.Options)
    {
        TypeInfoResolver = InitialValues.Keep(UndoShapeContext.Default, new Dictionary<Type, Func<object>>
        {
            [typeof(UndoShape)] = () => new UndoShape(new StreamSchema("", []), KeepsRaw: false, []),
            [typeof(Cascade)] = () => new Cascade("", 0, 0, 0),
            [typeof(StreamSchema)] = () => new StreamSchema("", []),
            [typeof(Field)] = () => new Field("", FieldType.Text),
            [typeof(ColumnOwnership)] = () => new ColumnOwnership(ColumnOwner.Source),
        }),
    };

    private static JsonTypeInfo<UndoShape> Shape => (JsonTypeInfo<UndoShape>)Options.GetTypeInfo(typeof(UndoShape));

    public static string Write(UndoShape shape) => JsonSerializer.Serialize(shape, Shape);

    public static UndoShape Read(string json) => JsonSerializer.Deserialize(json, Shape)!;
}

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(UndoShape))]
internal sealed partial class UndoShapeContext : JsonSerializerContext;
