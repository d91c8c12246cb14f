using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using Tidemark.Engine.Access;
using Tidemark.Engine.Alerts;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Json;
using Tidemark.Engine.Proposals;
using Tidemark.Engine.Records;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Scheduling.Backfilling;
using Tidemark.Engine.Settings;
using Tidemark.Engine.Transfers;

namespace Tidemark.Engine.Wire;

/// <summary>
/// Every record that Tidemark answers programs with, from whichever door. A key may be added to a record; none is
/// removed, renamed or given another meaning.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    Converters = [
        typeof(WordConverter<RunKind>), typeof(WordConverter<RunStatus>), typeof(WordConverter<WriteMode>),
        typeof(WordConverter<ChangeKind>), typeof(WordConverter<FieldType>), typeof(WordConverter<RunLogLevel>), typeof(WordConverter<BackupFormat>),
        typeof(WordConverter<RestoreMode>), typeof(WordConverter<SchemaChanges>), typeof(WordConverter<EmptyText>), typeof(WordConverter<SettingKind>), typeof(WordConverter<Standing>),
        typeof(WordConverter<RowDeed>), typeof(WordConverter<Role>), typeof(WordConverter<AuditOutcome>), typeof(WordConverter<ScheduledWork>), typeof(WordConverter<Overlap>),
        typeof(WordConverter<AlertEvent>), typeof(WordConverter<AlertSeverity>), typeof(WordConverter<DeliveryState>),
        typeof(WordConverter<StepStatus>), typeof(WordConverter<ProposalStatus>), typeof(WordConverter<BackfillStatus>),
        typeof(WordConverter<ApplyMode>), typeof(WordConverter<TriggerUse>), typeof(WordConverter<ColumnMask>),
    ])]
[JsonSerializable(typeof(AlertAnswer))]
[JsonSerializable(typeof(AuditAnswer))]
[JsonSerializable(typeof(BackfillAnswer))]
[JsonSerializable(typeof(BackupAnswer))]
[JsonSerializable(typeof(ChannelAnswer))]
[JsonSerializable(typeof(ChannelTestAnswer))]
[JsonSerializable(typeof(ConnectorAnswer))]
[JsonSerializable(typeof(CreatedBackupAnswer))]
[JsonSerializable(typeof(DefinitionChangeAnswer))]
[JsonSerializable(typeof(DeliveryAnswer))]
[JsonSerializable(typeof(DestinationAnswer))]
[JsonSerializable(typeof(DiscardedAnswer))]
[JsonSerializable(typeof(EndedSessionsAnswer))]
[JsonSerializable(typeof(ExportAnswer))]
[JsonSerializable(typeof(FailureAnswer))]
[JsonSerializable(typeof(ForgottenSecretAnswer))]
[JsonSerializable(typeof(InboxAnswer))]
[JsonSerializable(typeof(KeyRotationAnswer))]
[JsonSerializable(typeof(LogLineAnswer))]
[JsonSerializable(typeof(PipelineAnswer))]
[JsonSerializable(typeof(ProposalAnswer))]
[JsonSerializable(typeof(PlanFileAnswer))]
[JsonSerializable(typeof(ProblemAnswer))]
[JsonSerializable(typeof(PrunedBackupsAnswer))]
[JsonSerializable(typeof(PrunedRunsAnswer))]
[JsonSerializable(typeof(QuarantineAnswer))]
[JsonSerializable(typeof(RestoreAnswer))]
[JsonSerializable(typeof(RestoreTrialAnswer))]
[JsonSerializable(typeof(RetriedRecordAnswer))]
[JsonSerializable(typeof(RowsAnswer))]
[JsonSerializable(typeof(RunAnswer))]
[JsonSerializable(typeof(ScheduleAnswer))]
[JsonSerializable(typeof(SessionAnswer))]
[JsonSerializable(typeof(SettledRunsAnswer))]
[JsonSerializable(typeof(SourceAnswer))]
[JsonSerializable(typeof(StatusAnswer))]
[JsonSerializable(typeof(StepAnswer))]
[JsonSerializable(typeof(StreamShownAnswer))]
[JsonSerializable(typeof(TestAnswer))]
[JsonSerializable(typeof(TokenAnswer))]
[JsonSerializable(typeof(TouchedRowAnswer))]
[JsonSerializable(typeof(TouchedTableAnswer))]
[JsonSerializable(typeof(UndoTrialAnswer))]
[JsonSerializable(typeof(UserAnswer))]
[JsonSerializable(typeof(VerificationAnswer))]
public sealed partial class WireJson : JsonSerializerContext
{
    /// <summary>The JSON schema of one of the records.</summary>
    public static JsonNode Schema(Type answer) => Default.Options.GetJsonSchemaAsNode(answer, new JsonSchemaExporterOptions
    {
        TreatNullObliviousAsNonNullable = true,
        // A converter hides that it writes text.
        TransformSchemaNode = (context, schema) =>
            context.PropertyInfo is { PropertyType: var type }
            && (type == typeof(DateTimeOffset) || type == typeof(DateTimeOffset?))
                ? new JsonObject { ["type"] = "string", ["format"] = "date-time" } : schema,
    });
}
