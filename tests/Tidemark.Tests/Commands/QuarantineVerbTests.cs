using System.Globalization;
using System.Text.Json;
using Shouldly;
using Tidemark.Sandbox;
using Xunit;

namespace Tidemark.Tests.Commands;

public sealed class QuarantineVerbTests : IAsyncLifetime
{
    private readonly CommandBench _bench = new();
    private SandboxServer _sandbox = null!;

    public async ValueTask InitializeAsync()
    {
        _sandbox = await SandboxServer.StartAsync(new() { Size = 20, Port = 0 }, CommandBench.Cancel);
        await _bench.SaveEndsAsync(_sandbox.Vendors["stripe"]);
        await _bench.DoAsync("sync", "shop", "db", "customers", "products");
        // The application has a rule of its own, which the next full reading meets.
        await ExecuteAsync("CREATE TRIGGER rule BEFORE UPDATE ON shop_customers BEGIN SELECT RAISE(ABORT, 'not this one'); END");
        await ChangeAsync("""{"update":{"count":2,"set":{"description":"new"}}}""");
        (await _bench.RunAsync("sync", "shop", "db", "customers", "products")).Code.ShouldBe(3);
    }

    public async ValueTask DisposeAsync()
    {
        await _sandbox.DisposeAsync();
        _bench.Dispose();
    }

    [Fact]
    public async Task Records_in_quarantine_are_listed_and_shown_whole()
    {
        var listed = (await _bench.DoAsync("quarantine", "list", "shop:db", "--stream", "customers", "--json")).Lines;
        listed.Count.ShouldBe(2);
        listed.ShouldAllBe(entry => entry.GetProperty("key").GetString()!.StartsWith("cus_") && entry.GetProperty("retried").GetBoolean());
        (await _bench.DoAsync("quarantine", "list", "--json")).Lines.Count.ShouldBe(2);
        (await _bench.DoAsync("quarantine", "list", "--stream", "products", "--json")).Output.ShouldBeEmpty();
        (await _bench.DoAsync("quarantine", "list")).Output.ShouldContain(listed[0].GetProperty("key").GetString()!);

        var shown = (await _bench.DoAsync("quarantine", "show", Id(listed[0]), "--json")).Line;
        JsonDocument.Parse(shown.GetProperty("payload").GetString()!).RootElement.GetProperty("id").GetString()
            .ShouldBe(listed[0].GetProperty("key").GetString());
        (await _bench.DoAsync("quarantine", "show", Id(listed[0]))).Output.ShouldContain("not this one");
        var unknown = await _bench.RunAsync("quarantine", "show", "999", "--json");
        (unknown.Code, unknown.ErrorCode).ShouldBe((2, "quarantine.unknown"));
    }

    [Fact]
    public async Task S2_5_retry_says_what_came_of_each_record()
    {
        var ids = (await _bench.DoAsync("quarantine", "list", "--json")).Lines.Select(Id).ToList();
        var refused = await _bench.RunAsync("quarantine", "retry", ids[0], "--json");
        refused.Code.ShouldBe(3, refused.ToString());
        refused.Lines[0].GetProperty("streams").EnumerateArray().ShouldHaveSingleItem().GetProperty("stream").GetString().ShouldBe("customers");
        refused.Lines[1].GetProperty("settled").GetBoolean().ShouldBeFalse();

        await ExecuteAsync("DROP TRIGGER rule");
        var settled = await _bench.DoAsync("quarantine", "retry", "--pipeline", "shop:db", "--json");
        settled.Lines[0].GetProperty("streams")[0].GetProperty("updated").GetInt64().ShouldBe(2);
        settled.Lines.Skip(1).Select(line => (Id(line), line.GetProperty("settled").GetBoolean()))
            .ShouldBe(ids.Select(id => (id, true)), ignoreOrder: true);
        (await _bench.DoAsync("quarantine", "list")).Output.ShouldContain("No record is in quarantine.");
        (await _bench.RunAsync("quarantine", "retry", "--json")).Code.ShouldBe(2);
        (await _bench.RunAsync("quarantine", "retry", "1", "--pipeline", "shop:db", "--json")).Code.ShouldBe(2);
    }

    [Fact]
    public async Task A_retry_is_a_merge_whatever_the_pipeline_s_mode()
    {
        await _bench.DoAsync("pipeline", "set", "whole", "--source", "shop", "--destination", "db", "--streams", "customers", "--mode", "refresh");
        (await _bench.RunAsync("sync", "whole")).Code.ShouldNotBe(0);
        var waiting = (await _bench.DoAsync("quarantine", "list", "whole", "--json")).Lines;
        waiting.ShouldNotBeEmpty();
        await ExecuteAsync("DROP TRIGGER rule");
        var settled = await _bench.DoAsync("quarantine", "retry", "--pipeline", "whole", "--json");

        settled.Lines[0].GetProperty("mode").GetString().ShouldBe("merge");
        settled.Lines.Skip(1).ShouldAllBe(line => line.GetProperty("settled").GetBoolean());
        Directory.Exists(Path.Combine(_bench.Home, "backups")).ShouldBeTrue("the refresh made one, and the retry none");
        (await _bench.DoAsync("backup", "list", "--json")).Lines.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Discarding_is_confirmed_all_or_nothing_and_in_the_log_of_the_run()
    {
        var entries = (await _bench.DoAsync("quarantine", "list", "--json")).Lines;
        var asked = await _bench.RunAsync("quarantine", "discard", Id(entries[0]), "--json");
        (asked.Code, asked.ErrorCode).ShouldBe((2, "quarantine.not_confirmed"));
        (await _bench.RunAsync("quarantine", "discard", Id(entries[0]), "999", "--yes", "--json")).ErrorCode.ShouldBe("quarantine.unknown");
        (await _bench.DoAsync("quarantine", "list", "--json")).Lines.Count.ShouldBe(2);

        await _bench.DoAsync("quarantine", "discard", Id(entries[0]), "--yes", "--json");
        (await _bench.DoAsync("quarantine", "list", "--json")).Lines.Select(Id).ShouldBe([Id(entries[1])]);
        var log = await _bench.DoAsync("run", "logs", entries[0].GetProperty("run").GetString()!, "--json");
        log.Lines[^1].GetProperty("message").GetString()!.ShouldContain(
            $"{Environment.UserName} discarded the record {Id(entries[0])} from quarantine (key {entries[0].GetProperty("key").GetString()})");
    }

    [Fact]
    public async Task P3_verify_names_the_row_and_column_that_was_tampered_with()
    {
        var run = (await _bench.RunAsync("sync", "shop", "db", "products", "--full", "--json")).Line.GetProperty("run").GetString()!;
        (await _bench.DoAsync("verify", run, "--json")).Line.GetProperty("verified").GetBoolean().ShouldBeTrue();
        (await _bench.DoAsync("verify", run)).Output.ShouldContain("verified");
        await ExecuteAsync($"UPDATE shop_products SET name = '{new string('x', 5000)}' WHERE id = (SELECT min(id) FROM shop_products)");

        var differs = await _bench.RunAsync("verify", "last", "--json");
        differs.Code.ShouldBe(1);
        (differs.Line.GetProperty("verified").GetBoolean(), differs.Line.GetProperty("code").GetString()).ShouldBe((false, "verify.differs"));
        var difference = differs.Line.GetProperty("differences").EnumerateArray().ShouldHaveSingleItem();
        difference.GetProperty("table").GetString().ShouldBe("shop_products");
        difference.GetProperty("key").GetString()!.ShouldStartWith("prod_");
        difference.GetProperty("column").GetString().ShouldBe("name");
        difference.GetProperty("found").GetString()!.ShouldEndWith("x… (5,000 letters)");
        differs.Error.ShouldContain("1 is not what its record says");
    }

    private static string Id(JsonElement entry) => entry.GetProperty("id").GetInt64().ToString(CultureInfo.InvariantCulture);

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
        answer.IsSuccessStatusCode.ShouldBeTrue();
    }
}
