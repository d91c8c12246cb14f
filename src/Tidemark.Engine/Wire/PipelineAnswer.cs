using System.Text.Json.Serialization;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Destinations;

namespace Tidemark.Engine.Wire;

/// <summary>A pipeline. The keys are those of its YAML, a backup's with <c>backup_</c> before them.</summary>
public sealed record PipelineAnswer
{
    public required string Name { get; init; }

    public required string Source { get; init; }

    public required string Destination { get; init; }

    public required WriteMode Mode { get; init; }

    /// <summary>Empty for every stream of the source.</summary>
    public required IReadOnlyList<string> Streams { get; init; }

    public required string Tables { get; init; }

    public required SchemaChanges SchemaChanges { get; init; }

    /// <summary>What an empty text becomes in a column of another type.</summary>
    public required EmptyText EmptyText { get; init; }

    public required bool Raw { get; init; }

    /// <summary>Whether streams are read one after another as they are listed, and a failed one stops those after it.</summary>
    public required bool InOrder { get; init; }

    /// <summary>How many runs back can be undone; 0 where nothing is kept for that.</summary>
    public required int UndoRuns { get; init; }

    public required double MaxDeletedPercent { get; init; }

    public required double MaxUpdatedPercent { get; init; }

    public required int MaxDeletedRows { get; init; }

    public required double MaxQuarantinedPercent { get; init; }

    public required int MaxQuarantinedRows { get; init; }

    public required IReadOnlyList<PipelineScheduleAnswer> Schedules { get; init; }

    /// <summary>Pipelines of which each run that succeeds starts this one.</summary>
    public required IReadOnlyList<string> After { get; init; }

    /// <summary>How old its last proven run may be before it is late; null where its schedules say.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required string? Deadline { get; init; }

    /// <summary>Whether a webhook of its source starts a merge of the streams that it tells of.</summary>
    public required bool Webhooks { get; init; }

    /// <summary>Whether schedules and webhooks start nothing for now.</summary>
    public required bool Paused { get; init; }

    public required string BackupFolder { get; init; }

    public required BackupFormat BackupFormat { get; init; }

    /// <summary>Null for the usual name.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required string? BackupName { get; init; }

    public required int BackupKeepDays { get; init; }

    public required int BackupKeep { get; init; }

    /// <summary>Words that alerts choose pipelines by.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>Null where backups are not sent away.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required string? BackupUpload { get; init; }

    /// <summary>Absent for a pipeline that reads records.</summary>
    public TransferPolicyAnswer? Transfer { get; init; }

    public static PipelineAnswer Of(PipelineDefinition pipeline) => new()
    {
        Name = pipeline.Name,
        Source = pipeline.Source,
        Destination = pipeline.Destination,
        Mode = pipeline.Mode,
        Streams = pipeline.Streams,
        Tables = pipeline.Tables,
        SchemaChanges = pipeline.SchemaChanges,
        EmptyText = pipeline.EmptyText,
        Raw = pipeline.Raw,
        InOrder = pipeline.InOrder,
        UndoRuns = pipeline.UndoRuns,
        MaxDeletedPercent = pipeline.MaxDeletedPercent,
        MaxUpdatedPercent = pipeline.MaxUpdatedPercent,
        MaxDeletedRows = pipeline.MaxDeletedRows,
        MaxQuarantinedPercent = pipeline.MaxQuarantinedPercent,
        MaxQuarantinedRows = pipeline.MaxQuarantinedRows,
        Schedules = [.. pipeline.Schedules.Select(PipelineScheduleAnswer.Of)],
        After = pipeline.After,
        Deadline = pipeline.Deadline,
        Webhooks = pipeline.Webhooks,
        Paused = pipeline.Paused,
        Labels = pipeline.Labels,
        BackupFolder = pipeline.Backup.Folder,
        BackupFormat = pipeline.Backup.Format,
        BackupName = pipeline.Backup.Name,
        BackupKeepDays = pipeline.Backup.KeepDays,
        BackupKeep = pipeline.Backup.Keep,
        BackupUpload = pipeline.Backup.Upload,
        Transfer = TransferPolicyAnswer.Of(pipeline.Transfer),
    };
}

/// <summary>When a pipeline runs by itself. The keys are those of its YAML.</summary>
public sealed record PipelineScheduleAnswer
{
    public required string Cron { get; init; }

    public required string TimeZone { get; init; }

    public required ScheduledWork Run { get; init; }

    public required Overlap Overlap { get; init; }

    public required bool Paused { get; init; }

    /// <summary>E.g. <c>every day at 02:00 Europe/Berlin</c>.</summary>
    public required string Words { get; init; }

    public static PipelineScheduleAnswer Of(PipelineSchedule schedule) => new()
    {
        Cron = schedule.Cron,
        TimeZone = schedule.TimeZone,
        Run = schedule.Run,
        Overlap = schedule.Overlap,
        Paused = schedule.Paused,
        Words = schedule.Words,
    };
}
