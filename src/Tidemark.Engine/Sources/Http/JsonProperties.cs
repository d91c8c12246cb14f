using System.Text.Json;
using Tidemark.Engine.Json;

namespace Tidemark.Engine.Sources.Http;

/// <summary>Makes records of other records' properties, which stay as they were written.</summary>
public static class JsonProperties
{
    /// <summary>Whether a text is JSON to its end.</summary>
    public static bool IsValid(ReadOnlySpan<byte> json) => MendedJson.Flaw(json).Length == 0;

    /// <summary>
    /// One object of the wanted properties of several, in their order. One of them that is no valid JSON is returned as it is: its
    /// record can become no row.
    /// </summary>
    /// <param name="objects">JSON objects.</param>
    /// <param name="isWanted">Asked once for each top-level property, by its name. One whose name is no text stays.</param>
    public static byte[] Join(IReadOnlyList<ReadOnlyMemory<byte>> objects, Func<string, bool> isWanted)
    {
        var joined = new MemoryStream(objects.Sum(part => part.Length) + 1);
        joined.WriteByte((byte)'{');
        foreach (var part in objects)
        {
            try
            {
                Write(part.Span, isWanted, joined);
            }
            catch (JsonException)
            {
                return part.ToArray();
            }
        }

        joined.WriteByte((byte)'}');
        return joined.ToArray();
    }

    private static void Write(ReadOnlySpan<byte> json, Func<string, bool> isWanted, MemoryStream into)
    {
        var reader = ForeignJson.Reader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var start = (int)reader.TokenStartIndex;
            var isKept = ForeignJson.Text(in reader) is not { } name || isWanted(name);
            reader.Read();
            reader.Skip();
            if (!isKept) continue;
            if (into.Length > 1) into.WriteByte((byte)',');
            into.Write(json[start..(int)reader.BytesConsumed]);
        }
    }
}
