using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Tidemark.Engine.Errors;

namespace Tidemark.Output;

/// <summary>Writes one object a line, for programs to read.</summary>
internal static class JsonLine
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="writer">Gets one line.</param>
    /// <param name="members">Writes what is between the braces.</param>
    public static void WriteTo(TextWriter writer, Action<Utf8JsonWriter> members)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Relaxed))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        writer.WriteLine(Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length));
        writer.Flush();
    }

    public static void WriteProblems(this Utf8JsonWriter json, IEnumerable<Problem> problems)
    {
        json.WriteStartArray("problems");
        foreach (var problem in problems.Select(problem => NextCommand.In(problem)))
        {
            json.WriteStartObject();
            json.WriteString("code", problem.Code);
            json.WriteString("subject", problem.Subject);
            json.WriteString("message", problem.Message);
            json.WriteString("hint", problem.Hint);
            json.WriteNext(problem.Next);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>The next step; nothing where there is none.</summary>
    public static void WriteNext(this Utf8JsonWriter json, NextStep? next)
    {
        if (next is null) return;
        json.WriteStartObject("next");
        json.WriteString("act", JsonNamingPolicy.SnakeCaseLower.ConvertName(next.Act.ToString()));
        json.WriteString("of", next.Of);
        json.WriteString("command", next.Command);
        json.WriteEndObject();
    }

    public static void WriteStrings(this Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }

    public static void WriteMap(this Utf8JsonWriter json, string name, IEnumerable<KeyValuePair<string, string>> values)
    {
        json.WriteStartObject(name);
        foreach (var (key, value) in values) json.WriteString(key, value);
        json.WriteEndObject();
    }
}
