using Tidemark.Engine.Connectors;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Destinations.Sql;

namespace Tidemark.Connectors.Sqlite;

/// <summary>A SQLite file as a destination.</summary>
public sealed class SqliteConnector : IDestinationConnector
{
    private const string Scheme = "sqlite:";

    public string Name => "sqlite";

    Type IConnector.Options => typeof(SqliteOptions);

    public IDestination OpenDestination(object options, TimeProvider clock) =>
        new SqlDestination(new SqliteDatabase((SqliteOptions)options), clock);

    public IReadOnlyDictionary<string, string>? SettingsOf(string address) =>
        address.StartsWith(Scheme, StringComparison.Ordinal)
            ? new Dictionary<string, string> { ["path"] = address[Scheme.Length..] } : null;
}
