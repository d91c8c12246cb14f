using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Npgsql;
using Shouldly;
using Tidemark.Connectors.Postgres;
using Tidemark.Sandbox;
using Tidemark.Tests.Commands;
using Tidemark.Tests.Connectors;
using Xunit;

namespace Tidemark.Tests.Systems;

/// <summary>A template as a user has it: written by <c>init</c>, applied as it is, with an environment of a sandbox and a database.</summary>
internal sealed class SystemBench : IAsyncDisposable
{
    public const string Sqlite = "sqlite";
    public const string Postgres = "postgres";

    private readonly CommandBench _commands = new();
    private readonly SandboxServer _sandbox;
    private readonly string _database = $"system_{Guid.NewGuid():N}";
    private readonly bool _isPostgres;
    private readonly List<VendorControl> _controls = [];

    private SystemBench(SandboxServer sandbox, string vendor, string database)
    {
        (_sandbox, _isPostgres) = (sandbox, database == Postgres);
        Vendor = new VendorControl(sandbox, vendor);
        var variables = _commands.Variables;
        variables["ALLOW_PRIVATE_NETWORK"] = "true";
        variables["DATABASE_URL"] = _isPostgres ? new UriBuilder(TestPostgres.Url) { Path = _database }.Uri.ToString() : $"sqlite:{SqliteFile}";
        // Tokens are kept per client: a port that another sandbox had before must not bring its token along.
        variables["ZOHO_CLIENT_ID"] = $"tidemark-{Guid.NewGuid():N}";
        variables["ZOHO_CLIENT_SECRET"] = "tidemark";
        variables["ZOHO_REFRESH_TOKEN"] = "tidemark";
        variables["ZOHO_ACCOUNTS_URL"] = Address("zoho");
        variables["ORACLE_BASE_URL"] = Address("oracle");
        variables["ORACLE_USER"] = variables["ORACLE_PASS"] = "tidemark";
        variables["SQUARE_URL"] = Address("square");
        variables["SQUARE_TOKEN"] = "tidemark";
        variables["STRIPE_URL"] = Address("stripe");
        variables["STRIPE_API_KEY"] = "sk_test_tidemark";
        variables["CLOSE_URL"] = Address("close");
        variables["CLOSE_API_KEY"] = "api_tidemark";
        variables["GRAPHQL_URL"] = Address("graphql") + "graphql";
        variables["GRAPHQL_TOKEN"] = "tidemark";

        string Address(string name) => sandbox.Vendors[name].ToString();
    }

    /// <summary>The stand-in of the template's vendor.</summary>
    public VendorControl Vendor { get; }

    public string Home => _commands.Home;

    public string TemplateFile => _commands.File("tidemark.yaml");

    public Dictionary<string, string> Variables => _commands.Variables;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string SqliteFile => _commands.File("data.db");

    /// <param name="template">Written and applied.</param>
    /// <param name="vendor">Whose control port <see cref="Vendor"/> is.</param>
    /// <param name="database">One of the constants.</param>
    /// <param name="size">Main records at the stand-ins.</param>
    public static async Task<SystemBench> StartAsync(string template, string vendor, string database, int size = 100)
    {
        var bench = new SystemBench(await SandboxServer.StartAsync(new() { Port = 0, Size = size }, Stop), vendor, database);
        if (bench._isPostgres) await ServerAsync($"CREATE DATABASE {bench._database}");
        await bench.DoAsync("init", template, "--file", bench.TemplateFile);
        await bench.DoAsync("apply", "-f", bench.TemplateFile);
        return bench;
    }

    public string File(string name) => _commands.File(name);

    /// <summary>The stand-in of any vendor; it ends with this.</summary>
    public VendorControl Of(string vendor)
    {
        var control = new VendorControl(_sandbox, vendor);
        _controls.Add(control);
        return control;
    }

    /// <summary>Runs a command as it is.</summary>
    public Task<Answer> TypeAsync(params string[] args) => _commands.RunAsync(args);

    /// <summary>Runs a command; under <c>--json</c>.</summary>
    public Task<Answer> RunAsync(params string[] args) => _commands.RunAsync([.. args, "--json"]);

    /// <summary>Runs a command that must succeed.</summary>
    public Task<Answer> DoAsync(params string[] args) => _commands.DoAsync([.. args, "--json"]);

    /// <summary>Runs a sync that must end as it is said.</summary>
    public async Task<SystemRun> SyncAsync(string status, params string[] args)
    {
        var answer = await RunAsync(["sync", .. args]);
        var run = new SystemRun(answer.Line);
        run.Line.GetProperty("status").GetString().ShouldBe(status, answer.ToString());
        return run;
    }

    public Task<SystemRun> SucceedsAsync(params string[] args) => SyncAsync("succeeded", args);

    /// <summary>How often the check before a run asks for a path, so that a fault can be set on the reading alone.</summary>
    public async Task<int> ChecksAsync(string path)
    {
        await Vendor.ResetRequestsAsync();
        await DoAsync("test");
        return await RequestsAsync(path);
    }

    /// <summary>How often a path was asked for since the last reset.</summary>
    public async Task<int> RequestsAsync(string path) =>
        (await Vendor.RequestsAsync())["recent"]!.AsArray().Count(request => request!["path"]!.ToString() == path);

    /// <summary>The rows of a query, their values parted by bars; null is empty.</summary>
    public async Task<IReadOnlyList<string>> QueryAsync(string sql)
    {
        await using var connection = await ConnectAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync(Stop);
        var rows = new List<string>();
        while (await reader.ReadAsync(Stop))
        {
            rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(column =>
                Convert.ToString(reader.IsDBNull(column) ? "" : reader.GetValue(column), CultureInfo.InvariantCulture))));
        }

        return rows;
    }

    public async Task<long> CountAsync(string table, string where = "1 = 1") =>
        long.Parse((await QueryAsync($"SELECT count(*) FROM {table} WHERE {where}"))[0], CultureInfo.InvariantCulture);

    public async Task ExecuteAsync(string sql)
    {
        await using var connection = await ConnectAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(Stop);
    }

    public async ValueTask DisposeAsync()
    {
        Vendor.Dispose();
        foreach (var control in _controls) control.Dispose();
        await _sandbox.DisposeAsync();
        NpgsqlConnection.ClearAllPools();
        if (_isPostgres) await ServerAsync($"DROP DATABASE {_database} WITH (FORCE)");
        _commands.Dispose();
    }

    private static async Task ServerAsync(string sql)
    {
        await using var connection = await TestPostgres.ConnectAsync("public", Stop);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Stop);
    }

    private async Task<DbConnection> ConnectAsync()
    {
        DbConnection connection = _isPostgres
            ? new NpgsqlConnection(new NpgsqlConnectionStringBuilder(PostgresAddress.Parse(TestPostgres.Url).ConnectionString) { Database = _database, Pooling = false }.ConnectionString)
            : new SqliteConnection($"Data Source={SqliteFile};Pooling=False;Foreign Keys=True");
        await connection.OpenAsync(Stop);
        return connection;
    }
}

/// <summary>What <c>sync --json</c> said.</summary>
internal sealed record SystemRun(JsonElement Line)
{
    public string Id => Line.GetProperty("run").GetString()!;

    public IReadOnlyList<JsonElement> Problems => Line.TryGetProperty("problems", out var problems) ? [.. problems.EnumerateArray()] : [];

    public JsonElement Stream(string name) =>
        Line.GetProperty("streams").EnumerateArray().Single(stream => stream.GetProperty("stream").GetString() == name);

    /// <summary>Figures of a stream, by name.</summary>
    public IReadOnlyList<long> Figures(string stream, params string[] names) =>
        [.. names.Select(name => Stream(stream).GetProperty(name).GetInt64())];
}
