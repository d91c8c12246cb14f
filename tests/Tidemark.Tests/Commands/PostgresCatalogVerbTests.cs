using Dapper;
using Microsoft.Data.Sqlite;
using Shouldly;
using Tidemark.Sandbox;
using Tidemark.Tests.Catalog;
using Xunit;

namespace Tidemark.Tests.Commands;

/// <summary>The whole way through a catalog in PostgreSQL.</summary>
public sealed class PostgresCatalogVerbTests : IAsyncLifetime
{
    private readonly CommandBench _bench = new();
    private readonly CatalogSchema _catalog = new();
    private SandboxServer _sandbox = null!;

    public async ValueTask InitializeAsync()
    {
        _sandbox = await SandboxServer.StartAsync(new() { Size = 20, Port = 0 }, CommandBench.Cancel);
        _bench.Variables["TIDEMARK_CATALOG"] = _catalog.Address;
    }

    public async ValueTask DisposeAsync()
    {
        await _sandbox.DisposeAsync();
        _bench.Dispose();
        _catalog.Dispose();
    }

    [Fact]
    public async Task Apply_sync_quarantine_verify_undo_and_rotation_work_and_leave_no_catalog_in_the_home()
    {
        var unknown = await _bench.RunAsync("runs", "--json");
        (unknown.Code, unknown.ErrorCode).ShouldBe((2, "home.unknown"));
        await ApplyAsync();
        (await _bench.DoAsync("sync", "payments", "--json")).Line.GetProperty("status").GetString().ShouldBe("succeeded");

        await ExecuteAsync("CREATE TRIGGER rule BEFORE UPDATE ON shop_customers BEGIN SELECT RAISE(ABORT, 'not this one'); END");
        await ChangeAsync();
        (await _bench.RunAsync("sync", "payments")).Code.ShouldBe(3);
        var bad = (await _bench.DoAsync("quarantine", "list", "--json")).Lines;
        bad.Count.ShouldBe(2);
        await ExecuteAsync("DROP TRIGGER rule");
        await _bench.DoAsync("quarantine", "retry", "--pipeline", "payments", "--json");
        (await _bench.DoAsync("quarantine", "list")).Output.ShouldContain("No record is in quarantine.");

        var last = (await _bench.DoAsync("runs", "--json")).Lines[0].GetProperty("run").GetString()!;
        await _bench.DoAsync("verify", last);
        await _bench.DoAsync("run", "undo", last, "--json");
        (await _bench.DoAsync("quarantine", "list", "--json")).Lines.Select(entry => entry.GetProperty("id").GetInt64())
            .ShouldBe(bad.Select(entry => entry.GetProperty("id").GetInt64()), ignoreOrder: true);
        await _bench.DoAsync("secrets", "rotate");
        await _bench.DoAsync("sync", "payments", "--full");
        (await _bench.DoAsync("run", "logs", "last")).Output.ShouldNotBeEmpty();
        (await _bench.DoAsync("export")).Output.ShouldContain("payments");

        File.Exists(Path.Combine(_bench.Home, "key")).ShouldBeTrue();
        File.Exists(Path.Combine(_bench.Home, "catalog.db")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_machine_without_the_key_of_the_catalog_is_refused_and_makes_none()
    {
        await ApplyAsync();
        using var other = new CommandBench();
        other.Variables["TIDEMARK_CATALOG"] = _catalog.Address;

        (await other.RunAsync("sync", "payments", "--json")).ErrorCode.ShouldBe("secrets.key_missing");
        (await other.RunAsync("source", "set", "second", "--connector", "stripe", "api_key=sk_x", "--json")).ErrorCode
            .ShouldBe("secrets.key_missing");
        other.Variables["TIDEMARK_ENCRYPTION_KEY"] = "a passphrase of its own";
        (await other.RunAsync("secrets", "rotate", "--new-key", "-", "--json")).Code.ShouldNotBe(0);
        var wrong = await other.RunAsync("source", "set", "second", "--connector", "stripe", "api_key=sk_x", "--json");
        (wrong.Code, wrong.ErrorCode).ShouldBe((5, "secrets.wrong_key"));

        Directory.Exists(other.Home).ShouldBeFalse();
        await _bench.DoAsync("sync", "payments");
        File.Copy(Path.Combine(_bench.Home, "key"), Directory.CreateDirectory(other.Home).FullName + "/key");
        other.Variables.Remove("TIDEMARK_ENCRYPTION_KEY");
        await other.DoAsync("sync", "payments");
        (await other.DoAsync("runs", "--json")).Lines.Select(run => run.GetProperty("status").GetString())
            .ShouldBe(["succeeded", "succeeded", "failed"], "the run without the key is there too");
    }

    [Fact]
    public async Task A_catalog_that_lacks_a_table_or_is_gone_is_told_and_not_made_anew()
    {
        await ApplyAsync();
        await _bench.DoAsync("sync", "payments");
        await using var connection = await TestPostgres.ConnectAsync("public", CommandBench.Cancel);
        await connection.ExecuteAsync($"DROP TABLE {_catalog.Name}.runs CASCADE");
        var damaged = await _bench.RunAsync("runs", "--json");
        (damaged.Code, damaged.ErrorCode).ShouldBe((5, "catalog.unreadable"), damaged.ToString());
        damaged.Error.ShouldContain("name another schema in TIDEMARK_CATALOG");
        await connection.ExecuteAsync($"DROP SCHEMA {_catalog.Name} CASCADE");

        foreach (var verb in new[] { new[] { "runs" }, ["source", "set", "shop", "--connector", "stripe", "api_key=sk_test_x"] })
        {
            var gone = await _bench.RunAsync([.. verb, "--json"]);
            (gone.Code, gone.ErrorCode).ShouldBe((5, "catalog.gone"), gone.ToString());
        }

        File.Move(Path.Combine(_bench.Home, "key"), _bench.File("key"));
        await ApplyAsync();
        (await _bench.DoAsync("sync", "payments", "--json")).Line.GetProperty("streams")[0].TryGetProperty("full", out _).ShouldBeFalse();
    }

    private async Task ApplyAsync()
    {
        var file = _bench.File("tidemark.yaml");
        await File.WriteAllTextAsync(file, $"""
            sources:
              - name: shop
                connector: stripe
                settings:
                  api_key: sk_test_tidemark
                  base_url: {_sandbox.Vendors["stripe"]}
                  allow_private_network: "true"
                  requests_per_second: "1000"
                  retries: "1"
            destinations:
              - name: db
                connector: sqlite
                settings:
                  path: {_bench.File("db.sqlite")}
            pipelines:
              - name: payments
                source: shop
                destination: db
                streams: [customers]
            """, CommandBench.Cancel);
        await _bench.DoAsync("apply", "-f", file);
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={_bench.File("db.sqlite")};Pooling=False");
        await connection.ExecuteAsync(sql);
    }

    private async Task ChangeAsync()
    {
        using var http = new HttpClient();
        using var change = new StringContent("""{"update":{"count":2,"set":{"description":"new"}}}""", mediaType: new("application/json"));
        using var answer = await http.PostAsync(new Uri(_sandbox.Control, "mutate/stripe/customers"), change, CommandBench.Cancel);
        answer.EnsureSuccessStatusCode();
    }
}
