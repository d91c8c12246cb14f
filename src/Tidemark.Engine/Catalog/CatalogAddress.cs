using Tidemark.Engine.Catalog.Sqlite;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Catalog;

/// <summary>Which database an address of a catalog means.</summary>
internal static class CatalogAddress
{
    /// <summary>The catalog at an address, or the one of the folder where none is given. Nothing is opened yet.</summary>
    /// <exception cref="TidemarkException"><c>catalog.address_invalid</c> (configuration); the address is not repeated.</exception>
    public static CatalogDatabase Open(string? address, HomeFolder folder, IEnumerable<IConnector> connectors)
    {
        if (string.IsNullOrEmpty(address)) return new SqliteCatalog(folder);
        foreach (var connector in connectors.OfType<ICatalogConnector>())
        {
            if (connector.OpenCatalog(address) is { } catalog) return catalog;
        }

        throw new TidemarkException(FailureKind.Configuration, "catalog.address_invalid",
            "TIDEMARK_CATALOG is the address of no database that can hold the catalog.")
        {
            Hint = "Write postgres://user:password@host:5432/database, or unset it for the SQLite file in the home.",
        };
    }
}
