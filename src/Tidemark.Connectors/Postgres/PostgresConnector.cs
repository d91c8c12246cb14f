using Tidemark.Engine.Connectors;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Destinations.Sql;

namespace Tidemark.Connectors.Postgres;

/// <summary>PostgreSQL 14 or newer as a destination.</summary>
public sealed class PostgresConnector : IDestinationConnector
{
    public string Name => "postgres";

    Type IConnector.Options => typeof(PostgresOptions);

    public IDestination OpenDestination(object options, TimeProvider clock) =>
        new SqlDestination(new PostgresDatabase((PostgresOptions)options), clock);

    public IReadOnlyDictionary<string, string>? SettingsOf(string address) =>
        PostgresAddress.IsUri(address) ? new Dictionary<string, string> { ["url"] = address } : null;
}
