using Tidemark.Engine.Errors;
using Tidemark.Engine.Settings;

namespace Tidemark.Engine.Connectors;

/// <summary>A system that messages are sent to, for people or programs.</summary>
public interface IChannelConnector : IConnector
{
    /// <param name="settings">Settings that fit <see cref="IConnector.Spec"/>.</param>
    /// <param name="clock">Where "now" comes from.</param>
    IChannel OpenChannel(BoundSettings settings, TimeProvider clock);
}

/// <summary>A place that messages are sent to.</summary>
public interface IChannel : IDisposable
{
    /// <summary>Tries to send a message, once, within half a minute. Throws nothing but for a defect, or where it is cancelled.</summary>
    Task<ChannelReply> SendAsync(ChannelMessage message, CancellationToken cancellationToken);
}

/// <summary>What came of an attempt to send a message.</summary>
/// <param name="Status">The status of HTTP or SMTP, e.g. 200 or 250; null where nobody answered.</param>
public sealed record ChannelReply(int? Status)
{
    /// <summary>Why it was not taken; null where it was. Holds no secret, and nothing of what was sent.</summary>
    public Problem? Problem { get; init; }

    /// <summary>Whether nobody is there any more, so that no other attempt is worth it.</summary>
    public bool IsFinal { get; init; }

    /// <summary>It was not taken.</summary>
    public static ChannelReply Not(TidemarkException failure, int? status = null) => new(status) { Problem = Problem.From(failure, "channel") };
}
