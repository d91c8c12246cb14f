using System.Text.Json.Serialization;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Json;

namespace Tidemark.Engine.Runs;

/// <summary>How the records of <see cref="RunJson"/> and of a plan's file are written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    Converters = [
        typeof(WordConverter<RunKind>), typeof(WordConverter<RunStatus>), typeof(WordConverter<WriteMode>),
        typeof(WordConverter<ChangeKind>), typeof(WordConverter<Records.FieldType>),
    ])]
[JsonSerializable(typeof(RunAnswer))]
[JsonSerializable(typeof(ChangeAnswer))]
[JsonSerializable(typeof(PlanFileAnswer))]
[JsonSerializable(typeof(List<PlanAnswer>))]
internal sealed partial class RunJsonTypes : JsonSerializerContext;
