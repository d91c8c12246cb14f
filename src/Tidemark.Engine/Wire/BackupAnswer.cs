using System.Text.Json.Serialization;
using Tidemark.Engine.Backup;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Json;

namespace Tidemark.Engine.Wire;

/// <summary>A backup.</summary>
public record BackupAnswer
{
    public required string Filename { get; init; }

    /// <summary>Full name.</summary>
    public required string Filepath { get; init; }

    [JsonConverter(typeof(UtcConverter))]
    public required DateTimeOffset CreatedAt { get; init; }

    public required long SizeBytes { get; init; }

    /// <summary>Rows of all tables.</summary>
    public required long TotalRecords { get; init; }

    public required string Pipeline { get; init; }

    public required BackupFormat Format { get; init; }

    /// <summary>Whether its last reading found it to be what was written.</summary>
    public required bool Verified { get; init; }

    /// <summary>Whether the manifest carries a checksum of itself; those of older versions do not.</summary>
    public required bool ManifestChecksum { get; init; }

    public required IReadOnlyList<BackupTableAnswer> Tables { get; init; }

    /// <summary>Why it cannot be used; absent where nothing is known against it.</summary>
    public string? Problem { get; init; }

    public static BackupAnswer Of(BackupFile file) => new()
    {
        Filename = file.Name,
        Filepath = file.Path,
        CreatedAt = file.Manifest.CreatedAt,
        SizeBytes = file.Manifest.Bytes,
        TotalRecords = file.Manifest.Rows,
        Pipeline = file.Manifest.Pipeline,
        Format = file.Manifest.Format,
        Verified = file.Manifest.VerifiedAt is not null,
        ManifestChecksum = file.Manifest.IsSealed,
        Problem = file.Problem,
        Tables = [.. file.Manifest.Tables.Select(table => new BackupTableAnswer(table.Table.Name, table.Content.Rows))],
    };
}

/// <summary>One table of a backup.</summary>
/// <param name="Table">Name of the table.</param>
/// <param name="Rows">How many rows of it there are.</param>
public sealed record BackupTableAnswer(string Table, long Rows);
