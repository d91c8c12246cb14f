using Dapper;
using Tidemark.Connectors.Postgres;
using Tidemark.Engine.Catalog;

namespace Tidemark.Tests.Catalog;

/// <summary>A home whose catalog is a schema of its own of the tests' PostgreSQL.</summary>
internal sealed class PostgresHome : TestHome
{
    private readonly CatalogSchema _schema = new();

    public string Schema => _schema.Name;

    public string Address => _schema.Address;

    public override CatalogDatabase Catalog() => new PostgresConnector().OpenCatalog(Address)!;

    public override Task SetVersionAsync(long version) =>
        ExecuteAsync($"UPDATE facts SET value = '{version}' WHERE name = 'catalog_version'");

    public override async Task<string> AllBytesAsync()
    {
        await using var connection = await (await OpenAsync()).ConnectAsync(Cancelled);
        return (await connection.ExecuteScalarAsync<string>("SELECT schema_to_xml(@Schema, true, false, '')::text", new { Schema }))!;
    }

    public override void Dispose()
    {
        _schema.Dispose();
        base.Dispose();
    }
}
