using Npgsql;
using Tidemark.Connectors.Postgres;
using Xunit;

namespace Tidemark.Tests.Transfers;

/// <summary>Two databases of their own on the test server, gone with this.</summary>
internal sealed class TwoDatabases : IAsyncDisposable
{
    private TwoDatabases(string name) => (From, To) = ($"{name}_from", $"{name}_to");

    public string From { get; }

    public string To { get; }

    public string FromUrl => UrlOf(From);

    public string ToUrl => UrlOf(To);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <param name="schema">SQL that both get.</param>
    /// <param name="rows">SQL that the source gets after it.</param>
    /// <param name="own">SQL that the target gets after the schema.</param>
    public static async Task<TwoDatabases> CreateAsync(string schema, string rows = "", string own = "")
    {
        var made = new TwoDatabases($"transfer_{Guid.NewGuid():N}"[..24]);
        await using (var server = await TestPostgres.ConnectAsync("public", Stop))
        {
            await RunAsync(server, $"CREATE DATABASE \"{made.From}\" TEMPLATE template0");
            await RunAsync(server, $"CREATE DATABASE \"{made.To}\" TEMPLATE template0");
        }

        await made.SourceAsync($"{schema};{rows}");
        await made.TargetAsync($"{schema};{own}");
        return made;
    }

    public Task SourceAsync(string sql) => RunInAsync(From, sql);

    public Task TargetAsync(string sql) => RunInAsync(To, sql);

    /// <summary>Every row of a query as text, a line each.</summary>
    public Task<string> OfSourceAsync(string query) => ReadAsync(From, query);

    public Task<string> OfTargetAsync(string query) => ReadAsync(To, query);

    public async ValueTask DisposeAsync()
    {
        await using var server = await TestPostgres.ConnectAsync("public", CancellationToken.None);
        await RunAsync(server, $"DROP DATABASE IF EXISTS \"{From}\" WITH (FORCE)");
        await RunAsync(server, $"DROP DATABASE IF EXISTS \"{To}\" WITH (FORCE)");
    }

    private static string UrlOf(string database)
    {
        var address = PostgresAddress.Parse(TestPostgres.Url);
        return $"postgres://{address.Username}@{address.Host}:{address.Port}/{database}";
    }

    private static async Task<string> ReadAsync(string database, string query)
    {
        await using var connection = await TestPostgres.ConnectAsync("public", Stop, database);
        await using var command = new NpgsqlCommand($"SELECT coalesce(string_agg(r::text, E'\\n'), '') FROM ({query}) AS r", connection);
        return (string)(await command.ExecuteScalarAsync(Stop))!;
    }

    private static async Task RunInAsync(string database, string sql)
    {
        await using var connection = await TestPostgres.ConnectAsync("public", Stop, database);
        await RunAsync(connection, sql);
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Stop);
    }
}
