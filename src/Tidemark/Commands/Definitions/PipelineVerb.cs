using System.Text.Json;
using Tidemark.Engine;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Wire;

namespace Tidemark.Commands.Definitions;

/// <summary><c>tidemark pipeline</c>: which source is kept in step with which destination, and how.</summary>
internal static class PipelineVerb
{
    private static readonly DefinitionVerbs<PipelineDefinition> Shared = new(
        home => home.Definitions.Pipelines, Facts, (session, _, pipeline) =>
            session.WriteJson(PipelineAnswer.Of(pipeline), WireJson.Default.PipelineAnswer));

    public static Verb Create()
    {
        var verb = new Verb("pipeline", "Manages the pipelines: which source is synced to which destination, and how.",
            "tidemark pipeline list",
            "tidemark pipeline set payments --source \"Italy Stripe\" --destination warehouse");
        foreach (var shared in Shared.Create()) verb.Add(shared);
        verb.Add(SetPipeline.Create());
        return verb;
    }

    public static string Word(Enum value) => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    private static IReadOnlyList<DefinitionFact> Facts(Home home, PipelineDefinition pipeline) =>
    [
        new("name", pipeline.Name),
        new("source", pipeline.Source),
        new("destination", pipeline.Destination),
        new("mode", Word(pipeline.Mode)),
        new("streams", pipeline.Streams),
        new("tables", pipeline.Tables) { IsListed = false },
        new("schema_changes", Word(pipeline.SchemaChanges)) { IsListed = false },
        new("raw", pipeline.Raw) { IsListed = false },
        new("in_order", pipeline.InOrder) { IsListed = false },
        new("undo_runs", pipeline.UndoRuns) { IsListed = false },
        new("max_deleted_percent", pipeline.MaxDeletedPercent) { IsListed = false },
        new("max_updated_percent", pipeline.MaxUpdatedPercent) { IsListed = false },
        new("max_deleted_rows", pipeline.MaxDeletedRows) { IsListed = false },
        new("max_quarantined_percent", pipeline.MaxQuarantinedPercent) { IsListed = false },
        new("max_quarantined_rows", pipeline.MaxQuarantinedRows) { IsListed = false },
        new("backup_folder", pipeline.Backup.Folder) { IsListed = false },
        new("backup_format", Word(pipeline.Backup.Format)) { IsListed = false },
        new("backup_name", pipeline.Backup.Name) { IsListed = false },
        new("backup_keep_days", pipeline.Backup.KeepDays) { IsListed = false },
        new("backup_keep", pipeline.Backup.Keep) { IsListed = false },
        new("backup_upload", pipeline.Backup.Upload) { IsListed = false },
    ];
}
