using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tidemark.Server.Compat.Payments;

/// <summary>A refresh, step by step.</summary>
public sealed record WorkflowAnswer(
    [property: JsonConverter(typeof(PlainMomentConverter))] DateTimeOffset WorkflowStartedAt,
    IReadOnlyList<WorkflowStep> Steps,
    WorkflowSummary Summary,
    [property: JsonConverter(typeof(PlainMomentConverter))] DateTimeOffset WorkflowCompletedAt);

/// <summary>One step of a refresh.</summary>
/// <param name="Step"><c>backup</c>, <c>clear</c> or <c>sync</c>.</param>
/// <param name="Status"><c>success</c>, <c>skipped</c>, <c>partial</c>, <c>parked</c>, <c>failed</c> or <c>cancelled</c>.</param>
/// <param name="Data">Figures of the step.</param>
public sealed record WorkflowStep(string Step, string Status, JsonElement Data)
{
    /// <summary>The reason; absent where the step succeeded.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Error { get; init; }
}

/// <summary>What became of a refresh: <c>completed</c>, <c>partial</c>, <c>parked</c>, <c>failed</c> or <c>cancelled</c>.</summary>
public sealed record WorkflowSummary(
    double TotalDurationSeconds, long FinalInterpreterCount, string WorkflowStatus, bool BackupCreated, bool DataCleared, bool FullyOnboardedFilterUsed)
{
    /// <summary>Why it is not completed; absent where it is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }

    /// <summary>What to do about it; absent where nothing is due.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? NextStep { get; init; }
}

/// <summary>A backup that was made.</summary>
public sealed record BackupDataAnswer(bool Success, string? Filepath, string? Filename, string? Timestamp, long TotalRecords, long FileSizeBytes);

/// <summary>What is said of a step that failed before it had figures.</summary>
public sealed record FailedStepAnswer(bool Success, string Error);

/// <summary>A clearing.</summary>
public sealed record ClearedAnswer(bool Success, long DeletedCount, long RemainingCount);

/// <summary>A sync.</summary>
public sealed record SyncDataAnswer(
    string Id, string Status, long TotalFetched, long TotalCreated, long TotalUpdated, long TotalSkipped, long TotalErrors, long TotalSyncedToZoho, double DurationSeconds);

/// <summary>A sync in the history.</summary>
public sealed record SyncHistoryEntry(
    string Id, string Status, long TotalFetched, long TotalCreated, long TotalUpdated, long TotalSkipped, long TotalErrors, long TotalSyncedToZoho, double DurationSeconds,
    [property: JsonConverter(typeof(PlainMomentConverter))] DateTimeOffset StartedAt,
    [property: JsonConverter(typeof(PlainMomentConverter))] DateTimeOffset? CompletedAt,
    string? ErrorMessage);

/// <summary>Syncs, the latest first.</summary>
public sealed record SyncHistoryAnswer(IReadOnlyList<SyncHistoryEntry> History, int Total);

/// <summary>How the sync stands.</summary>
public sealed record SyncStatusAnswer(bool IsRunning, SyncHistoryEntry? CurrentSync, SyncHistoryEntry? LastSync, long TotalInterpreters);

/// <summary>The log of a sync.</summary>
public sealed record SyncLogsAnswer(string SyncId, IReadOnlyList<SyncLogLine> Logs, int Total);

/// <summary>A line of a log.</summary>
public sealed record SyncLogLine([property: JsonConverter(typeof(PlainMomentConverter))] DateTimeOffset Timestamp, string Level, string Message);

/// <summary>Backups, the newest first.</summary>
public sealed record BackupListAnswer(IReadOnlyList<BackupListEntry> Backups, int Total);

/// <summary>A backup in the list.</summary>
public sealed record BackupListEntry(
    string Filename, string Filepath, [property: JsonConverter(typeof(PlainMomentConverter))] DateTimeOffset CreatedAt, long SizeBytes, long TotalRecords);

/// <summary>A restore.</summary>
public sealed record RestoredBackupAnswer(
    bool Success, string BackupFile, long TotalInBackup, long Restored, long Skipped, long Errors, IReadOnlyList<string> ErrorDetails);

/// <summary>The record that a test is asked for.</summary>
/// <param name="Email">E-mail address of the record.</param>
/// <param name="Module">API name of the module; null for <c>Contacts</c>.</param>
public sealed record SyncTest(string Email, string? Module = null);

/// <summary>A record as it would be written, column to value, or why it could not be. Nothing was.</summary>
public sealed record SyncTestAnswer(
    bool Success, string Module, string Email, bool Found, System.Text.Json.Nodes.JsonObject? WouldWrite, IReadOnlyList<string> Problems, string Message);
