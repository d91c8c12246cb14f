using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using Tidemark.Connectors;
using Tidemark.Engine;
using Tidemark.Engine.Catalog;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Pipeline;
using Tidemark.Engine.Runs;
using Tidemark.Sandbox;
using Xunit;

namespace Tidemark.Tests.Connectors;

/// <summary>A stand-in vendor, a home with one pipeline from it into SQLite, and the vendor's control port.</summary>
public sealed class VendorBench : IAsyncDisposable
{
    private readonly TestFolder _folder;
    private readonly SandboxServer _sandbox;
    private readonly Home _home;
    private readonly HttpClient _control;
    private readonly string _vendor;

    private VendorBench(string vendor, TestFolder folder, SandboxServer sandbox, Home home)
    {
        (_vendor, _folder, _sandbox, _home) = (vendor, folder, sandbox, home);
        _control = new HttpClient { BaseAddress = sandbox.Control };
    }

    public PipelineDefinition Pipeline { get; set; } = new("test", "vendor", "db") { Tables = "{stream}" };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Database => System.IO.Path.Combine(_folder.Path, "data.db");

    /// <param name="vendor">Name of connector and stand-in.</param>
    /// <param name="size">Main records at the stand-in.</param>
    /// <param name="settings">The source's settings, given the stand-in's address.</param>
    /// <param name="clock">The vendor's; null for the one that everybody has.</param>
    public static async Task<VendorBench> StartAsync(
        string vendor, int size, Func<Uri, IReadOnlyDictionary<string, string>> settings, TimeProvider? clock = null)
    {
        var options = new SandboxOptions { Port = 0, Size = size, Clock = clock ?? TimeProvider.System };
        var sandbox = await SandboxServer.StartAsync(options, Stop);
        var folder = new TestFolder();
        var home = await Home.OpenAsync(folder.File("home"), null, ConnectorCatalog.All, TimeProvider.System, Stop);
        var bench = new VendorBench(vendor, folder, sandbox, home);
        await home.Definitions.Sources.SaveAsync(new SourceDefinition("vendor", vendor, settings(sandbox.Vendors[vendor])), Stop);
        await home.Definitions.Destinations.SaveAsync(
            new DestinationDefinition("db", "sqlite", new Dictionary<string, string> { ["path"] = bench.Database }), Stop);
        return bench;
    }

    /// <summary>Whether runs may delete more than the limits allow.</summary>
    public bool IsApproved { get; set; }

    public Task<RunResult> SyncAsync(WriteMode mode = WriteMode.Merge, params string[] streams) =>
        SyncAsync(mode, Stop, streams);

    public Task<RunResult> SyncAsync(WriteMode mode, CancellationToken cancellationToken, params string[] streams) =>
        _home.SyncAsync(
            new SyncRequest(Pipeline) { Mode = mode, Streams = streams, IsApproved = IsApproved }, _ => { }, cancellationToken);

    /// <summary>Reads the keys alone and deletes what is gone.</summary>
    public Task<RunResult> ScanAsync(params string[] streams) =>
        _home.SyncAsync(new SyncRequest(Pipeline) { KeysOnly = true, Streams = streams, IsApproved = true }, _ => { }, Stop);

    /// <summary>Looks whether the rows that a run left are still what it left.</summary>
    public async Task<Verification> VerifyAsync(RunResult run) =>
        await _home.VerifyAsync(await _home.Runs.FindAsync(run.Run, Stop), Pipeline, Stop);

    public async Task ExecuteAsync(string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={Database};Pooling=False");
        await connection.OpenAsync(Stop);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(Stop);
    }

    /// <summary>What the vendor really has, by id, as a complete client would see it.</summary>
    public async Task<SortedDictionary<string, JsonNode>> TruthAsync(string stream)
    {
        var truth = (await _control.GetFromJsonAsync<JsonNode>($"/truth/{_vendor}/{stream}?full=true", Stop))!;
        var byId = new SortedDictionary<string, JsonNode>(StringComparer.Ordinal);
        var ids = truth["ids"]!.AsArray();
        var records = truth["records"]!.AsArray();
        for (var at = 0; at < ids.Count; at++) byId[ids[at]!.ToString()] = records[at]!;
        return byId;
    }

    /// <summary>What the destination has: the raw record by the given expression for its id.</summary>
    public async Task<SortedDictionary<string, JsonNode>> RowsAsync(string table, string id)
    {
        var rows = new SortedDictionary<string, JsonNode>(StringComparer.Ordinal);
        await using var connection = new SqliteConnection($"Data Source={Database};Pooling=False");
        await connection.OpenAsync(Stop);
        await using var command = connection.CreateCommand();
        command.CommandText = $"SELECT {id}, raw FROM \"{table}\"";
        await using var reader = await command.ExecuteReaderAsync(Stop);
        while (await reader.ReadAsync(Stop)) rows[reader.GetString(0)] = JsonNode.Parse(reader.GetString(1))!;
        return rows;
    }

    public async Task<IReadOnlyList<string>> TablesAsync()
    {
        await using var connection = new SqliteConnection($"Data Source={Database};Pooling=False");
        await connection.OpenAsync(Stop);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT name FROM sqlite_master WHERE type = 'table'";
        await using var reader = await command.ExecuteReaderAsync(Stop);
        var tables = new List<string>();
        while (await reader.ReadAsync(Stop)) tables.Add(reader.GetString(0));
        return tables;
    }

    public async Task<JsonNode> MutateAsync(string stream, object mutation) =>
        await SendAsync(HttpMethod.Post, $"/mutate/{_vendor}/{stream}", mutation);

    public Task FaultAsync(object fault) => SendAsync(HttpMethod.Post, $"/faults/{_vendor}", fault);

    public Task ClearFaultsAsync() => SendAsync(HttpMethod.Delete, $"/faults/{_vendor}", null);

    public Task SetAsync(object setting) => SendAsync(HttpMethod.Post, $"/settings/{_vendor}", setting);

    /// <summary>What was asked since the last reset.</summary>
    public async Task<JsonNode> RequestsAsync() =>
        (await _control.GetFromJsonAsync<JsonNode>($"/requests/{_vendor}", Stop))!;

    /// <summary>What <c>tidemark test</c> says of the source.</summary>
    public async Task<ConnectionTest> TestAsync() => (await _home.TestAsync("vendor", Stop)).Single();

    /// <summary>How many requests a run makes before it begins to read.</summary>
    public async Task<int> PreflightRequestsAsync()
    {
        await ResetRequestsAsync();
        var definition = await _home.Definitions.Sources.FindAsync("vendor", Stop);
        var planner = new SyncPlanner(_home.Definitions, ConnectorCatalog.All, TimeProvider.System);
        await using var source = planner.OpenSource(definition, [])!;
        await source.DiscoverAsync(Stop);
        await source.CheckAsync(Stop);
        return (int)(await RequestsAsync())["count"]!;
    }

    public Task ResetRequestsAsync() => SendAsync(HttpMethod.Delete, $"/requests/{_vendor}", null);

    public async ValueTask DisposeAsync()
    {
        _control.Dispose();
        await _sandbox.DisposeAsync();
        _folder.Dispose();
    }

    private async Task<JsonNode> SendAsync(HttpMethod method, string path, object? body)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null) request.Content = JsonContent.Create(body);
        using var answer = await _control.SendAsync(request, Stop);
        var text = await answer.Content.ReadAsStringAsync(Stop);
        return answer.IsSuccessStatusCode
            ? (text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!)
            : throw new InvalidOperationException($"{method} {path}: {(int)answer.StatusCode} {text}");
    }
}
