using System.Text.Json.Serialization;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Json;

namespace Tidemark.Engine.Alerts;

/// <summary>What a rule tells, or has told.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Rule">Name of the rule.</param>
/// <param name="Said">What is said of it.</param>
/// <param name="Times">How often it came about since it was last told.</param>
/// <param name="ToldAt">When it was told; null where it waits.</param>
internal sealed record Alert(long Id, string Rule, ChannelAlert Said, long Times, DateTimeOffset? ToldAt);

/// <summary>A row of the table alerts.</summary>
internal sealed record AlertRow
{
    public const string Columns = "id AS Id, rule AS Rule, times AS Times, body AS Body, told_at AS ToldAt";

    public required long Id { get; init; }

    public required string Rule { get; init; }

    public required long Times { get; init; }

    public required string Body { get; init; }

    public long? ToldAt { get; init; }

    public static string Write(ChannelAlert said) => JsonText.Line(said, AlertJson.Default.ChannelAlert);

    public Alert ToAlert() => new(Id, Rule, System.Text.Json.JsonSerializer.Deserialize(Body, AlertJson.Default.ChannelAlert)!, Times,
        ToldAt is { } told ? DateTimeOffset.FromUnixTimeMilliseconds(told) : null);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(WordConverter<AlertEvent>), typeof(WordConverter<AlertSeverity>)])]
[JsonSerializable(typeof(ChannelAlert))]
[JsonSerializable(typeof(ChannelMessage))]
internal sealed partial class AlertJson : JsonSerializerContext;
