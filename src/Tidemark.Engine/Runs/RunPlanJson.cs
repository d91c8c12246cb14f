using System.Text.Json;
using Tidemark.Engine.Destinations;

namespace Tidemark.Engine.Runs;

/// <summary>A plan as JSON, the same in a run's record, on the command line and in a plan's file.</summary>
internal static class RunPlanJson
{
    public static void Write(Utf8JsonWriter json, StreamChanges stream)
    {
        json.WriteStartObject();
        json.WriteString("stream", stream.Stream);
        json.WriteString("table", stream.Table);
        json.WriteNumber("adds", stream.Adds);
        json.WriteNumber("updates", stream.Updates);
        json.WriteNumber("deletes", stream.Deletes);
        json.WriteNumber("unchanged", stream.Unchanged);
        json.WriteNumber("quarantined", stream.Quarantined);
        json.WriteString("digest", stream.Digest);
        json.WriteStartArray("samples");
        foreach (var change in stream.Samples) Write(json, change);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <param name="json">Receives one object.</param>
    /// <param name="change">The row.</param>
    /// <param name="table">Its table, where that is not said elsewhere.</param>
    public static void Write(Utf8JsonWriter json, RowChange change, string? table = null)
    {
        json.WriteStartObject();
        if (table is not null) json.WriteString("table", table);
        json.WriteString("change", Word(change.Kind));
        json.WriteString("key", change.Key);
        json.WriteStartArray("fields");
        foreach (var field in change.Fields)
        {
            json.WriteStartObject();
            json.WriteString("name", field.Name);
            json.WriteString("before", field.Before);
            json.WriteString("after", field.After);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static StreamChanges Read(JsonElement stream) =>
        new(stream.GetProperty("stream").GetString()!, stream.GetProperty("table").GetString()!)
        {
            Adds = stream.GetProperty("adds").GetInt64(),
            Updates = stream.GetProperty("updates").GetInt64(),
            Deletes = stream.GetProperty("deletes").GetInt64(),
            Unchanged = stream.GetProperty("unchanged").GetInt64(),
            Quarantined = stream.GetProperty("quarantined").GetInt64(),
            Digest = stream.GetProperty("digest").GetString()!,
            Samples = [.. stream.GetProperty("samples").EnumerateArray().Select(ReadChange)],
        };

    private static RowChange ReadChange(JsonElement change) => new(
        Enum.Parse<ChangeKind>(change.GetProperty("change").GetString()!, ignoreCase: true),
        change.GetProperty("key").GetString()!,
        [
            .. change.GetProperty("fields").EnumerateArray().Select(field => new FieldChange(
                field.GetProperty("name").GetString()!, field.GetProperty("before").GetString(),
                field.GetProperty("after").GetString())),
        ]);

    private static string Word(ChangeKind kind) => kind.ToString().ToLowerInvariant();
}
