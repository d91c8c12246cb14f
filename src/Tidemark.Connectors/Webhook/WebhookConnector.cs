using Tidemark.Engine.Connectors;
using Tidemark.Engine.Settings;

namespace Tidemark.Connectors.Webhook;

/// <summary>An address that takes messages as JSON, signed by Standard Webhooks.</summary>
public sealed class WebhookConnector : IChannelConnector
{
    public ConnectorSpec Spec { get; } = ConnectorSpec.Of<WebhookOptions>("webhook", "Webhook", ConnectorRoles.Channel) with
    {
        Docs = new Uri("https://www.standardwebhooks.com"),
    };

    public IChannel OpenChannel(BoundSettings settings, TimeProvider clock) => new WebhookChannel(settings.As<WebhookOptions>(), clock);
}
