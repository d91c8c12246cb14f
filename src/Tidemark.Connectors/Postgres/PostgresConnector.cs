using Tidemark.Connectors.Postgres.Catalog;
using Tidemark.Engine.Catalog;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Settings;

namespace Tidemark.Connectors.Postgres;

/// <summary>PostgreSQL 14 or newer as a destination, and as the place of the catalog.</summary>
public sealed class PostgresConnector : IDestinationConnector, ICatalogConnector
{
    public ConnectorSpec Spec { get; } = ConnectorSpec.Of<PostgresOptions>("postgres", "PostgreSQL", ConnectorRoles.Destination) with
    {
        Docs = new Uri("https://www.postgresql.org/docs/current/"),
    };

    public IDestination OpenDestination(BoundSettings settings, TimeProvider clock) =>
        new SqlDestination(new PostgresDatabase(settings.As<PostgresOptions>()), clock);

    public CatalogDatabase? OpenCatalog(string address) =>
        PostgresAddress.IsUri(address) ? new PostgresCatalog(PostgresCatalogAddress.Parse(address)) : null;

    public IReadOnlyDictionary<string, string>? SettingsOf(string address) =>
        PostgresAddress.IsUri(address) ? new Dictionary<string, string> { ["url"] = address } : null;
}
