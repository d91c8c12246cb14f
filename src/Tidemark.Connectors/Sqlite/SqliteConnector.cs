using Tidemark.Engine.Connectors;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Settings;

namespace Tidemark.Connectors.Sqlite;

/// <summary>A SQLite file as a destination.</summary>
public sealed class SqliteConnector : IDestinationConnector
{
    private const string Scheme = "sqlite:";

    public ConnectorSpec Spec { get; } = ConnectorSpec.Of<SqliteOptions>("sqlite", "SQLite", ConnectorRoles.Destination) with
    {
        Docs = new Uri("https://www.sqlite.org/docs.html"),
    };

    public IDestination OpenDestination(BoundSettings settings, TimeProvider clock) =>
        new SqlDestination(new SqliteDatabase(settings.As<SqliteOptions>()), clock);

    public IReadOnlyDictionary<string, string>? SettingsOf(string address) =>
        address.StartsWith(Scheme, StringComparison.Ordinal)
            ? new Dictionary<string, string> { ["path"] = PathIn(address[Scheme.Length..]) } : null;

    /// <summary>An address may have slashes before the path, as one has that names a host.</summary>
    private static string PathIn(string rest) => rest.StartsWith("//", StringComparison.Ordinal) ? rest[2..] : rest;
}
