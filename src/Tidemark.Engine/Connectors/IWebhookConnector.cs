using Tidemark.Engine.Errors;
using Tidemark.Engine.Settings;

namespace Tidemark.Engine.Connectors;

/// <summary>A system that records are read from, and that calls when some of them have changed.</summary>
public interface IWebhookConnector : ISourceConnector
{
    /// <summary>What a call tells of, once it is shown to be the vendor's.</summary>
    /// <param name="call">The call; its body may be anything.</param>
    /// <param name="secret">The source's setting <c>webhook_secret</c>.</param>
    /// <param name="settings">Settings that fit <see cref="IConnector.Spec"/>.</param>
    /// <param name="now">The present moment, where a signature has a time.</param>
    /// <exception cref="TidemarkException"><c>webhook.refused</c>: no signature or token of this secret, or one of another time;
    /// <c>webhook.malformed</c> (usage).</exception>
    WebhookNews Hear(WebhookCall call, Secret secret, BoundSettings settings, DateTimeOffset now);
}

/// <summary>A call of a vendor.</summary>
/// <param name="Address">The address that was called, as the caller named it.</param>
/// <param name="Body">The body, byte for byte.</param>
/// <param name="Header">The value of a header, whatever its capitals; null where it is not there.</param>
public sealed record WebhookCall(Uri Address, ReadOnlyMemory<byte> Body, Func<string, string?> Header)
{
    /// <summary>The setting of a source that shows a call to be the vendor's. It opens nothing at the vendor.</summary>
    public const string SecretSetting = "webhook_secret";
}

/// <summary>What a call tells of.</summary>
/// <param name="Event">The vendor's word for it, e.g. <c>customer.updated</c>; null where the vendor has none.</param>
/// <param name="Streams">Streams that it may have changed, none for what concerns no stream; null where the vendor does not say.</param>
public sealed record WebhookNews(string? Event, IReadOnlyList<string>? Streams);
