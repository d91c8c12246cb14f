using Tidemark.Engine.Connectors;

namespace Tidemark.Engine.Catalog;

/// <summary>A connector whose kind of database can hold the catalog.</summary>
public interface ICatalogConnector : IConnector
{
    /// <summary>The catalog at an address, not yet asked for; null for an address that is not of this kind.</summary>
    /// <exception cref="Errors.TidemarkException"><c>catalog.address_invalid</c>; the address itself is not repeated.</exception>
    CatalogDatabase? OpenCatalog(string address);
}
