using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tidemark.Engine.Definitions;

/// <summary>A definition as the catalog's row holds it. Equal definitions give equal text.</summary>
internal static class DefinitionJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // a person may read it with the sqlite3 shell
    };

    public static string Write<T>(T definition)
        where T : IDefinition<T> =>
        JsonSerializer.Serialize(definition.WithSettings(
            new SortedDictionary<string, string>(definition.Settings.ToDictionary(), StringComparer.Ordinal)), Options);

    public static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, Options)!;
}
