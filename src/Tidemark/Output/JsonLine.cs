using System.Text.Json.Serialization.Metadata;
using Tidemark.Engine.Json;

namespace Tidemark.Output;

/// <summary>Writes one object a line, for programs to read.</summary>
internal static class JsonLine
{
    public static void WriteTo<T>(TextWriter writer, T answer, JsonTypeInfo<T> type)
    {
        writer.WriteLine(JsonText.Line(answer, type));
        writer.Flush();
    }
}
