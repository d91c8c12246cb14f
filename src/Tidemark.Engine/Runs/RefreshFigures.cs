using System.Text.Json;

namespace Tidemark.Engine.Runs;

/// <summary>What a refresh did beyond reading and writing.</summary>
public sealed record RefreshFigures
{
    /// <summary>The backup that it made first; null where there was nothing to back up yet.</summary>
    public RefreshBackup? Backup { get; init; }

    /// <summary>Rows of the pipeline that were live before and were cleared; null where the run did not come to that.</summary>
    public long? Cleared { get; init; }

    /// <summary>Rows that took their place, in the same transaction.</summary>
    public long Inserted { get; init; }

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject("refresh");
        if (Backup is { } backup)
        {
            json.WriteStartObject("backup");
            json.WriteString("filename", backup.Name);
            json.WriteString("filepath", backup.Path);
            json.WriteString("timestamp", backup.Timestamp);
            json.WriteNumber("total_records", backup.Rows);
            json.WriteNumber("file_size_bytes", backup.Bytes);
            json.WriteEndObject();
        }

        if (Cleared is { } cleared)
        {
            json.WriteStartObject("clear");
            json.WriteNumber("deleted_count", cleared);
            json.WriteNumber("remaining_count", 0);
            json.WriteNumber("inserted_count", Inserted);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    internal static RefreshFigures Read(JsonElement refresh)
    {
        var read = new RefreshFigures();
        if (refresh.TryGetProperty("backup", out var backup))
        {
            read = read with
            {
                Backup = new(
                    backup.GetProperty("filename").GetString()!, backup.GetProperty("filepath").GetString()!,
                    backup.GetProperty("timestamp").GetString()!, backup.GetProperty("total_records").GetInt64(),
                    backup.GetProperty("file_size_bytes").GetInt64()),
            };
        }

        return refresh.TryGetProperty("clear", out var clear)
            ? read with
            {
                Cleared = clear.GetProperty("deleted_count").GetInt64(),
                Inserted = clear.GetProperty("inserted_count").GetInt64(),
            }
            : read;
    }
}

/// <summary>The backup of a refresh. It was verified before anything was read.</summary>
/// <param name="Name">Of the file.</param>
/// <param name="Path">Full name.</param>
/// <param name="Timestamp">E.g. <c>20251006_143000</c>, UTC.</param>
/// <param name="Rows">Of all tables.</param>
/// <param name="Bytes">Of the file.</param>
public sealed record RefreshBackup(string Name, string Path, string Timestamp, long Rows, long Bytes);
