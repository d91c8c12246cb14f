using Tidemark.Engine.Connectors;

namespace Tidemark.Engine.Alerts;

/// <summary>Where a message to a channel stands.</summary>
public enum DeliveryState
{
    /// <summary>It is sent now, or at its next attempt.</summary>
    Waiting,

    /// <summary>The channel has taken it.</summary>
    Sent,

    /// <summary>The last attempt has failed; only a person sends it again.</summary>
    Dead,
}

/// <summary>A message to one channel.</summary>
/// <param name="Id">The message's id, the same at every attempt.</param>
/// <param name="Rule">Name of the rule.</param>
/// <param name="Channel">Name of the channel.</param>
/// <param name="State">Where it stands.</param>
/// <param name="MadeAt">When it was made.</param>
/// <param name="Message">The message.</param>
public sealed record Delivery(string Id, string Rule, string Channel, DeliveryState State, DateTimeOffset MadeAt, ChannelMessage Message)
{
    /// <summary>When it is sent next; null where it is not.</summary>
    public DateTimeOffset? NextAt { get; init; }

    /// <summary>When it was taken, or given up; null while it waits.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>What was tried, in order; empty in a list.</summary>
    public IReadOnlyList<DeliveryAttempt> Attempts { get; init; } = [];

    /// <summary>How often it was tried.</summary>
    public int Tries { get; init; }

    /// <summary>Attempts that have failed since it was made or replayed.</summary>
    internal int Failures { get; init; }

    /// <summary>Until when whoever claimed it has it; tells claims apart.</summary>
    internal DateTimeOffset? ClaimedUntil { get; init; }
}

/// <summary>One attempt to send a message.</summary>
/// <param name="Number">Counts from 1.</param>
/// <param name="At">When it began.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Status">The status of HTTP or SMTP; null where nobody answered.</param>
/// <param name="Code">Stable code of what went wrong; null where the message was taken.</param>
/// <param name="Problem">The same in a sentence, without secrets.</param>
public sealed record DeliveryAttempt(int Number, DateTimeOffset At, double Seconds, int? Status, string? Code, string? Problem);

/// <summary>Which messages are wanted.</summary>
public sealed record DeliveryFilter
{
    /// <summary>Name of the channel; null for any.</summary>
    public string? Channel { get; init; }

    /// <summary>Where they stand; null for anywhere.</summary>
    public DeliveryState? State { get; init; }

    /// <summary>Id of a run that they tell of; null for any.</summary>
    public string? Run { get; init; }

    /// <summary>Only those older than this place; null for all.</summary>
    public (DateTimeOffset MadeAt, string Id)? Before { get; init; }
}
