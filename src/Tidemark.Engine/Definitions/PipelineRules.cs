namespace Tidemark.Engine.Definitions;

/// <summary>What every pipeline keeps to, whichever door it comes through. What only its source knows is checked when a run is planned.</summary>
internal static class PipelineRules
{
    public const int MaxUndoRuns = 1000;

    /// <summary>Every mistake of a pipeline at once.</summary>
    public static IEnumerable<DefinitionMistake> Of(PipelineDefinition pipeline) =>
    [
        .. DefinitionName.Mistakes(pipeline.Name),
        .. ValueRules.Given("source", pipeline.Source),
        .. ValueRules.Given("destination", pipeline.Destination),
        .. ValueRules.Word("mode", pipeline.Mode),
        .. ValueRules.Word("schema_changes", pipeline.SchemaChanges),
        .. ValueRules.Word("empty_text", pipeline.EmptyText),
        .. ValueRules.Whole("undo_runs", pipeline.UndoRuns, MaxUndoRuns),
        .. Of(pipeline.Limits),
        .. DeleteRules.Of(pipeline.Deletes),
        .. TableRules.Of(pipeline),
        .. StreamRules.Of(pipeline),
        .. ScheduleRules.Of(pipeline),
        .. AlertRules.Labels(pipeline.Labels),
        .. TransferRules.Of(pipeline),
        .. BackupRules.Of(pipeline.Backup).Select(mistake => mistake.Within("backup", "backup")),
    ];

    private static IEnumerable<DefinitionMistake> Of(RunLimits limits) =>
    [
        .. ValueRules.Number("max_deleted_percent", limits.MaxDeletedPercent, 100),
        .. ValueRules.Number("max_updated_percent", limits.MaxUpdatedPercent, 100),
        .. ValueRules.Whole("max_deleted_rows", limits.MaxDeletedRows, int.MaxValue),
        .. ValueRules.Number("max_quarantined_percent", limits.MaxQuarantinedPercent, 100),
        .. ValueRules.Whole("max_quarantined_rows", limits.MaxQuarantinedRows, int.MaxValue),
    ];
}
