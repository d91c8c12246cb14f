using System.Globalization;
using System.Text;
using Tidemark.Sandbox;
using Tidemark.Tests.Commands;
using Xunit;

namespace Tidemark.Tests.Wire;

/// <summary>The lines of --json as programs have read them from the start: a key may come, none may go or change.</summary>
public sealed class CommandLineApprovals : IAsyncLifetime
{
    private readonly CommandBench _bench = new();
    private readonly StringBuilder _told = new();
    private SandboxServer _sandbox = null!;

    public async ValueTask InitializeAsync()
    {
        _sandbox = await SandboxServer.StartAsync(new() { Size = 20, Port = 0 }, CommandBench.Cancel);
        await _bench.SaveEndsAsync(_sandbox.Vendors["stripe"]);
        await _bench.DoAsync("pipeline", "set", "payments", "--source", "shop", "--destination", "db", "--streams", "customers");
    }

    public async ValueTask DisposeAsync()
    {
        await _sandbox.DisposeAsync();
        _bench.Dispose();
    }

    [Fact]
    public async Task Definitions_are_told_as_before()
    {
        await TellAsync("--version");
        await TellAsync("init");
        await TellAsync("init", "payments", "--file", _bench.File("payments.yaml"));
        await TellAsync("connectors", "sqlite");
        await TellAsync("source", "set", "other", "--connector", "stripe", "api_key=sk_test_other");
        await TellAsync("source", "set", "other", "page_size=50");
        await TellAsync("source", "list");
        await TellAsync("source", "show", "other");
        await TellAsync("source", "remove", "other");
        await TellAsync("destination", "show", "db");
        await TellAsync("pipeline", "show", "payments");
        await TellAsync("export");
        await File.WriteAllTextAsync(_bench.File("all.yaml"), (await _bench.DoAsync("export")).Output, CommandBench.Cancel);
        await TellAsync("apply", "-f", _bench.File("all.yaml"));
        await TellAsync("secrets", "rotate");
        Approve("definitions.txt");
    }

    [Fact]
    public async Task Runs_are_told_as_before()
    {
        await TellAsync("test", "shop");
        await TellAsync("test", "db");
        await TellAsync("sync", "payments", "--dry-run", "--save", _bench.File("plan.jsonl"));
        Tell("the plan's file", await File.ReadAllTextAsync(_bench.File("plan.jsonl"), CommandBench.Cancel));
        await TellAsync("apply", "--plan", _bench.File("plan.jsonl"));
        await TellAsync("run", "show", "last");
        await TellAsync("verify", "last");
        await ChangeAsync("""{"create":1,"delete":{"count":19}}""");
        await TellAsync("sync", "payments", "--refresh");
        await TellAsync("run", "approve", "last");
        await TellAsync("run", "undo", "last");
        await TellAsync("runs");
        await TellAsync("run", "prune", "--keep-days", "0");
        Approve("runs.txt");
    }

    [Fact]
    public async Task Backups_are_told_as_before()
    {
        await _bench.DoAsync("sync", "payments");
        await TellAsync("backup", "create", "payments");
        var name = (await _bench.DoAsync("backup", "list", "--json")).Line.GetProperty("filename").GetString()!;
        await TellAsync("backup", "list");
        await TellAsync("backup", "verify", name);
        await ExecuteAsync("DELETE FROM shop_customers");
        await TellAsync("backup", "restore", name);
        await TellAsync("backup", "restore", name, "--exact");
        await TellAsync("backup", "prune");
        await TellAsync("runs", "--limit", "1");
        Approve("backups.txt");
    }

    [Fact]
    public async Task Quarantine_and_verification_are_told_as_before()
    {
        await _bench.DoAsync("sync", "payments");
        await ExecuteAsync("CREATE TRIGGER rule BEFORE UPDATE ON shop_customers BEGIN SELECT RAISE(ABORT, 'not this one'); END");
        await ChangeAsync("""{"update":{"count":2,"set":{"description":"new"}}}""");
        await TellAsync("sync", "payments");
        await TellAsync("quarantine", "list");
        await TellAsync("quarantine", "show", "1");
        await TellAsync("run", "quarantine", "last", "--limit", "1");
        await TellAsync("quarantine", "retry", "1");
        await TellAsync("quarantine", "discard", "2", "--yes");
        await TellAsync("run", "logs", "last");
        await ExecuteAsync("DROP TRIGGER rule");
        await TellAsync("quarantine", "retry", "1");
        await ExecuteAsync("UPDATE shop_customers SET name = NULL WHERE id = (SELECT min(id) FROM shop_customers)");
        await TellAsync("verify", "last");
        Approve("quarantine.txt");
    }

    [Fact]
    public async Task Errors_are_told_as_before()
    {
        await TellAsync("sync");
        await TellAsync("source", "set", "shop", "--connector", "stripe", "api_kee=x", "page_size=1000");
        await TellAsync("run", "show", "nosuch");
        await TellAsync("backup", "verify", "nothing.zip");
        await TellAsync("destination", "set", "nowhere", "--connector", "postgres", "url=postgres://nobody@127.0.0.1:9/none");
        await TellAsync("test", "nowhere");
        Approve("errors.txt");
    }

    private async Task TellAsync(params string[] args)
    {
        var answer = await _bench.RunAsync([.. args, "--json"]);
        Tell($"$ tidemark {string.Join(' ', args)} --json", answer.Output);
        _told.Append(CultureInfo.InvariantCulture, $"exit {answer.Code}\n\n");
    }

    private void Tell(string title, string lines) => _told.Append(title).Append('\n').Append(lines);

    private void Approve(string name)
    {
        var text = _told.ToString()
            .Replace(_bench.Home, "HOME", StringComparison.Ordinal)
            .Replace(Path.GetDirectoryName(_bench.Home)!, "FOLDER", StringComparison.Ordinal)
            .Replace(_sandbox.Vendors["stripe"].ToString(), "STRIPE", StringComparison.Ordinal);
        ApprovedText.WithoutChance(text).ShouldBeApproved(name);
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={_bench.File("db.sqlite")};Pooling=False");
        await connection.OpenAsync(CommandBench.Cancel);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(CommandBench.Cancel);
    }

    private async Task ChangeAsync(string json)
    {
        using var control = new HttpClient { BaseAddress = _sandbox.Control };
        using var body = new StringContent(json, mediaType: new("application/json"));
        using var answer = await control.PostAsync(new Uri("mutate/stripe/customers", UriKind.Relative), body, CommandBench.Cancel);
        answer.EnsureSuccessStatusCode();
    }
}
