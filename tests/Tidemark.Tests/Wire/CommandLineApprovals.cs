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
        await NoteAnswerAsync("--version");
        await NoteAnswerAsync("init");
        await NoteAnswerAsync("init", "payments", "--file", _bench.File("payments.yaml"));
        await NoteAnswerAsync("connectors", "sqlite");
        await NoteAnswerAsync("source", "set", "other", "--connector", "stripe", "api_key=sk_test_other");
        await NoteAnswerAsync("source", "set", "other", "page_size=50");
        await NoteAnswerAsync("source", "list");
        await NoteAnswerAsync("source", "show", "other");
        await NoteAnswerAsync("source", "remove", "other");
        await NoteAnswerAsync("destination", "show", "db");
        await NoteAnswerAsync("pipeline", "show", "payments");
        await NoteAnswerAsync("export");
        await File.WriteAllTextAsync(_bench.File("all.yaml"), (await _bench.DoAsync("export")).Output, CommandBench.Cancel);
        await NoteAnswerAsync("apply", "-f", _bench.File("all.yaml"));
        await NoteAnswerAsync("secrets", "rotate");
        Approve("definitions.txt");
    }

    [Fact]
    public async Task Runs_are_told_as_before()
    {
        await NoteAnswerAsync("test", "shop");
        await NoteAnswerAsync("test", "db");
        await NoteAnswerAsync("sync", "payments", "--dry-run", "--save", _bench.File("plan.jsonl"));
        Note("the plan's file", await File.ReadAllTextAsync(_bench.File("plan.jsonl"), CommandBench.Cancel));
        await NoteAnswerAsync("apply", "--plan", _bench.File("plan.jsonl"));
        await NoteAnswerAsync("run", "show", "last");
        await NoteAnswerAsync("verify", "last");
        await ChangeAsync("""{"create":1,"delete":{"count":19}}""");
        await NoteAnswerAsync("sync", "payments", "--refresh");
        await NoteAnswerAsync("run", "approve", "last");
        await NoteAnswerAsync("run", "rows", "last", "--limit", "1");
        await NoteAnswerAsync("run", "undo", "last", "--dry-run");
        await NoteAnswerAsync("run", "undo", "last");
        await NoteAnswerAsync("runs");
        await NoteAnswerAsync("run", "prune", "--keep-days", "0");
        Approve("runs.txt");
    }

    [Fact]
    public async Task Backups_are_told_as_before()
    {
        await _bench.DoAsync("sync", "payments");
        await NoteAnswerAsync("backup", "create", "payments");
        var name = (await _bench.DoAsync("backup", "list", "--json")).Line.GetProperty("filename").GetString()!;
        await NoteAnswerAsync("backup", "list");
        await NoteAnswerAsync("backup", "verify", name);
        await ExecuteAsync("DELETE FROM shop_customers");
        await NoteAnswerAsync("backup", "restore", name, "--dry-run");
        await NoteAnswerAsync("backup", "restore", name);
        await NoteAnswerAsync("backup", "restore", name, "--exact");
        await NoteAnswerAsync("backup", "prune");
        await NoteAnswerAsync("runs", "--limit", "1");
        Approve("backups.txt");
    }

    [Fact]
    public async Task Quarantine_and_verification_are_told_as_before()
    {
        await _bench.DoAsync("sync", "payments");
        await ExecuteAsync("CREATE TRIGGER rule BEFORE UPDATE ON shop_customers BEGIN SELECT RAISE(ABORT, 'not this one'); END");
        await ChangeAsync("""{"update":{"count":2,"set":{"description":"new"}}}""");
        await NoteAnswerAsync("sync", "payments");
        await NoteAnswerAsync("quarantine", "list");
        await NoteAnswerAsync("quarantine", "show", "1");
        await NoteAnswerAsync("run", "quarantine", "last", "--limit", "1");
        await NoteAnswerAsync("quarantine", "retry", "1");
        await NoteAnswerAsync("quarantine", "discard", "2", "--yes");
        await NoteAnswerAsync("run", "logs", "last");
        await ExecuteAsync("DROP TRIGGER rule");
        await NoteAnswerAsync("quarantine", "retry", "1");
        await ExecuteAsync("UPDATE shop_customers SET name = NULL WHERE id = (SELECT min(id) FROM shop_customers)");
        await NoteAnswerAsync("verify", "last");
        Approve("quarantine.txt");
    }

    [Fact]
    public async Task Errors_are_told_as_before()
    {
        await NoteAnswerAsync("sync");
        await NoteAnswerAsync("source", "set", "shop", "--connector", "stripe", "api_kee=x", "page_size=1000");
        await NoteAnswerAsync("run", "show", "nosuch");
        await NoteAnswerAsync("backup", "verify", "nothing.zip");
        await NoteAnswerAsync("destination", "set", "nowhere", "--connector", "postgres", "url=postgres://nobody@127.0.0.1:9/none");
        await NoteAnswerAsync("test", "nowhere");
        Approve("errors.txt");
    }

    private async Task NoteAnswerAsync(params string[] args)
    {
        var answer = await _bench.RunAsync([.. args, "--json"]);
        Note($"$ tidemark {string.Join(' ', args)} --json", answer.Output);
        _told.Append(CultureInfo.InvariantCulture, $"exit {answer.Code}\n\n");
    }

    private void Note(string title, string lines) => _told.Append(title).Append('\n').Append(lines);

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
