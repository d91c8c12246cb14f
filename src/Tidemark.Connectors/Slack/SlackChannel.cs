using Tidemark.Engine.Connectors;

namespace Tidemark.Connectors.Slack;

/// <summary>Posts messages to an incoming webhook.</summary>
internal sealed class SlackChannel(SlackOptions options, TimeProvider clock) : IChannel
{
    private readonly ChannelPost _post = new(SecretAddressAttribute.AddressOf(options.Url!)!, options.AllowPrivateNetwork);

    public Task<ChannelReply> SendAsync(ChannelMessage message, CancellationToken cancellationToken) =>
        _post.SendAsync(SlackText.Of(message), [], clock, cancellationToken);

    public void Dispose() => _post.Dispose();
}
