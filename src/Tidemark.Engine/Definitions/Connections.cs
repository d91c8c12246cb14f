using Tidemark.Engine.Connectors;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Settings;
using Tidemark.Engine.Sources;
using Tidemark.Engine.Transfers;

namespace Tidemark.Engine.Definitions;

/// <summary>Opens the sources, destinations, storages and channels that definitions name.</summary>
public sealed class Connections(ConnectorCatalog connectors, TimeProvider clock)
{
    /// <summary>Opens a source; null where its settings do not allow it, with the reasons among the problems.</summary>
    public ISource? OpenSource(SourceDefinition definition, List<Problem> problems) =>
        Bind<ISourceConnector>("source", definition.Name, definition.Connector, definition.Settings, problems) is var (connector, settings)
            ? connector.OpenSource(settings, clock) : null;

    /// <summary>Opens a destination; null where its settings do not allow it, with the reasons among the problems.</summary>
    public IDestination? OpenDestination(DestinationDefinition definition, List<Problem> problems) =>
        Bind<IDestinationConnector>("destination", definition.Name, definition.Connector, definition.Settings, problems) is var (connector, settings)
            ? connector.OpenDestination(settings, clock) : null;

    /// <summary>Opens the source of a transfer; null where its settings do not allow it, with the reasons among the problems.</summary>
    public ITransferEnd? OpenEnd(SourceDefinition definition, TransferPolicy policy, byte[]? maskKey, List<Problem> problems) =>
        Bind<ITransferConnector>("source", definition.Name, definition.Connector, definition.Settings, problems) is var (connector, settings)
            ? connector.OpenEnd(settings, policy.Parallel, maskKey) : null;

    /// <summary>Opens the target of a transfer; null where its settings do not allow it, with the reasons among the problems.</summary>
    public ITransferEnd? OpenEnd(DestinationDefinition definition, TransferPolicy policy, List<Problem> problems) =>
        Bind<ITransferConnector>("destination", definition.Name, definition.Connector, definition.Settings, problems) is var (connector, settings)
            ? connector.OpenEnd(settings, policy.Parallel, maskKey: null) : null;

    /// <summary>How a storage is opened; null where its settings do not allow it, with the reasons among the problems.</summary>
    public Func<IFileStorage>? Storage(DestinationDefinition definition, List<Problem> problems) =>
        Bind<IStorageConnector>("storage", definition.Name, definition.Connector, definition.Settings, problems) is var (connector, settings)
            ? () => connector.OpenStorage(settings) : null;

    /// <summary>Opens a channel; null where its settings do not allow it, with the reasons among the problems.</summary>
    public IChannel? OpenChannel(ChannelDefinition definition, List<Problem> problems) =>
        Bind<IChannelConnector>("channel", definition.Name, definition.Connector, definition.Settings, problems) is var (connector, settings)
            ? connector.OpenChannel(settings, clock) : null;

    /// <summary>What a call of a source's vendor tells of; null where the source takes no calls.</summary>
    /// <exception cref="TidemarkException"><c>webhook.refused</c>, <c>webhook.malformed</c>; the source's settings are wrong.</exception>
    public WebhookNews? Hear(SourceDefinition definition, WebhookCall call)
    {
        if (connectors.Find<IWebhookConnector>(definition.Connector) is null || !definition.Settings.ContainsKey(WebhookCall.SecretSetting)) return null;
        var problems = new List<Problem>();
        return Bind<IWebhookConnector>("source", definition.Name, definition.Connector, definition.Settings, problems) is var (connector, settings)
            ? settings.Get<Secret>(WebhookCall.SecretSetting) is { } secret && secret.Reveal().Length > 0 ? connector.Hear(call, secret, settings, clock.GetUtcNow()) : null
            : throw TidemarkException.ForAll(problems);
    }

    /// <summary>Whether a source is a database whose tables are transferred, and no system that records are read from.</summary>
    public bool IsDatabase(SourceDefinition definition) =>
        connectors.Find<ITransferConnector>(definition.Connector) is not null and not ISourceConnector;

    /// <summary>Whether a destination is a storage for files.</summary>
    public bool IsStorage(DestinationDefinition definition) =>
        connectors.Find<IStorageConnector>(definition.Connector) is not null;

    private (T Connector, BoundSettings Settings)? Bind<T>(
        string kind, string name, string connectorName, IReadOnlyDictionary<string, string> settings, List<Problem> problems)
        where T : class, IConnector
    {
        var subject = $"{kind} \"{name}\"";
        if (connectors.Find<T>(connectorName) is not { } connector)
        {
            problems.Add(new("connector.unknown", subject, $"There is no {kind} connector {connectorName}.",
                NearestName.Hint(connectorName, connectors.Names<T>())));
            return null;
        }

        var before = problems.Count;
        var bound = SettingsBinder.Bind(connector.Spec, settings, subject, problems);
        return problems.Count == before ? (connector, bound) : null;
    }
}
