using System.Globalization;
using Dapper;
using Microsoft.Data.Sqlite;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Catalog;

/// <summary>Brings a catalog up to this version. The number of the last migration is SQLite's user_version.</summary>
internal static class CatalogMigrations
{
    private const string Prefix = "Tidemark.Engine.Catalog.Migrations.";

    /// <summary>Applies what is missing, all in one transaction: a crash leaves the old version.</summary>
    /// <exception cref="TidemarkException"><c>catalog.newer</c>, or <c>catalog.unreadable</c> for the database of
    /// another program.</exception>
    public static async Task ApplyAsync(SqliteConnection connection, string path)
    {
        var migrations = Migrations();
        var newest = migrations.Keys.Max();
        if (await VersionAsync(connection) == newest) return; // without a lock: the case of nearly every start

        await using var transaction = connection.BeginTransaction(deferred: false);
        var version = await VersionAsync(connection);
        if (version > newest)
        {
            throw new TidemarkException(FailureKind.Configuration, "catalog.newer",
                $"The catalog {path} has version {version}; this Tidemark knows versions up to {newest}.")
            {
                Hint = "Use the newer Tidemark that wrote it; or set TIDEMARK_HOME, or name another folder.",
                Next = new(NextAct.ChooseHome),
            };
        }

        if (version == 0 && await connection.ExecuteScalarAsync<long>("SELECT count(*) FROM sqlite_schema") > 0)
        {
            throw new TidemarkException(FailureKind.Configuration, "catalog.unreadable",
                $"The file {path} is the database of another program.")
            {
                Hint = "Set TIDEMARK_HOME, or name another folder.",
                Next = new(NextAct.ChooseHome),
            };
        }

        foreach (var (_, name) in migrations.Where(migration => migration.Key > version))
        {
            // No migration may hold a statement that returns rows: the driver keeps silent about errors after one.
            using var script = new StreamReader(typeof(CatalogMigrations).Assembly.GetManifestResourceStream(name)!);
            await connection.ExecuteAsync(await script.ReadToEndAsync());
        }

        await connection.ExecuteAsync($"PRAGMA user_version = {newest}"); // a PRAGMA takes no parameters
        await transaction.CommitAsync();
    }

    private static Task<long> VersionAsync(SqliteConnection connection) =>
        connection.ExecuteScalarAsync<long>("PRAGMA user_version");

    private static SortedDictionary<int, string> Migrations() =>
        new(typeof(CatalogMigrations).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .ToDictionary(name => int.Parse(name.AsSpan(Prefix.Length, 3), CultureInfo.InvariantCulture)));
}
