using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using Tidemark.Engine.Backup;
using Tidemark.Engine.Errors;

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

    public static CreatedBackupAnswer Of(CreatedBackup created) => new(Of(created.File))
    {
        Timestamp = created.File.Manifest.Timestamp,
        FileSizeBytes = created.File.Manifest.Bytes,
        Pruned = created.Pruned,
        Upload = created.Upload is { } upload ? UploadAnswer.Of(upload) : null,
    };
}

/// <summary>Outcome of an upload.</summary>
/// <param name="To">Name of the destination.</param>
/// <param name="Success">Whether the copy was sent and read back.</param>
/// <param name="Pruned">Names of older backups that were removed there.</param>
/// <param name="Problems">Why it is not there; absent where it is.</param>
public sealed record UploadAnswer(
    string To, bool Success, IReadOnlyList<string> Pruned, IReadOnlyList<ProblemAnswer>? Problems = null)
{
    public static UploadAnswer Of(UploadedBackup upload) => new(
        upload.To, upload.Problem is null, upload.Pruned,
        upload.Problem is { } problem ? [ProblemAnswer.Of(problem)] : null);
}
