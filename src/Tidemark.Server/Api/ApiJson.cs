using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
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
using Tidemark.Engine.Wire;
using Tidemark.Server.Api.Answers;
using Tidemark.Server.Compat;
using Tidemark.Server.Webhooks;
using Tidemark.Server.Running;

namespace Tidemark.Server.Api;

/// <summary>Everything that the API takes and answers: the records of every door, in pages, and those of this one.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    Converters = [
        typeof(WordConverter<RunKind>), typeof(WordConverter<RunStatus>), typeof(WordConverter<WriteMode>), typeof(WordConverter<ChangeKind>),
        typeof(WordConverter<FieldType>), typeof(WordConverter<RunLogLevel>), typeof(WordConverter<BackupFormat>), typeof(WordConverter<RestoreMode>),
        typeof(WordConverter<SchemaChanges>), typeof(WordConverter<EmptyText>), typeof(WordConverter<SettingKind>), typeof(WordConverter<Standing>),
        typeof(WordConverter<RowDeed>), typeof(WordConverter<Role>), typeof(WordConverter<AuditOutcome>), typeof(WordConverter<StepStatus>),
        typeof(WordConverter<StartKind>), typeof(WordConverter<CallerKind>), typeof(WordConverter<ScheduledWork>), typeof(WordConverter<Overlap>),
        typeof(WordConverter<AlertEvent>), typeof(WordConverter<AlertSeverity>), typeof(WordConverter<DeliveryState>), typeof(WordConverter<ProposalStatus>),
        typeof(WordConverter<BackfillStatus>), typeof(WordConverter<FailureKind>),
    ])]
[JsonSerializable(typeof(BackfillAnswer))]
[JsonSerializable(typeof(CallerAnswer))]
[JsonSerializable(typeof(ChangedUser))]
[JsonSerializable(typeof(ChannelTestAnswer))]
[JsonSerializable(typeof(ChosenRecords))]
[JsonSerializable(typeof(ConnectorAnswer))]
[JsonSerializable(typeof(DefinitionChangeAnswer))]
[JsonSerializable(typeof(DataAnswer))]
[JsonSerializable(typeof(DiscardedAnswer))]
[JsonSerializable(typeof(EndedSessionsAnswer))]
[JsonSerializable(typeof(HealthAnswer))]
[JsonSerializable(typeof(IReadOnlyList<DefinitionChangeAnswer>))]
[JsonSerializable(typeof(IReadOnlyList<RunAnswer>))]
[JsonSerializable(typeof(IReadOnlyList<StepAnswer>))]
[JsonSerializable(typeof(IReadOnlyList<StreamShownAnswer>))]
[JsonSerializable(typeof(HeardCallAnswer))]
[JsonSerializable(typeof(IReadOnlyList<TestAnswer>))]
[JsonSerializable(typeof(ListPage<AlertAnswer>))]
[JsonSerializable(typeof(ListPage<AuditAnswer>))]
[JsonSerializable(typeof(ListPage<BackfillAnswer>))]
[JsonSerializable(typeof(ListPage<BackupAnswer>))]
[JsonSerializable(typeof(ListPage<ChannelAnswer>))]
[JsonSerializable(typeof(ListPage<ConnectorAnswer>))]
[JsonSerializable(typeof(ListPage<DeliveryAnswer>))]
[JsonSerializable(typeof(ListPage<DestinationAnswer>))]
[JsonSerializable(typeof(ListPage<InboxAnswer>))]
[JsonSerializable(typeof(ListPage<LogLineAnswer>))]
[JsonSerializable(typeof(ListPage<PipelineAnswer>))]
[JsonSerializable(typeof(ListPage<ProposalAnswer>))]
[JsonSerializable(typeof(ListPage<QuarantineAnswer>))]
[JsonSerializable(typeof(ListPage<RunAnswer>))]
[JsonSerializable(typeof(ListPage<ScheduleAnswer>))]
[JsonSerializable(typeof(ListPage<SessionAnswer>))]
[JsonSerializable(typeof(ListPage<SourceAnswer>))]
[JsonSerializable(typeof(ListPage<StatusAnswer>))]
[JsonSerializable(typeof(ListPage<TokenAnswer>))]
[JsonSerializable(typeof(ListPage<UserAnswer>))]
[JsonSerializable(typeof(InvitedUser))]
[JsonSerializable(typeof(NewPassword))]
[JsonSerializable(typeof(NewToken))]
[JsonSerializable(typeof(PlanFileAnswer))]
[JsonSerializable(typeof(ProblemDocument))]
[JsonSerializable(typeof(PrunedBackupsAnswer))]
[JsonSerializable(typeof(PrunedRunsAnswer))]
[JsonSerializable(typeof(RestoreTrialAnswer))]
[JsonSerializable(typeof(RetriedRecords))]
[JsonSerializable(typeof(RetriedRuns))]
[JsonSerializable(typeof(RowPlaceText))]
[JsonSerializable(typeof(RowsAnswer))]
[JsonSerializable(typeof(SettledByNote))]
[JsonSerializable(typeof(SettledRunsAnswer))]
[JsonSerializable(typeof(StartBackfill))]
[JsonSerializable(typeof(StartRun))]
[JsonSerializable(typeof(UndoTrialAnswer))]
[JsonSerializable(typeof(VerificationAnswer))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(bool?))]
[JsonSerializable(typeof(DateTimeOffset?))]
[JsonSerializable(typeof(int?))]
[JsonSerializable(typeof(long))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class ApiJson : JsonSerializerContext
{
    /// <summary>Makes the framework read and write as this context does.</summary>
    public static void Configure(JsonSerializerOptions options)
    {
        var own = Default.Options;
        var records = InitialValues.Keep(Default, new Dictionary<Type, Func<object>>
        {
            [typeof(StartBackfill)] = () => new StartBackfill { Pipeline = "", From = default, To = default },
            [typeof(StartRun)] = () => new StartRun { Pipeline = "" },
            [typeof(ChangedUser)] = () => new ChangedUser(),
            [typeof(RetriedRecords)] = () => new RetriedRecords(),
            [typeof(InvitedUser)] = () => new InvitedUser { Email = "", Role = default },
            [typeof(NewPassword)] = () => new NewPassword { Current = "", New = "" },
            [typeof(NewToken)] = () => new NewToken { Name = "", Role = default },
        });
        options.TypeInfoResolver = JsonTypeInfoResolver.Combine(records, CompatJson.Default);
        options.PropertyNamingPolicy = own.PropertyNamingPolicy;
        options.DefaultIgnoreCondition = own.DefaultIgnoreCondition;
        options.RespectNullableAnnotations = own.RespectNullableAnnotations;
        options.RespectRequiredConstructorParameters = own.RespectRequiredConstructorParameters;
        options.UnmappedMemberHandling = own.UnmappedMemberHandling;
        foreach (var converter in own.Converters) options.Converters.Add(converter);
    }
}
