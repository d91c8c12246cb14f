using Tidemark.Engine.Connectors;
using Tidemark.Engine.Settings;
using Tidemark.Engine.Sources;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Square;

/// <summary>Square: locations, catalog, inventory and orders.</summary>
/// <remarks>https://developer.squareup.com/reference/square, version <see cref="Version"/>.</remarks>
public sealed class SquareConnector : IWebhookConnector
{
    /// <summary>The version that requests pin.</summary>
    internal const string Version = "2025-08-20";

    private static readonly Uri Production = new("https://connect.squareup.com");
    private static readonly Uri Sandbox = new("https://connect.squareupsandbox.com");

    public ConnectorSpec Spec { get; } = ConnectorSpec.Of<SquareOptions>("square", "Square", ConnectorRoles.Source) with
    {
        Docs = new Uri("https://developer.squareup.com/reference/square"),
    };

    public WebhookNews Hear(WebhookCall call, Secret secret, BoundSettings settings, DateTimeOffset now) => SquareWebhook.Hear(call, secret, settings.As<SquareOptions>());

    public ISource OpenSource(BoundSettings settings, TimeProvider clock)
    {
        var square = settings.As<SquareOptions>();
        var streams = SquareStreams.All(square);
        string[] names = [.. streams.Select(stream => stream.Schema.Name)];
        return new HttpSource(new HttpExchange(Api(square), clock), streams, clock)
        {
            Facts =
            [
                new("environment", square.Environment == SquareEnvironment.Sandbox ? "sandbox" : "production"),
                new("version", Version),
            ],
            Inquire = (exchange, cancellationToken) =>
                SquarePermissions.CheckAsync(exchange, names, clock.GetUtcNow(), cancellationToken),
        };
    }

    internal static HttpApi Api(SquareOptions options) =>
        options.ApiAt(options.BaseUrl ?? (options.Environment == SquareEnvironment.Sandbox ? Sandbox : Production)) with
        {
            Headers = [new("Square-Version", Version)],
            Authentication = HttpAuthentication.Bearer(options.AccessToken),
            RequestsPerSecond = options.RequestsPerSecond,
            MaxConcurrent = Math.Max(8, options.Parallel * 2),
            Classify = SquareErrors.Classify,
        };
}
