using System.Globalization;
using System.Text;
using StandardWebhooks;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Settings;

namespace Tidemark.Connectors.Webhook;

/// <summary>Posts a message with its id, the time of the attempt, and a signature by each secret.</summary>
/// <remarks>https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md</remarks>
internal sealed class WebhookChannel(WebhookOptions options, TimeProvider clock) : IChannel
{
    private readonly ChannelPost _post = new(options.Url!, options.AllowPrivateNetwork);

    public Task<ChannelReply> SendAsync(ChannelMessage message, CancellationToken cancellationToken)
    {
        var (body, now) = (message.ToBytes(), clock.GetUtcNow());
        return _post.SendAsync(body,
        [
            new("webhook-id", message.Id),
            new("webhook-timestamp", now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)),
            new("webhook-signature", Signature(message.Id, now, Encoding.UTF8.GetString(body.Span))),
        ], clock, cancellationToken);
    }

    public void Dispose() => _post.Dispose();

    private string Signature(string id, DateTimeOffset now, string body) => string.Join(' ',
        new[] { options.Secret, options.SecondSecret }.OfType<Secret>().Select(secret => new StandardWebhook(WebhookSecretAttribute.BytesOf(secret)!).Sign(id, now, body)));
}
