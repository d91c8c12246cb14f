using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Json;
using Tidemark.Engine.Proposals;
using Tidemark.Engine.Runs;
using Tidemark.Server.Api;

namespace Tidemark.Server.Agents;

/// <summary>What the tools take, and what of their answers is the agents' own.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectRequiredConstructorParameters = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    Converters = [
        typeof(WordConverter<RunStatus>), typeof(WordConverter<RunLogLevel>), typeof(WordConverter<WriteMode>), typeof(WordConverter<RestoreMode>),
        typeof(WordConverter<StartKind>), typeof(WordConverter<Comparison>), typeof(WordConverter<ProposalStatus>), typeof(WordConverter<DefinitionKind>),
    ])]
[JsonSerializable(typeof(BackupsArguments))]
[JsonSerializable(typeof(DefinitionsArguments))]
[JsonSerializable(typeof(InboxArguments))]
[JsonSerializable(typeof(LogArguments))]
[JsonSerializable(typeof(ProposalArguments))]
[JsonSerializable(typeof(ProposalsArguments))]
[JsonSerializable(typeof(ProposedActArguments))]
[JsonSerializable(typeof(ProposedRestoreArguments))]
[JsonSerializable(typeof(ProposedRunArguments))]
[JsonSerializable(typeof(QuarantineArguments))]
[JsonSerializable(typeof(RecordArguments))]
[JsonSerializable(typeof(RestoreArguments))]
[JsonSerializable(typeof(RunArguments))]
[JsonSerializable(typeof(RunRowsArguments))]
[JsonSerializable(typeof(RunsArguments))]
[JsonSerializable(typeof(SchedulesArguments))]
[JsonSerializable(typeof(StartArguments))]
[JsonSerializable(typeof(StartedActArguments))]
[JsonSerializable(typeof(StartedRestoreArguments))]
[JsonSerializable(typeof(StatusArguments))]
[JsonSerializable(typeof(StreamsArguments))]
[JsonSerializable(typeof(TableArguments))]
[JsonSerializable(typeof(JsonObject))]
internal sealed partial class AgentJson : JsonSerializerContext;
