using System.Text.Json;
using Microsoft.Data.Sqlite;
using Shouldly;
using Tidemark.Sandbox;
using Xunit;

namespace Tidemark.Tests.Commands;

/// <summary>W11: what waits for a person waits, and what is approved is what was shown.</summary>
public sealed class ApprovalTests : IAsyncLifetime
{
    private static readonly string[] Full = ["sync", "shop", "db", "customers", "--full", "--json"];

    private readonly CommandBench _bench = new();
    private SandboxServer _sandbox = null!;
    private HttpClient _control = null!;

    public async ValueTask InitializeAsync()
    {
        _sandbox = await SandboxServer.StartAsync(new() { Size = 120, Port = 0 }, CommandBench.Cancel);
        _control = new() { BaseAddress = _sandbox.Control };
        await _bench.SaveEndsAsync(_sandbox.Vendors["stripe"]);
        await _bench.DoAsync(Full);
        await DeleteAtTheVendorAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _control.Dispose();
        await _sandbox.DisposeAsync();
        _bench.Dispose();
    }

    [Theory]
    [InlineData("--full")]
    [InlineData("--merge")]
    public async Task W11_a_dry_run_that_would_park_says_so_and_ends_as_a_run_that_has(string mode)
    {
        var dry = await _bench.RunAsync("sync", "shop", "db", "customers", mode, "--dry-run", "--json");
        var shown = await _bench.RunAsync("run", "show", await _bench.LatestAsync(), "--json");

        dry.Code.ShouldBe(4, dry.ToString());
        (Text(dry.Line, "status"), dry.Line.GetProperty("would_park").GetBoolean()).ShouldBe(("planned", true));
        dry.Line.GetProperty("problems")[0].GetProperty("code").GetString().ShouldBe("guard.too_many_deletes");
        dry.Error.ShouldContain("would park:");
        shown.Line.GetProperty("would_park").GetBoolean().ShouldBeTrue();
        (await CountAsync("")).ShouldBe(120);
    }

    [Fact]
    public async Task W11_a_dry_run_that_would_not_park_has_no_problems()
    {
        var dry = await _bench.RunAsync("sync", "shop", "db", "plans", "--dry-run", "--json");

        dry.Code.ShouldBe(0, dry.ToString());
        dry.Line.TryGetProperty("would_park", out _).ShouldBeFalse();
        dry.Line.TryGetProperty("problems", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task W11_rows_that_somebody_has_edited_since_are_not_deleted_by_an_approval_but_named()
    {
        var parked = (await _bench.RunAsync(Full)).Line;
        var first = parked.GetProperty("plan")[0].GetProperty("samples")[0].GetProperty("key").GetString();
        await ExecuteAsync($"UPDATE shop_customers SET name = 'by hand' WHERE id = '{first}'");

        var approved = await _bench.RunAsync("run", "approve", Text(parked, "run"), "--json");

        approved.Code.ShouldBe(1, approved.ToString());
        var problem = approved.Line.GetProperty("problems")[0];
        Text(problem, "code").ShouldBe("approve.changed_since");
        Text(problem, "message").ShouldContain(first!);
        (await CountAsync("")).ShouldBe(120);
        var again = await _bench.RunAsync(Full);
        again.Code.ShouldBe(4);
        (await _bench.RunAsync("run", "approve", Text(again.Line, "run"), "--json")).Code.ShouldBe(0);
        (await CountAsync("")).ShouldBe(60);
    }

    [Fact]
    public async Task W11_a_merge_leaves_a_parked_run_waiting_and_its_approval_goes_on_from_what_it_has_read()
    {
        var parked = Text((await _bench.RunAsync(Full)).Line, "run");
        var merge = await _bench.RunAsync("sync", "shop", "db", "customers", "--merge", "--json");

        merge.Code.ShouldBe(4, merge.ToString());
        (await StatusAsync(parked)).ShouldBe("parked");
        var approved = await _bench.RunAsync("run", "approve", parked, "--json");
        approved.Code.ShouldBe(0, approved.ToString());
        approved.Line.GetProperty("streams")[0].GetProperty("deleted").GetInt64().ShouldBe(60);
        approved.Line.TryGetProperty("plan", out _).ShouldBeFalse();
        (await StatusAsync(Text(merge.Line, "run"))).ShouldBe("cancelled");
    }

    [Fact]
    public async Task W11_what_a_parked_run_has_read_is_not_published_over_what_a_later_run_wrote()
    {
        var parked = Text((await _bench.RunAsync(Full)).Line, "run");
        (await _bench.RunAsync("sync", "shop", "db", "customers", "--merge", "--approve", "--json")).Code.ShouldBe(0);
        (await StatusAsync(parked)).ShouldBe("parked");

        var approved = await _bench.RunAsync("run", "approve", parked, "--json");

        approved.Code.ShouldBe(2, approved.ToString());
        approved.ToString().ShouldContain("approve.changed_since");
        (await StatusAsync(parked)).ShouldBe("parked");
        (await _bench.RunAsync(Full)).Code.ShouldBe(0);
        (await StatusAsync(parked)).ShouldBe("cancelled");
    }

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;

    private async Task<string> StatusAsync(string run) => Text((await _bench.RunAsync("run", "show", run, "--json")).Line, "status");

    private async Task DeleteAtTheVendorAsync()
    {
        using var body = new StringContent("""{"delete":{"count":60}}""", mediaType: new("application/json"));
        using var answer = await _control.PostAsync(new Uri("mutate/stripe/customers", UriKind.Relative), body, CommandBench.Cancel);
        answer.IsSuccessStatusCode.ShouldBeTrue();
    }

    private Task<object?> ExecuteAsync(string sql) => ScalarAsync(sql);

    private async Task<long> CountAsync(string where) => (long)(await ScalarAsync($"SELECT count(*) FROM shop_customers {where}"))!;

    private async Task<object?> ScalarAsync(string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={_bench.File("db.sqlite")};Pooling=False");
        await connection.OpenAsync(CommandBench.Cancel);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return await command.ExecuteScalarAsync(CommandBench.Cancel);
    }
}
