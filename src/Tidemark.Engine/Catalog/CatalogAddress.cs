using Tidemark.Engine.Catalog.Sqlite;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Catalog;

/// <summary>Which database an address of a catalog means.</summary>
internal static class CatalogAddress
{
    /// <summary>The catalog at an address, or the one of the folder where none is given, migrated to this version.</summary>
    /// <param name="address">Null or empty for the folder's.</param>
    /// <param name="folder">The home.</param>
    /// <param name="makes">Whether one is made where there is none.</param>
    /// <param name="connectors">Which databases there are.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    /// <exception cref="TidemarkException"><c>catalog.address_invalid</c>; <c>catalog.gone</c>: the folder has its key alone;
    /// <c>home.unknown</c> (usage): the address has no catalog, and <paramref name="makes"/> is false. What <see cref="CatalogDatabase.PrepareAsync"/> throws.</exception>
    public static async Task<CatalogDatabase> OpenAsync(
        string? address, HomeFolder folder, bool makes, IEnumerable<IConnector> connectors, CancellationToken cancellationToken)
    {
        var database = Open(address, folder, connectors);
        var exists = await database.ExistsAsync(cancellationToken);
        if (!exists && folder.HasKeyAlone)
        {
            throw new TidemarkException(FailureKind.Configuration, "catalog.gone",
                $"The catalog in {database.Place} is gone: {folder.File("key")} is the key of its secrets, and there is no catalog.")
            {
                Hint = $"Look whether TIDEMARK_CATALOG names what it should. {database.WaysOut}",
                Next = new(NextAct.SaveDefinitions),
            };
        }

        if (!makes && !exists)
        {
            var unknown = $"There is no Tidemark in {database.Place}.";
            throw string.IsNullOrEmpty(address)
                ? new TidemarkException(FailureKind.Usage, "home.unknown", unknown)
                {
                    Hint = "Saving definitions makes a new one. Go to where it is, set TIDEMARK_HOME, or name its folder.",
                    Next = new(NextAct.ChooseHome),
                }
                : new TidemarkException(FailureKind.Usage, "home.unknown", unknown)
                {
                    Hint = "Saving definitions makes a new one. Look whether TIDEMARK_CATALOG names the database and schema that you mean.",
                };
        }

        await database.PrepareAsync(cancellationToken);
        return database;
    }

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
