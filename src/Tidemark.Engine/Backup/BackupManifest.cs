using System.Text.Json;
using System.Text.Json.Serialization;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Json;

namespace Tidemark.Engine.Backup;

/// <summary>What a backup holds. Kept beside it as <c>NAME.manifest</c>, in JSON.</summary>
/// <param name="Pipeline">Name of the pipeline.</param>
/// <param name="Connector">Connector of the destination, e.g. <c>postgres</c>: rows are restored only with the same connector.</param>
/// <param name="CreatedAt">Start of the backup.</param>
/// <param name="Format">Format of the file.</param>
/// <param name="Tables">The tables in the file.</param>
public sealed record BackupManifest(
    string Pipeline, string Connector, DateTimeOffset CreatedAt, BackupFormat Format, IReadOnlyList<BackupTable> Tables)
{
    /// <summary>The run that made it; null in backups that an older version made by themselves.</summary>
    public string? Run { get; init; }

    /// <summary>Size of the file.</summary>
    public long Bytes { get; init; }

    /// <summary>Hash of the file, in hexadecimal digits.</summary>
    // Generated code sets null where the manifest lacks it.
    public string Sha256 { get; init => field = value ?? ""; } = "";

    /// <summary>When it was last read whole and found to be right; null where the last reading found damage.</summary>
    public DateTimeOffset? VerifiedAt { get; init; }

    /// <summary>The time as it is in the file's name, e.g. <c>20251006_143000</c>; UTC.</summary>
    [JsonIgnore]
    public string Timestamp => BackupName.Timestamp(CreatedAt);

    [JsonIgnore]
    public long Rows => Tables.Sum(table => table.Content.Rows);

    /// <summary>All that is known of a file whose manifest is lost.</summary>
    internal static BackupManifest Unreadable(FileInfo file) =>
        new("", "", new DateTimeOffset(file.LastWriteTimeUtc), BackupFormat.Compact, []) { Bytes = file.Length };

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, BackupManifestJson.Default.BackupManifest);

    /// <exception cref="TidemarkException"><c>backup.damaged</c>.</exception>
    public static BackupManifest Parse(ReadOnlySpan<byte> json, string name)
    {
        try
        {
            if (JsonSerializer.Deserialize(json, BackupManifestJson.Default.BackupManifest) is { Tables: not null } manifest)
                return manifest;
        }
        catch (JsonException)
        {
            // Told below.
        }

        throw BackupErrors.Damaged(name, "its manifest cannot be read");
    }
}

/// <summary>One table of a backup.</summary>
/// <param name="Stream">The stream that it is written from.</param>
/// <param name="Table">Its name and columns.</param>
/// <param name="Content">Count and checksum of its rows.</param>
public sealed record BackupTable(string Stream, TableShape Table, Checksum Content);

/// <summary>How a manifest is written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, Converters = [typeof(WordConverter<BackupFormat>)])]
[JsonSerializable(typeof(BackupManifest))]
internal sealed partial class BackupManifestJson : JsonSerializerContext;
