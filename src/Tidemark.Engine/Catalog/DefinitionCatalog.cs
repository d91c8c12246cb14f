using Tidemark.Engine.Connectors;
using Tidemark.Engine.Secrets;

namespace Tidemark.Engine.Catalog;

/// <summary>The definitions of a catalog. Cheap to make; holds no connection.</summary>
public sealed class DefinitionCatalog
{
    /// <param name="database">Where they are kept.</param>
    /// <param name="vault">Where their secrets are kept.</param>
    /// <param name="connectors">The connectors there are. They say which settings are secret; every setting of an unknown
    /// connector is kept as a secret.</param>
    /// <param name="clock">Where "now" comes from.</param>
    public DefinitionCatalog(
        CatalogDatabase database, SecretVault vault, ConnectorCatalog connectors, TimeProvider clock)
    {
        Database = database;
        Connectors = connectors;
        Sources = new(database, vault, (source, setting) => IsSecret(source.Connector, setting),
            Rooted, (_, _) => Task.CompletedTask, clock);
        Destinations = new(database, vault, (destination, setting) => IsSecret(destination.Connector, setting),
            Rooted, (_, _) => Task.CompletedTask, clock);
        Pipelines = new(database, vault, (_, _) => false, Rooted, async (connection, pipeline) =>
        {
            await Sources.RequireAsync(connection, pipeline.Source);
            await Destinations.RequireAsync(connection, pipeline.Destination);
            if (pipeline.Backup.Upload is { } upload)
                await Destinations.RequireAsync(connection, upload);
        }, clock);
    }

    public DefinitionSet<SourceDefinition> Sources { get; }

    public DefinitionSet<DestinationDefinition> Destinations { get; }

    public DefinitionSet<PipelineDefinition> Pipelines { get; }

    internal CatalogDatabase Database { get; }

    internal ConnectorCatalog Connectors { get; }

    /// <summary>Whether a setting of a connector is encrypted at rest and never shown.</summary>
    public bool IsSecret(string connector, string setting) =>
        Connectors.Find(connector) is not { } known || known.Spec.Find(setting) is { IsSecret: true };

    private IReadOnlyDictionary<string, string> Rooted<T>(T definition)
        where T : IDefinition<T> =>
        definition.Connector is { } connector && Connectors.Find(connector) is { } known
            ? SettingsBinder.Rooted(known.Spec, definition.Settings, Environment.CurrentDirectory) : definition.Settings;
}
