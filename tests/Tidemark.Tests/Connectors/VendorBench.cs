using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using Tidemark.Connectors;
using Tidemark.Engine;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Pipeline.Comparing;
using Tidemark.Engine.Pipeline.Planning;
using Tidemark.Engine.Quarantine;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Scheduling.Backfilling;
using Tidemark.Engine.Sources;
using Tidemark.Sandbox;
using Xunit;

namespace Tidemark.Tests.Connectors;

/// <summary>A stand-in vendor, a home with one pipeline from it into SQLite, and the vendor's control port.</summary>
public sealed class VendorBench : IAsyncDisposable
{
    private readonly TestFolder _folder;
    private readonly SandboxServer _sandbox;
    private readonly Home _home;
    private readonly VendorControl _control;

    private VendorBench(string vendor, TestFolder folder, SandboxServer sandbox, Home home)
    {
        (_folder, _sandbox, _home) = (folder, sandbox, home);
        _control = new VendorControl(sandbox, vendor);
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
        var home = await Home.OpenAsync(new HomeOptions(folder.File("home")), CompiledConnectors.Catalog(), TimeProvider.System, Stop);
        var bench = new VendorBench(vendor, folder, sandbox, home);
        await home.Definitions.Sources.SaveAsync(new SourceDefinition("vendor", vendor, settings(sandbox.Vendors[vendor])), Stop);
        await home.Definitions.Destinations.SaveAsync(
            new DestinationDefinition("db", "sqlite", new Dictionary<string, string> { ["path"] = bench.Database }), Stop);
        return bench;
    }

    /// <summary>Changes settings of the source; the others stay.</summary>
    public async Task SetSourceAsync(params (string Name, string Value)[] changed)
    {
        var source = await _home.Definitions.Sources.FindAsync("vendor", Stop);
        var settings = new Dictionary<string, string>(source.Settings);
        foreach (var (name, value) in changed) settings[name] = value;
        await _home.Definitions.Sources.SaveAsync(source with { Settings = settings }, Stop);
    }

    /// <summary>Whether runs may delete more than the limits allow.</summary>
    public bool IsApproved { get; set; }

    public Task<RunResult> SyncAsync(WriteMode mode = WriteMode.Merge, params string[] streams) =>
        SyncAsync(mode, Stop, streams);

    public Task<RunResult> SyncAsync(WriteMode mode, CancellationToken cancellationToken, params string[] streams) =>
        RunAsync(new SyncRun(Pipeline.Name) { Mode = mode, Streams = streams, IgnoresLimits = IsApproved }, cancellationToken);

    /// <summary>Reads a range of a stream again.</summary>
    public Task<RunResult> BackfillAsync(ReadRange range, string stream) => RunAsync(new BackfillRun(Pipeline.Name, range) { Streams = [stream] }, Stop);

    /// <summary>Stores a backfill.</summary>
    public async Task<Backfill> BackfillAsync(NewBackfill wanted)
    {
        await _home.Definitions.Pipelines.SaveAsync(Pipeline, Stop);
        return await _home.Backfills.StartAsync(wanted, new(RunTrigger.Command, null), Stop);
    }

    /// <summary>The time by which the source can be asked for a range of a stream; null where it cannot.</summary>
    public async Task<string?> RangeOfAsync(string stream)
    {
        var definition = await _home.Definitions.Sources.FindAsync("vendor", Stop);
        await using var source = new Connections(CompiledConnectors.Catalog(), TimeProvider.System).OpenSource(definition, [])!;
        await source.DiscoverAsync(Stop);
        return source.RangeOf(stream);
    }

    /// <summary>The places that streams resume from.</summary>
    public async Task<IReadOnlyList<string>> PlacesAsync()
    {
        await using var connection = new SqliteConnection($"Data Source={Database};Pooling=False");
        await connection.OpenAsync(Stop);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT stream || ' ' || cursor FROM _tidemark_checkpoints ORDER BY stream";
        await using var reader = await command.ExecuteReaderAsync(Stop);
        var places = new List<string>();
        while (await reader.ReadAsync(Stop)) places.Add(reader.GetString(0));
        return places;
    }

    /// <summary>Reads the keys alone and deletes what is gone.</summary>
    public Task<RunResult> ScanAsync(params string[] streams) =>
        RunAsync(new DeletionScan(Pipeline.Name) { Streams = streams, IgnoresLimits = IsApproved }, Stop);

    /// <summary>Looks whether the rows that a run left are still what it left.</summary>
    public async Task<Verification> VerifyAsync(RunResult run) =>
        await _home.VerifyAsync(await _home.Runs.FindAsync(run.Run, Stop), Pipeline, Stop);

    /// <summary>What a run wrote into its log.</summary>
    public Task<IReadOnlyList<RunLogLine>> LogAsync(RunResult run) => _home.History.LogsAsync(run.Run, 0, 1000, Stop);

    /// <summary>The records that wait in quarantine.</summary>
    public async Task<IReadOnlyList<QuarantineEntry>> QuarantineAsync() =>
        await _home.Quarantine.ListAsync(new QuarantineFilter(), 1000, Stop).ToListAsync(Stop);

    public async Task ExecuteAsync(string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={Database};Pooling=False");
        await connection.OpenAsync(Stop);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(Stop);
    }

    /// <inheritdoc cref="VendorControl.TruthAsync"/>
    public Task<SortedDictionary<string, JsonNode>> TruthAsync(string stream) => _control.TruthAsync(stream);

    /// <summary>What the destination has: the raw record by the given expression for its id.</summary>
    public async Task<SortedDictionary<string, JsonNode>> RowsAsync(string table, string id)
    {
        var rows = new SortedDictionary<string, JsonNode>(StringComparer.Ordinal);
        await using var connection = new SqliteConnection($"Data Source={Database};Pooling=False");
        await connection.OpenAsync(Stop);
        await using var command = connection.CreateCommand();
        command.CommandText = $"SELECT {id}, raw FROM \"{table}\"";
        await using var reader = await command.ExecuteReaderAsync(Stop);
        while (await reader.ReadAsync(Stop)) rows[reader.GetString(0)] = JsonNode.Parse(reader.GetString(1), documentOptions: new() { MaxDepth = 2000 })!;
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

    public Task<JsonNode> MutateAsync(string stream, object mutation) => _control.MutateAsync(stream, mutation);

    public Task FaultAsync(object fault) => _control.FaultAsync(fault);

    public Task ClearFaultsAsync() => _control.ClearFaultsAsync();

    public Task SetAsync(object setting) => _control.SetAsync(setting);

    /// <inheritdoc cref="VendorControl.RequestsAsync"/>
    public Task<JsonNode> RequestsAsync() => _control.RequestsAsync();

    /// <summary>What <c>tidemark test</c> says of the source.</summary>
    public async Task<ConnectionTest> TestAsync() => (await _home.TestAsync("vendor", Stop)).Single();

    /// <summary>How many requests a run makes before it begins to read.</summary>
    public async Task<int> PreflightRequestsAsync()
    {
        await ResetRequestsAsync();
        var definition = await _home.Definitions.Sources.FindAsync("vendor", Stop);
        var connections = new Connections(CompiledConnectors.Catalog(), TimeProvider.System);
        await using var source = connections.OpenSource(definition, [])!;
        await source.DiscoverAsync(Stop);
        await source.CheckAsync(Stop);
        return (int)(await RequestsAsync())["count"]!;
    }

    public Task ResetRequestsAsync() => _control.ResetRequestsAsync();

    private async Task<RunResult> RunAsync(RunRequest request, CancellationToken cancellationToken)
    {
        await _home.Definitions.Pipelines.SaveAsync(Pipeline, Stop);
        return await _home.RunAsync(request, new(RunTrigger.Command, null), RunWatch.None, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _control.Dispose();
        await _sandbox.DisposeAsync();
        _folder.Dispose();
    }
}
