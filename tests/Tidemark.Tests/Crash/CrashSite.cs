using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Shouldly;
using Tidemark.Connectors;
using Tidemark.Engine;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Runs;
using Tidemark.Sandbox;
using Tidemark.Tests.Destinations;
using Tidemark.Tests.Zoho;
using Xunit;

namespace Tidemark.Tests.Crash;

/// <summary>
/// A pipeline of two tables that gives values back to its source, in a home that processes of their own work in, and
/// what must be true of it whatever became of them.
/// </summary>
internal sealed class CrashSite : IAsyncDisposable
{
    private const string Tables = """
        SELECT id, last_name FROM contacts UNION ALL SELECT id, phone FROM accounts ORDER BY 1
        """;

    private readonly TestFolder _folder = new();
    private SandboxServer? _sandbox;
    private HttpClient? _control;
    private Home? _home;
    private IReadOnlyList<string> _tables = [];
    private int _round;

    public CrashSite(SqlWorkbench database)
    {
        Database = database;
        Program = new TidemarkProgram(_folder.File("home"));
    }

    public SqlWorkbench Database { get; }

    public TidemarkProgram Program { get; }

    public Home Home => _home!;

    public PipelineDefinition Pipeline { get; } = new("crm", "zoho", "data")
    {
        Tables = "{stream}",
        Streams = ["contacts", "accounts"],
        Shapes =
        [
            new StreamShape("contacts")
            {
                WriteBack = new(new Dictionary<string, string> { ["Sync_to_Payment_App"] = "Synced" }), AllFields = true,
            },
        ],
        Backup = new() { Keep = 2 },
    };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Backups => Path.Combine(Program.Home, "backups");

    /// <summary>Makes everything ready: the tables are filled, and there has been a change.</summary>
    public async Task PrepareAsync()
    {
        _sandbox = await SandboxServer.StartAsync(new SandboxOptions { Port = 0, Size = 600 }, Stop);
        _control = new HttpClient { BaseAddress = _sandbox.Control };
        _home = await Home.OpenAsync(new HomeOptions(Program.Home), CompiledConnectors.Catalog(), TimeProvider.System, Stop);
        var settings = ZohoBench.Settings(_sandbox.Vendors["zoho"], ("modules", "Contacts,Accounts"));
        await Home.Definitions.Sources.SaveAsync(new SourceDefinition("zoho", "zoho", settings), Stop);
        await Home.Definitions.Destinations.SaveAsync(
            Database is PostgresWorkbench postgres
                ? new DestinationDefinition("data", "postgres", new Dictionary<string, string>
                {
                    ["url"] = TestPostgres.Url,
                    ["schema"] = postgres.Schema,
                })
                : new DestinationDefinition("data", "sqlite", new Dictionary<string, string> { ["path"] = ((SqliteWorkbench)Database).File }),
            Stop);
        await Home.Definitions.Pipelines.SaveAsync(Pipeline, Stop);
        await SucceedAsync(WriteMode.Refresh);
        await ChangeAsync();
        await SucceedAsync(WriteMode.Refresh);
        _tables = await TablesAsync();
        using var slow = await _control.PostAsJsonAsync("/faults/zoho", new { fault = "delay", milliseconds = 25, times = -1 }, Stop);
        slow.EnsureSuccessStatusCode();
    }

    /// <summary>Changes both streams at the source: records come, change and go.</summary>
    public async Task ChangeAsync()
    {
        _round++;
        await MutateAsync(
            "contacts", ZohoBench.Values(("Last_Name", $"round {_round}"), ("Sync_to_Payment_App", "Pending Sync")), count: 150);
        await MutateAsync("accounts", ZohoBench.Values(("Phone", $"+{_round}")), count: 50);
    }

    /// <summary>What both tables hold of what changes, by id.</summary>
    public Task<IReadOnlyList<string>> RowsAsync() => Database.QueryAsync(Tables);

    /// <summary>What both tables hold.</summary>
    public async Task<IReadOnlyList<string>> AllAsync() =>
    [
        .. await Database.QueryAsync("SELECT * FROM contacts ORDER BY id"), .. await Database.QueryAsync("SELECT * FROM accounts ORDER BY id"),
    ];

    /// <summary>What the source has, as <see cref="RowsAsync"/> has it.</summary>
    public async Task<IReadOnlyList<string>> TruthAsync() =>
    [
        .. (await RecordsAsync("contacts")).Select(record => $"{record["id"]}|{record["Last_Name"]}")
            .Concat((await RecordsAsync("accounts")).Select(record => $"{record["id"]}|{record["Phone"]}")).Order(StringComparer.Ordinal),
    ];

    /// <summary>Records that the source has not been given the value for, of those that have a row.</summary>
    public async Task<IReadOnlyList<string>> NotGivenBackAsync() =>
    [
        .. (await RecordsAsync("contacts")).Where(record => record["Sync_to_Payment_App"]?.ToString() != "Synced")
            .Select(record => record["id"]!.ToString()).Order(StringComparer.Ordinal),
    ];

    public Task<IReadOnlyList<string>> OutboxAsync() => Database.QueryAsync("SELECT record_key FROM _tidemark_outbox ORDER BY record_key");

    /// <summary>A run that has to be whole: succeeded, accounted for, proven.</summary>
    public async Task<RunResult> SucceedAsync(WriteMode mode)
    {
        var result = await RunAsync(new SyncRun(Pipeline.Name) { Mode = mode });
        ShouldBeWhole(result);
        return result;
    }

    public Task<RunResult> UndoAsync(string run) => RunAsync(new UndoRun(Pipeline.Name, run));

    public Task<RunResult> RunAsync(RunRequest request) => Home.RunAsync(request, new(RunTrigger.Command, null), RunWatch.None, Stop);

    public static void ShouldBeWhole(RunResult result)
    {
        result.Status.ShouldBe(RunStatus.Succeeded, string.Join(' ', result.Problems));
        result.Streams.ShouldAllBe(stream => stream.IsAccountedFor && stream.Receipt!.IsVerified);
    }

    /// <summary>What is called a backup is a whole one.</summary>
    public async Task ShouldHaveWholeBackupsAsync()
    {
        var listed = await Home.Backups.ListAsync(null, Stop);
        Directory.GetFiles(Backups, "*.zip").ShouldBe(listed.Select(file => file.Path), ignoreOrder: true);
        foreach (var file in listed) await Home.Backups.VerifyAsync(file.Name, Stop);
    }

    /// <summary>Nothing is left of a run that was killed, once another one has succeeded.</summary>
    public async Task ShouldHaveNothingLeftAsync()
    {
        (await TablesAsync()).ShouldBe(_tables);
        var backups = (await Home.Backups.ListAsync(null, Stop)).Select(file => file.Name).ToList();
        Directory.GetFiles(Backups).Select(Path.GetFileName)
            .ShouldBe(backups.Concat(backups.Select(name => name + ".manifest")), ignoreOrder: true);
        (await Home.Runs.ListAsync(int.MaxValue, new(), Stop)).ShouldAllBe(run => run.Status != RunStatus.Running);
    }

    public async ValueTask DisposeAsync()
    {
        _control?.Dispose();
        if (_sandbox is not null) await _sandbox.DisposeAsync();
        await Database.DisposeAsync();
        _folder.Dispose();
    }

    private Task<IReadOnlyList<string>> TablesAsync() => Database.QueryAsync(Database is PostgresWorkbench
        ? "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() ORDER BY 1"
        : "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1");

    private async Task MutateAsync(string stream, object set, int count)
    {
        using var change = await _control!.PostAsJsonAsync(
            $"/mutate/zoho/{stream}", new { create = 2, update = new { count, set }, delete = new { count = 3 } }, Stop);
        change.EnsureSuccessStatusCode();
    }

    private async Task<IEnumerable<JsonNode>> RecordsAsync(string stream) =>
        (await _control!.GetFromJsonAsync<JsonNode>($"/truth/zoho/{stream}?full=true", Stop))!["records"]!.AsArray().OfType<JsonNode>();
}
