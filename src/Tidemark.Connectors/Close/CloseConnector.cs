using Tidemark.Engine.Connectors;
using Tidemark.Engine.Settings;
using Tidemark.Engine.Sources;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Close;

/// <summary>Close: leads, contacts, opportunities, activities, tasks, and what an organization has set up.</summary>
/// <remarks>https://developer.close.com.</remarks>
public sealed class CloseConnector : IWebhookConnector
{
    /// <summary>What every path begins with; Close has no other version.</summary>
    internal const string Root = "/api/v1";

    public ConnectorSpec Spec { get; } = ConnectorSpec.Of<CloseOptions>("close", "Close", ConnectorRoles.Source) with
    {
        Docs = new Uri("https://developer.close.com"),
    };

    public WebhookNews Hear(WebhookCall call, Secret secret, BoundSettings settings, DateTimeOffset now) => CloseWebhook.Hear(call, secret, now);

    public ISource OpenSource(BoundSettings settings, TimeProvider clock) => new CloseSource(settings.As<CloseOptions>(), clock);

    internal static HttpApi Api(CloseOptions options) => options.ApiAt(options.BaseUrl) with
    {
        Authentication = new CloseKey(options.ApiKey),
        RequestsPerSecond = options.RequestsPerSecond,
        MaxConcurrent = options.Parallel * 2,
        Classify = CloseErrors.Classify,
    };
}
