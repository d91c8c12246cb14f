using System.Text.Json;
using System.Text.Json.Serialization;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Json;

namespace Tidemark.Engine.Runs;

/// <summary>A request as the catalog's row holds it.</summary>
internal static class RunRequestJson
{
    public static string Write(RunRequest request) => JsonText.Line(request, RunRequestContext.Default.RunRequest);

    public static RunRequest Read(string json) => JsonSerializer.Deserialize(json, RunRequestContext.Default.RunRequest)!;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    IgnoreReadOnlyProperties = true,
    Converters = [
        typeof(WordConverter<WriteMode>), typeof(WordConverter<RestoreMode>), typeof(WordConverter<BackupFormat>),
        typeof(WordConverter<ChangeKind>), typeof(WordConverter<Records.FieldType>), typeof(WordConverter<Transfers.ApplyMode>),
        typeof(WordConverter<Transfers.TriggerUse>), typeof(WordConverter<Transfers.ColumnMask>),
    ])]
[JsonSerializable(typeof(RunRequest))]
internal sealed partial class RunRequestContext : JsonSerializerContext;
