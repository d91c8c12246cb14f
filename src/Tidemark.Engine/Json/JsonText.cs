using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Tidemark.Engine.Json;

/// <summary>A value as one line of JSON. Letters stay letters, so that a person can read it too.</summary>
public static class JsonText
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Without a line break.</summary>
    public static string Line<T>(T value, JsonTypeInfo<T> type) => Encoding.UTF8.GetString(Bytes(value, type).Span);

    /// <summary>The line in UTF-8, without a line break.</summary>
    public static ReadOnlyMemory<byte> Bytes<T>(T value, JsonTypeInfo<T> type)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, Relaxed)) JsonSerializer.Serialize(json, value, type);
        return bytes.WrittenMemory;
    }
}
