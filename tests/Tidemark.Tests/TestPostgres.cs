using Npgsql;
using Tidemark.Connectors.Postgres;

namespace Tidemark.Tests;

/// <summary>The private PostgreSQL that test.sh starts. Each test takes a schema of its own.</summary>
public static class TestPostgres
{
    public static string Url { get; } = Environment.GetEnvironmentVariable("TIDEMARK_TEST_POSTGRES")
        ?? throw new InvalidOperationException("TIDEMARK_TEST_POSTGRES is not set: run the tests by ./test.sh.");

    public static async Task<NpgsqlConnection> ConnectAsync(string schema, CancellationToken cancellationToken)
    {
        var address = PostgresAddress.Parse(Url);
        address.SearchPath = schema;
        address.Pooling = false;
        var connection = new NpgsqlConnection(address.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        return connection;
    }
}
