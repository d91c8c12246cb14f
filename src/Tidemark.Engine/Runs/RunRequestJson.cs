using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Tidemark.Engine.Runs;

/// <summary>A request as the catalog's row holds it.</summary>
internal static class RunRequestJson
{
    private static readonly JsonSerializerOptions Options = new(RunRequestContext.Default.Options)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // a person may read it with a database's shell
    };

    private static JsonTypeInfo<RunRequest> Request => (JsonTypeInfo<RunRequest>)Options.GetTypeInfo(typeof(RunRequest));

    public static string Write(RunRequest request) => JsonSerializer.Serialize(request, Request);

    public static RunRequest Read(string json) => JsonSerializer.Deserialize(json, Request)!;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(RunRequest))]
internal sealed partial class RunRequestContext : JsonSerializerContext;
