using Tidemark.Connectors.Postgres.Catalog;
using Tidemark.Connectors.Postgres.Transfer;
using Tidemark.Engine.Catalog;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Settings;
using Tidemark.Engine.Transfers;

namespace Tidemark.Connectors.Postgres;

/// <summary>PostgreSQL 14 or newer as a destination, as either end of a transfer, and as the place of the catalog.</summary>
public sealed class PostgresConnector : IDestinationConnector, ITransferConnector, ICatalogConnector
{
    public ConnectorSpec Spec { get; } = ConnectorSpec.Of<PostgresOptions>("postgres", "PostgreSQL", ConnectorRoles.Destination | ConnectorRoles.Transfer) with
    {
        Docs = new Uri("https://www.postgresql.org/docs/current/"),
    };

    public IDestination OpenDestination(BoundSettings settings, TimeProvider clock) =>
        new SqlDestination(new PostgresDatabase(settings.As<PostgresOptions>()), clock);

    public ITransferEnd OpenEnd(BoundSettings settings, int parallel, byte[]? maskKey) =>
        new PostgresEnd(new TransferConnections(settings.As<PostgresOptions>(), parallel), maskKey);

    public CatalogDatabase? OpenCatalog(string address) =>
        PostgresAddress.IsUri(address) ? new PostgresCatalog(PostgresCatalogAddress.Parse(address)) : null;

    public IReadOnlyDictionary<string, string>? SettingsOf(string address) =>
        PostgresAddress.IsUri(address) ? new Dictionary<string, string> { ["url"] = address } : null;
}
