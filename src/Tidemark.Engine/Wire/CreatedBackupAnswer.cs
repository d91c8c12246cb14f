using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Runs;

namespace Tidemark.Engine.Wire;

/// <summary>A backup that has just been made, and what else was done with it.</summary>
public sealed record CreatedBackupAnswer : BackupAnswer
{
    [JsonConstructor]
    public CreatedBackupAnswer()
    {
    }

    [SetsRequiredMembers]
    private CreatedBackupAnswer(BackupAnswer backup)
        : base(backup)
    {
    }

    /// <summary>Always true: a failure is answered by an error.</summary>
    [JsonPropertyOrder(-1)]
    public bool Success { get; init; } = true;

    /// <summary>The time in the file's name, e.g. <c>20251006_143000</c>; UTC.</summary>
    [JsonPropertyOrder(1)]
    public string Timestamp { get; init; } = "";

    [JsonPropertyOrder(1)]
    public long FileSizeBytes { get; init; }

    /// <summary>Names of older backups that were removed.</summary>
    [JsonPropertyOrder(1)]
    public IReadOnlyList<string> Pruned { get; init; } = [];

    /// <summary>What sending it away came to; absent where that is not wanted.</summary>
    [JsonPropertyOrder(1)]
    public UploadAnswer? Upload { get; init; }

    /// <param name="backup">The backup.</param>
    /// <param name="made">What its run says of it.</param>
    public static CreatedBackupAnswer Of(BackupAnswer backup, MadeBackupAnswer made) => new(backup)
    {
        Timestamp = BackupName.Timestamp(backup.CreatedAt),
        FileSizeBytes = backup.SizeBytes,
        Pruned = made.Pruned,
        Upload = made.Upload,
    };
}
