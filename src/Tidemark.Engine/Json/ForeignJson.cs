using System.Text;
using System.Text.Json;

namespace Tidemark.Engine.Json;

/// <summary>
/// Reads what others wrote: nested as deep as they like, and with names and texts that need not be valid Unicode, which
/// the reader itself answers with an exception.
/// </summary>
public static class ForeignJson
{
    /// <summary>
    /// How deep a record may be nested to become a row: as deep as SQLite's JSON functions read, and well within what PostgreSQL's do.
    /// https://www.sqlite.org/json1.html.
    /// </summary>
    public const int MaxDepth = 1_000;

    /// <summary>No limit of depth: the reader needs one bit a level and does not recurse.</summary>
    public static readonly JsonReaderOptions Options = new() { MaxDepth = int.MaxValue };

    /// <summary>A reader of whole text.</summary>
    public static Utf8JsonReader Reader(ReadOnlySpan<byte> json) => new(json, Options);

    /// <summary>What is made of foreign JSON; the other value where it is no JSON, or has another shape than it should.</summary>
    public static T Read<T>(Func<T> read, T otherwise)
    {
        try
        {
            return read();
        }
        catch (Exception odd) when (odd is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or ArgumentException)
        {
            return otherwise;
        }
    }

    /// <summary>Whether the string or name that a reader stands on is a text; one with half a surrogate pair is none.</summary>
    public static bool Is(ref readonly Utf8JsonReader reader, ReadOnlySpan<byte> text) =>
        !reader.ValueIsEscaped ? reader.ValueSpan.SequenceEqual(text)
        : Text(in reader) is { } unescaped && text.SequenceEqual(Encoding.UTF8.GetBytes(unescaped));

    /// <inheritdoc cref="Is(ref readonly Utf8JsonReader, ReadOnlySpan{byte})"/>
    public static bool Is(ref readonly Utf8JsonReader reader, string text) =>
        reader.ValueIsEscaped ? Text(in reader) == text : reader.ValueTextEquals(text);

    /// <summary>The string or name that a reader stands on, unescaped; null where it is no valid text.</summary>
    public static string? Text(ref readonly Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            return null; // half of a surrogate pair, or bytes that are no UTF-8
        }
    }
}
