using System.Text.Json;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.GraphQL.Reading;

/// <summary>Elements of lists as they stand in an answer. Pure.</summary>
internal static class JsonElements
{
    /// <summary>Places of the elements of an array, counted from the start of the text that the array is in.</summary>
    public static IReadOnlyList<JsonPlace> Of(ReadOnlySpan<byte> text, JsonPlace array)
    {
        var places = new List<JsonPlace>();
        if (array.Token != JsonTokenType.StartArray) return places;
        var reader = new Utf8JsonReader(array.In(text));
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var place = JsonPlace.Of(ref reader);
            places.Add(place with { Start = place.Start + array.Start });
        }

        return places;
    }

    /// <summary>The record of an edge; the edge's own null where it has none.</summary>
    public static ReadOnlyMemory<byte> Node(ReadOnlyMemory<byte> edge) =>
        JsonPlace.Find(edge.Span, "node") is { } node ? edge.Slice(node.Start, node.Length) : "null"u8.ToArray();
}
