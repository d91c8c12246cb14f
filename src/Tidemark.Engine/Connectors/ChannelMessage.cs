using System.Globalization;
using System.Text.Json.Serialization;
using Tidemark.Engine.Json;

namespace Tidemark.Engine.Connectors;

/// <summary>What a message can be about.</summary>
public enum AlertEvent
{
    /// <summary>A run failed.</summary>
    Failed,

    /// <summary>A run did a part of its work.</summary>
    Partial,

    /// <summary>A run waits for approval.</summary>
    Parked,

    /// <summary>No run was proven by the deadline.</summary>
    Late,

    /// <summary>The vendor has new fields, and the pipeline's schema is frozen.</summary>
    SchemaChange,

    /// <summary>More records than allowed wait in quarantine.</summary>
    Quarantine,

    /// <summary>A run read far more or far fewer records of a stream than those before it.</summary>
    Volume,

    /// <summary>The first run that succeeded after a problem that was told.</summary>
    Recovered,

    /// <summary>A run succeeded.</summary>
    Completed,
}

/// <summary>How much a message matters.</summary>
public enum AlertSeverity
{
    Info,
    Warning,

    /// <summary>It is told in quiet hours too.</summary>
    Critical,
}

/// <summary>
/// A message, as it is kept until it is sent and as a webhook sends it: <c>type</c>, <c>timestamp</c> and <c>data</c>, as Standard Webhooks has them.
/// Every text in it is one plain line of limited length.
/// </summary>
/// <param name="Type"><c>alert</c> or <c>test</c>.</param>
/// <param name="Timestamp">When it was made.</param>
/// <param name="Data">What it says.</param>
public sealed record ChannelMessage(string Type, [property: JsonConverter(typeof(UtcConverter))] DateTimeOffset Timestamp, ChannelMessageData Data)
{
    /// <summary>Tells it from every other message; the same however often it is sent. Sent beside the body.</summary>
    [JsonIgnore]
    public string Id { get; init; } = "";

    /// <summary>The body as it is kept and sent.</summary>
    public string ToJson() => JsonText.Line(this, ChannelJson.Default.ChannelMessage);

    /// <summary>The body, for the channels that send it.</summary>
    public ReadOnlyMemory<byte> ToBytes() => JsonText.Bytes(this, ChannelJson.Default.ChannelMessage);
}

/// <summary>What a message says.</summary>
/// <param name="Subject">One line, e.g. <c>payments: failed</c>.</param>
/// <param name="Rule">Name of the rule that sends it; empty for a test.</param>
/// <param name="Severity">The highest of its parts.</param>
/// <param name="Alerts">Its parts, the oldest first.</param>
public sealed record ChannelMessageData(string Subject, string Rule, AlertSeverity Severity, IReadOnlyList<ChannelAlert> Alerts)
{
    /// <summary>Number of parts that found no room in it; absent for none.</summary>
    public int? More { get; init; }
}

/// <summary>One part of a message.</summary>
/// <param name="Event">What it is about.</param>
/// <param name="Severity">How much it matters.</param>
/// <param name="Pipeline">Name of the pipeline; empty for a test.</param>
/// <param name="At">When it came about.</param>
/// <param name="What">What happened, in a sentence.</param>
public sealed record ChannelAlert(
    AlertEvent Event, AlertSeverity Severity, string Pipeline, [property: JsonConverter(typeof(UtcConverter))] DateTimeOffset At, string What)
{
    /// <summary>Id of the run; absent where it is about none.</summary>
    public string? Run { get; init; }

    /// <summary>How often it has happened since it was last told; absent for once.</summary>
    public int? Times { get; init; }

    /// <summary>The state of the data now; absent where nothing is known.</summary>
    public string? State { get; init; }

    /// <summary>What a person may do next, in words; absent where nothing is due.</summary>
    public string? Next { get; init; }

    /// <summary>Address of a page with more; absent where the server's public address is not set.</summary>
    public string? Link { get; init; }

    /// <summary>The stable code of the problem; absent where there is none.</summary>
    public string? Code { get; init; }

    /// <summary>What it is about, e.g. <c>payments: failed, 3 times</c>.</summary>
    [JsonIgnore]
    public string Headline => Pipeline.Length == 0 ? "a test"
        : Pipeline + ": " + EnumWord.Of(Event).Replace('_', ' ') + (Times is { } times ? string.Create(CultureInfo.InvariantCulture, $", {times} times") : "");
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(WordConverter<AlertEvent>), typeof(WordConverter<AlertSeverity>)])]
[JsonSerializable(typeof(ChannelMessage))]
internal sealed partial class ChannelJson : JsonSerializerContext;
