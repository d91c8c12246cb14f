using Tidemark.Engine.Connectors;
using Tidemark.Engine.Settings;

namespace Tidemark.Connectors.Mail;

/// <summary>Mail, by a server that speaks SMTP.</summary>
public sealed class MailConnector : IChannelConnector
{
    public ConnectorSpec Spec { get; } = ConnectorSpec.Of<MailOptions>("mail", "Mail", ConnectorRoles.Channel);

    public IChannel OpenChannel(BoundSettings settings, TimeProvider clock) => new MailChannel(settings.As<MailOptions>(), clock);
}
