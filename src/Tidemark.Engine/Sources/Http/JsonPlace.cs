using System.Globalization;
using System.Text;
using System.Text.Json;
using Tidemark.Engine.Json;

namespace Tidemark.Engine.Sources.Http;

/// <summary>Where a value stands in UTF-8 JSON.</summary>
/// <param name="Start">First byte of the value; of a string, its quote.</param>
/// <param name="Length">Bytes of the value, quotes and brackets included.</param>
/// <param name="Token">The value's first token.</param>
public readonly record struct JsonPlace(int Start, int Length, JsonTokenType Token)
{
    public int End => Start + Length;

    /// <summary>
    /// The value at a path of property names separated by <c>/</c>, e.g. <c>data/object/id</c>, with places in arrays as
    /// numbers, e.g. <c>errors/0/code</c>; null if absent or if the text is not JSON.
    /// </summary>
    public static JsonPlace? Find(ReadOnlySpan<byte> json, string path)
    {
        try
        {
            var reader = ForeignJson.Reader(json);
            if (!reader.Read()) return null;
            foreach (var name in path.Split('/'))
            {
                var isFound = reader.TokenType switch
                {
                    JsonTokenType.StartObject => Enter(ref reader, name),
                    JsonTokenType.StartArray => EnterArray(ref reader, name),
                    _ => false,
                };
                if (!isFound) return null;
            }

            return Of(ref reader);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The place of the value that a reader stands on; afterwards the reader stands on its end.</summary>
    public static JsonPlace Of(ref Utf8JsonReader reader)
    {
        var (start, token) = ((int)reader.TokenStartIndex, reader.TokenType);
        reader.Skip();
        return new JsonPlace(start, (int)reader.BytesConsumed - start, token);
    }

    public ReadOnlySpan<byte> In(ReadOnlySpan<byte> json) => json.Slice(Start, Length);

    /// <summary>A string's text unescaped, any other value as it is written; null for null.</summary>
    public string? Text(ReadOnlySpan<byte> json)
    {
        if (Token == JsonTokenType.Null) return null;
        if (Token != JsonTokenType.String) return Encoding.UTF8.GetString(In(json));
        var reader = ForeignJson.Reader(In(json));
        reader.Read();
        return ForeignJson.Text(in reader);
    }

    private static bool Enter(ref Utf8JsonReader reader, string name)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = ForeignJson.Is(in reader, name);
            reader.Read();
            if (found) return true;
            reader.Skip();
        }

        return false;
    }

    private static bool EnterArray(ref Utf8JsonReader reader, string place)
    {
        if (!uint.TryParse(place, NumberStyles.None, CultureInfo.InvariantCulture, out var left)) return false;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (left-- == 0) return true;
            reader.Skip();
        }

        return false;
    }
}
