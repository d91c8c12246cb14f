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
    /// <summary>Bytes that a manifest may have.</summary>
    internal const int MaxBytes = 16 * 1024 * 1024;

    /// <summary>The version that is written today.</summary>
    internal const int CurrentVersion = 2;

    /// <summary>Tells a manifest of ours from any other file; null in those of older versions, which have no
    /// <see cref="ManifestSeal"/> either.</summary>
    [JsonPropertyName(ManifestSeal.VersionKey), JsonPropertyOrder(-1)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Version { get; init; }

    /// <summary>Whether the manifest carries a checksum of itself: what it says is what was written.</summary>
    [JsonIgnore]
    public bool IsSealed => Version is not null;

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

    public byte[] ToJson()
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(this, BackupManifestJson.Default.BackupManifest);
        return IsSealed ? ManifestSeal.Seal(json) : json;
    }

    /// <exception cref="TidemarkException"><c>backup.damaged</c>: it is no manifest, it lacks something, or its own checksum
    /// is another.</exception>
    public static BackupManifest Parse(ReadOnlyMemory<byte> json, string name)
    {
        try
        {
            if (!ManifestSeal.Holds(json)) throw BackupErrors.Damaged(name, "its manifest is not the one that was written");
            if (JsonSerializer.Deserialize(json.Span, BackupManifestJson.Default.BackupManifest) is { IsWhole: true } manifest)
                return manifest;
        }
        catch (JsonException)
        {
            // Said below.
        }

        throw BackupErrors.Damaged(name, "its manifest cannot be read");
    }

    /// <summary>Whether something is in it, and every table has its name. A backup of nothing is never written.</summary>
    [JsonIgnore]
    private bool IsWhole => Tables.Count > 0 && Tables.All(table =>
        table is { Stream.Length: > 0, Table.Name.Length: > 0, Content.Rows: >= 0 } && table.Table.Columns.All(column => column is { Name.Length: > 0 }));
}

/// <summary>One table of a backup.</summary>
/// <param name="Stream">The stream that it is written from.</param>
/// <param name="Table">Its name and columns.</param>
/// <param name="Content">Count and checksum of its rows.</param>
public sealed record BackupTable(string Stream, TableShape Table, Checksum Content);

/// <summary>How a manifest is written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, Converters = [typeof(WordConverter<BackupFormat>)])]
[JsonSerializable(typeof(BackupManifest))]
internal sealed partial class BackupManifestJson : JsonSerializerContext;
