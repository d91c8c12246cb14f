using System.Text.Json;

namespace Tidemark.Engine.Sources.Http;

/// <summary>Makes records of other records' properties, which stay as they were written.</summary>
public static class JsonProperties
{
    /// <summary>One object of the wanted properties of several, in their order.</summary>
    /// <param name="objects">JSON objects.</param>
    /// <param name="isWanted">Asked once for each top-level property, by its name.</param>
    public static byte[] Join(IReadOnlyList<ReadOnlyMemory<byte>> objects, Func<string, bool> isWanted)
    {
        var joined = new MemoryStream(objects.Sum(part => part.Length) + 1);
        joined.WriteByte((byte)'{');
        foreach (var part in objects)
        {
            var json = part.Span;
            var reader = new Utf8JsonReader(json);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var start = (int)reader.TokenStartIndex;
                var isKept = isWanted(reader.GetString()!);
                reader.Read();
                reader.Skip();
                if (!isKept) continue;
                if (joined.Length > 1) joined.WriteByte((byte)',');
                joined.Write(json[start..(int)reader.BytesConsumed]);
            }
        }

        joined.WriteByte((byte)'}');
        return joined.ToArray();
    }
}
