using Npgsql;
using Tidemark.Connectors.Postgres;

namespace Tidemark.Tests;

/// <summary>The private PostgreSQL that test.sh starts. Each test takes a schema of its own.</summary>
public static class TestPostgres
{
    public static string Url { get; } = Environment.GetEnvironmentVariable("TIDEMARK_TEST_POSTGRES")
        ?? throw new InvalidOperationException("TIDEMARK_TEST_POSTGRES is not set: run the tests by ./test.sh.");

    /// <param name="schema">Schema whose tables need no schema.</param>
    /// <param name="cancellationToken">Cancels the connecting.</param>
    /// <param name="database">Name of the database; null for the one of <see cref="Url"/>.</param>
    public static async Task<NpgsqlConnection> ConnectAsync(string schema, CancellationToken cancellationToken, string? database = null)
    {
        var address = PostgresAddress.Parse(Url);
        address.Database = database ?? address.Database;
        address.SearchPath = schema;
        address.Pooling = false;
        var connection = new NpgsqlConnection(address.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        return connection;
    }
}
