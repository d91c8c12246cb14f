using System.Security.Cryptography;
using System.Text;
using Npgsql;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Errors;

namespace Tidemark.Connectors.Postgres.Catalog;

/// <summary>Where a catalog is: <c>postgres://user:password@host:5432/database?schema=tidemark</c>.</summary>
internal sealed class PostgresCatalogAddress
{
    private const string DefaultSchema = "tidemark";

    // A process needs few connections at once, and many processes share a server that gives 100 by default.
    private const int MaxConnections = 20;

    private PostgresCatalogAddress(NpgsqlConnectionStringBuilder connection, string schema) =>
        (Connection, Schema) = (connection, schema);

    /// <summary>How to connect; tables are found in the schema.</summary>
    public NpgsqlConnectionStringBuilder Connection { get; }

    public string Schema { get; }

    /// <summary>The catalog's write lock; catalogs of other schemas of the database have others.</summary>
    public int LockId => BitConverter.ToInt32(SHA256.HashData(Encoding.UTF8.GetBytes(Schema)));

    /// <exception cref="TidemarkException"><c>catalog.address_invalid</c>; the address itself is not repeated.</exception>
    public static PostgresCatalogAddress Parse(string address)
    {
        try
        {
            var (rest, schema) = Split(address);
            var connection = PostgresAddress.Parse(rest);
            if (string.IsNullOrEmpty(connection.Database)) throw new FormatException();
            connection.SearchPath = SqlName.Column(schema).ToString();
            connection.ApplicationName ??= "tidemark";
            connection.IncludeErrorDetail = false;
            if (!rest.Contains("pool", StringComparison.OrdinalIgnoreCase)) connection.MaxPoolSize = MaxConnections;
            return new(connection, schema);
        }
        catch (Exception wrong) when (wrong is TidemarkException or FormatException)
        {
            throw new TidemarkException(
                FailureKind.Configuration, "catalog.address_invalid", "TIDEMARK_CATALOG is not an address of a database.")
            {
                Hint = "Write postgres://user:password@host:5432/database?schema=tidemark; special characters percent-encoded.",
            };
        }
    }

    /// <summary>The address without its schema, which is not the driver's.</summary>
    private static (string Address, string Schema) Split(string address)
    {
        const string Name = "schema=";
        if (address.IndexOf('?', StringComparison.Ordinal) is var at && at < 0) return (address, DefaultSchema);
        var pairs = address[(at + 1)..].Split('&');
        var schema = pairs.LastOrDefault(pair => pair.StartsWith(Name, StringComparison.Ordinal)) is { } given
            ? Uri.UnescapeDataString(given[Name.Length..]) : DefaultSchema;
        return ($"{address[..at]}?{string.Join('&', pairs.Where(pair => !pair.StartsWith(Name, StringComparison.Ordinal)))}", schema);
    }
}
