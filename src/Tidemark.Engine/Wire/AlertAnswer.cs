using System.Text.Json.Serialization;
using Tidemark.Engine.Alerts;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Json;

namespace Tidemark.Engine.Wire;

/// <summary>A channel.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Connector">Its connector.</param>
/// <param name="Settings">In the order of their names, each secret as <c>***</c>.</param>
public sealed record ChannelAnswer(string Name, string Connector, IReadOnlyDictionary<string, string> Settings)
{
    public static ChannelAnswer Of(DefinitionCatalog catalog, ChannelDefinition channel) =>
        new(channel.Name, channel.Connector, ShownSettings.Of(catalog, channel.Connector, channel.Settings));
}

/// <summary>A rule of what is told to whom. The keys are those of its YAML.</summary>
public sealed record AlertAnswer
{
    public required string Name { get; init; }

    public required IReadOnlyList<AlertEvent> Events { get; init; }

    /// <summary>Names of pipelines, with <c>*</c> for any letters; empty for all.</summary>
    public required IReadOnlyList<string> Pipelines { get; init; }

    /// <summary>Labels, of which a pipeline must have one; empty for any.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    public required IReadOnlyList<string> Channels { get; init; }

    /// <summary>Absent where each event has its own.</summary>
    public AlertSeverity? Severity { get; init; }

    /// <summary>Absent for no time.</summary>
    public string? Delay { get; init; }

    /// <summary>Absent for no time.</summary>
    public string? Group { get; init; }

    /// <summary>Absent for the usual time.</summary>
    public string? Repeat { get; init; }

    /// <summary>E.g. <c>22:00 to 07:00 Europe/Berlin</c>; absent for none.</summary>
    public string? Quiet { get; init; }

    public required int Over { get; init; }

    public static AlertAnswer Of(AlertDefinition alert) => new()
    {
        Name = alert.Name,
        Events = alert.Events,
        Pipelines = alert.Pipelines,
        Labels = alert.Labels,
        Channels = alert.Channels,
        Severity = alert.Severity,
        Delay = alert.Delay,
        Group = alert.Group,
        Repeat = alert.Repeat,
        Quiet = alert.Quiet is { } quiet ? $"{quiet.From} to {quiet.To} {quiet.TimeZone}" : null,
        Over = alert.Over,
    };
}

/// <summary>What came of a test message.</summary>
/// <param name="Channel">Name of the channel.</param>
/// <param name="Works">Whether it was taken.</param>
public sealed record ChannelTestAnswer(string Channel, bool Works)
{
    /// <summary>The status of HTTP or SMTP; absent where nobody answered.</summary>
    public int? Status { get; init; }

    /// <summary>Why it was not taken; absent where it was.</summary>
    public ProblemAnswer? Problem { get; init; }

    public static ChannelTestAnswer Of(string channel, ChannelReply reply) => new(channel, reply.Problem is null)
    {
        Status = reply.Status,
        Problem = reply.Problem is { } problem ? ProblemAnswer.Of(problem) : null,
    };
}

/// <summary>A message to one channel.</summary>
public sealed record DeliveryAnswer
{
    /// <summary>The message's id, the same at every attempt.</summary>
    public required string Id { get; init; }

    /// <summary>Name of the rule that it is sent by.</summary>
    public required string Rule { get; init; }

    public required string Channel { get; init; }

    public required DeliveryState State { get; init; }

    public required AlertSeverity Severity { get; init; }

    /// <summary>What it says, on one line.</summary>
    public required string Subject { get; init; }

    [JsonConverter(typeof(UtcConverter))]
    public required DateTimeOffset MadeAt { get; init; }

    /// <summary>When it is sent next; absent where it is not.</summary>
    [JsonConverter(typeof(UtcConverter))]
    public DateTimeOffset? NextAt { get; init; }

    /// <summary>When it was taken or given up; absent while it waits.</summary>
    [JsonConverter(typeof(UtcConverter))]
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>How often it was tried.</summary>
    public required int Tries { get; init; }

    /// <summary>Ids of the runs that it tells of.</summary>
    public required IReadOnlyList<string> Runs { get; init; }

    /// <summary>What it says, part by part.</summary>
    public required IReadOnlyList<DeliveredAlertAnswer> Alerts { get; init; }

    /// <summary>What was tried, in order; absent in a list.</summary>
    public IReadOnlyList<DeliveryAttemptAnswer>? Attempts { get; init; }

    public static DeliveryAnswer Of(Delivery delivery) => new()
    {
        Id = delivery.Id,
        Rule = delivery.Rule,
        Channel = delivery.Channel,
        State = delivery.State,
        Severity = delivery.Message.Data.Severity,
        Subject = delivery.Message.Data.Subject,
        MadeAt = delivery.MadeAt,
        NextAt = delivery.NextAt,
        EndedAt = delivery.EndedAt,
        Tries = delivery.Tries,
        Runs = [.. delivery.Message.Data.Alerts.Select(alert => alert.Run).OfType<string>().Distinct(StringComparer.Ordinal)],
        Alerts = [.. delivery.Message.Data.Alerts.Select(alert => new DeliveredAlertAnswer(alert.Headline, alert.What))],
        Attempts = delivery.Attempts.Count == 0 ? null : [.. delivery.Attempts.Select(DeliveryAttemptAnswer.Of)],
    };
}

/// <summary>One part of a message.</summary>
/// <param name="Headline">What it is about, e.g. <c>payments: failed</c>.</param>
/// <param name="What">What happened, in a sentence.</param>
public sealed record DeliveredAlertAnswer(string Headline, string What);

/// <summary>One attempt to send a message.</summary>
public sealed record DeliveryAttemptAnswer
{
    /// <summary>Counts from 1.</summary>
    public required int Number { get; init; }

    [JsonConverter(typeof(UtcConverter))]
    public required DateTimeOffset At { get; init; }

    public required double Seconds { get; init; }

    /// <summary>The status of HTTP or SMTP; absent where nobody answered.</summary>
    public int? Status { get; init; }

    /// <summary>Stable code of what went wrong; absent where the message was taken.</summary>
    public string? Code { get; init; }

    /// <summary>The same in a sentence.</summary>
    public string? Problem { get; init; }

    public static DeliveryAttemptAnswer Of(DeliveryAttempt attempt) => new()
    {
        Number = attempt.Number,
        At = attempt.At,
        Seconds = Math.Round(attempt.Seconds, 3),
        Status = attempt.Status,
        Code = attempt.Code,
        Problem = attempt.Problem,
    };
}
