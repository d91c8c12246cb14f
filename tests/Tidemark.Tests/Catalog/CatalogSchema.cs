using Dapper;
using Npgsql;
using Tidemark.Connectors.Postgres;

namespace Tidemark.Tests.Catalog;

/// <summary>A place for a catalog in the tests' PostgreSQL, gone after the test.</summary>
internal sealed class CatalogSchema : IDisposable
{
    public string Name { get; } = $"catalog_{Guid.NewGuid():N}";

    /// <summary>Connections of a pool that nobody uses are closed within a second: hundreds of catalogs share one server.</summary>
    public string Address => $"{TestPostgres.Url}{(TestPostgres.Url.Contains('?', StringComparison.Ordinal) ? '&' : '?')}schema={Name}"
        + $"&application_name={Name}&ConnectionIdleLifetime=1&ConnectionPruningInterval=1";

    public void Dispose()
    {
        using var connection = new NpgsqlConnection(PostgresAddress.Parse(TestPostgres.Url).ConnectionString);
        connection.Open();
        connection.Execute($"DROP SCHEMA IF EXISTS {Name} CASCADE");
    }
}
