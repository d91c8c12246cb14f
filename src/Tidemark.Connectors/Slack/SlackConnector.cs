using Tidemark.Engine.Connectors;
using Tidemark.Engine.Settings;

namespace Tidemark.Connectors.Slack;

/// <summary>A channel of Slack, by an incoming webhook.</summary>
public sealed class SlackConnector : IChannelConnector
{
    public ConnectorSpec Spec { get; } = ConnectorSpec.Of<SlackOptions>("slack", "Slack", ConnectorRoles.Channel) with
    {
        Docs = new Uri("https://api.slack.com/messaging/webhooks"),
    };

    public IChannel OpenChannel(BoundSettings settings, TimeProvider clock) => new SlackChannel(settings.As<SlackOptions>(), clock);
}
