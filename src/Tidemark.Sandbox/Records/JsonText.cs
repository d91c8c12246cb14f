using System.Text.Encodings.Web;
using System.Text.Json;

namespace Tidemark.Sandbox.Records;

internal static class JsonText
{
    /// <summary>Writes letters of every script as they are; only what JSON forbids is escaped.</summary>
    public static readonly JsonSerializerOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>A JSON array of texts.</summary>
    public static string Array(IReadOnlyList<string> texts) => JsonSerializer.Serialize(texts, Options);
}
