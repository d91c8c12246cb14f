using Tidemark.Engine.Connectors;
using Tidemark.Engine.Transfers;

namespace Tidemark.Engine.Definitions;

/// <summary>What a pipeline that transfers tables keeps to. What only the databases know is checked when a run is planned.</summary>
internal static class TransferRules
{
    public const int MaxParallel = 32;

    public static IEnumerable<DefinitionMistake> Of(PipelineDefinition pipeline) => pipeline.Transfer is not { } policy ? [] :
    [
        .. Other(pipeline),
        .. Of(policy).Select(mistake => mistake.Within("transfer", "transfer")),
    ];

    /// <summary>A database gives whole tables, and only to a pipeline that transfers them.</summary>
    public static IEnumerable<DefinitionMistake> OfSource(PipelineDefinition pipeline, SourceDefinition source, ConnectorCatalog connectors)
    {
        var gives = connectors.Find<ITransferConnector>(source.Connector) is not null;
        if (pipeline.Transfer is null && gives && connectors.Find<ISourceConnector>(source.Connector) is null)
        {
            yield return new("source", "pipeline.transfer_missing", $"The source {source.Name} is a database: it gives whole tables, and the pipeline does not say how.",
                "Give the pipeline the key transfer, e.g. transfer: {apply: upsert}.");
        }

        if (pipeline.Transfer is not null && !gives && connectors.Find(source.Connector) is not null)
        {
            yield return new("source", "pipeline.transfer_impossible", $"The source {source.Name} is no database whose tables could be transferred.",
                "Take the key transfer out of the pipeline.");
        }
    }

    private static IEnumerable<DefinitionMistake> Of(TransferPolicy policy) =>
    [
        .. ValueRules.Word("apply", policy.Apply),
        .. ValueRules.Word("triggers", policy.Triggers),
        .. ValueRules.Whole("parallel", policy.Parallel, MaxParallel),
        .. policy.Parallel == 0 ? [DefinitionMistake.Invalid("parallel", "is at least 1.")] : Array.Empty<DefinitionMistake>(),
        .. Names("tables", policy.Tables),
        .. Names("exclude", policy.Exclude),
        .. policy.Where.Where(entry => string.IsNullOrWhiteSpace(entry.Value)).Select(entry => DefinitionMistake.Invalid($"where/{DefinitionMistake.Step(entry.Key)}", "is a condition.")),
        .. policy.Mask.Where(entry => !entry.Key.Trim('.').Contains('.', StringComparison.Ordinal))
            .Select(entry => DefinitionMistake.Invalid($"mask/{DefinitionMistake.Step(entry.Key)}", "names a column as table.column.")),
        .. policy.Mask.SelectMany(entry => ValueRules.Word($"mask/{DefinitionMistake.Step(entry.Key)}", entry.Value)),
    ];

    private static IEnumerable<DefinitionMistake> Names(string key, IReadOnlyList<string> names) =>
        names.Index().Where(entry => string.IsNullOrWhiteSpace(entry.Item)).Select(entry => DefinitionMistake.Invalid($"{key}/{entry.Index}", "is the name of a table."));

    /// <summary>Keys of pipelines that read records.</summary>
    private static IEnumerable<DefinitionMistake> Other(PipelineDefinition pipeline)
    {
        var usual = new PipelineDefinition("", "", "");
        var others = new List<string>();
        if (pipeline.Streams.Count > 0 || pipeline.Shapes.Count > 0) others.Add("streams");
        if (pipeline.Mode != usual.Mode) others.Add("mode");
        if (pipeline.Tables != usual.Tables) others.Add("tables");
        if (pipeline.Webhooks) others.Add("webhooks");
        if (pipeline.InOrder) others.Add("in_order");
        if (pipeline.Schedules.Any(schedule => schedule.Run != ScheduledWork.Sync)) others.Add("schedules");
        foreach (var key in others)
        {
            yield return new(key, "pipeline.transfer_key", $"The key {key} is for pipelines that read records; this one transfers tables.",
                key switch { "mode" => "Say transfer: {apply: …}.", "streams" or "tables" => "Say transfer: {tables: […]}.", _ => null });
        }
    }
}
