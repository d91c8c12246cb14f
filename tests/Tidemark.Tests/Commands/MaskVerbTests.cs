using System.Text.Json;
using Microsoft.Data.Sqlite;
using Shouldly;
using Tidemark.Output;
using Tidemark.Sandbox;
using Xunit;

namespace Tidemark.Tests.Commands;

/// <summary>What a pipeline excludes or masks is stored nowhere: not in columns, <c>raw</c>, quarantine, plans or the catalog.</summary>
public sealed class MaskVerbTests : IAsyncLifetime
{
    private readonly CommandBench _bench = new();
    private SandboxServer _sandbox = null!;
    private HttpClient _control = null!;

    public async ValueTask InitializeAsync()
    {
        _sandbox = await SandboxServer.StartAsync(new() { Size = 20, Port = 0 }, CommandBench.Cancel);
        _control = new() { BaseAddress = _sandbox.Control };
        await _bench.SaveEndsAsync(_sandbox.Vendors["stripe"]);
    }

    public async ValueTask DisposeAsync()
    {
        _control.Dispose();
        await _sandbox.DisposeAsync();
        _bench.Dispose();
    }

    [Fact]
    public async Task Nothing_that_is_excluded_or_masked_is_stored_anywhere()
    {
        var customers = await CustomersAsync();
        var withheld = customers.SelectMany(customer => new[] { Text(customer, "email"), Text(customer, "name"), Text(customer, "phone") })
            .Concat(customers.Select(customer => customer.GetProperty("address")).Where(address => address.ValueKind == JsonValueKind.Object).Select(address => Text(address, "line1")))
            .OfType<string>().Where(value => value.Length > 3).Distinct().ToList();
        withheld.Count.ShouldBeGreaterThan(20);
        await ApplyAsync("exclude: [email, address.line1, shipping], mask: { name: hash, phone: null }");

        var plan = await _bench.DoAsync("sync", "p", "--dry-run", "--save", _bench.File("plan.jsonl"), "--json");
        var run = await _bench.DoAsync("sync", "p", "--json");
        var preview = await _bench.DoAsync("streams", "p", "customers", "--preview", "20", "--json");
        await _bench.DoAsync("backup", "create", "p");

        run.Line.GetProperty("receipt").GetProperty("verified").GetBoolean().ShouldBeTrue();
        run.Line.GetProperty("streams")[0].TryGetProperty("remarks", out _).ShouldBeFalse();
        SqliteConnection.ClearAllPools();
        var stored = string.Join('\n', Directory.EnumerateFiles(Path.GetDirectoryName(_bench.Home)!, "*", SearchOption.AllDirectories)
            .Where(file => !file.EndsWith("tidemark.yaml", StringComparison.Ordinal)).Select(file => File.ReadAllText(file, System.Text.Encoding.UTF8)));
        var row = preview.Line.GetProperty("rows")[0];
        foreach (var secret in withheld)
        {
            stored.ShouldNotContain(secret, Case.Sensitive);
            $"{plan}{run}{preview}".ShouldNotContain(secret, Case.Sensitive);
        }

        row.TryGetProperty("email", out _).ShouldBeFalse();
        row.GetProperty("name").GetString()!.ShouldStartWith("hash-");
        row.GetProperty("raw").GetProperty("name").GetString().ShouldBe(row.GetProperty("name").GetString());
        row.GetProperty("raw").GetProperty("phone").ValueKind.ShouldBe(JsonValueKind.Null);
        stored.ShouldContain(row.GetProperty("name").GetString()!);
    }

    [Fact]
    public async Task A_hash_is_the_same_in_every_run_of_a_home_and_through_a_rotation_of_the_key()
    {
        await ApplyAsync("mask: { name: hash }");
        await _bench.DoAsync("sync", "p");
        await _bench.DoAsync("secrets", "rotate");

        (await _bench.DoAsync("sync", "p", "--full", "--json")).Line.GetProperty("streams")[0].GetProperty("unchanged").GetInt64().ShouldBe(20);
    }

    [Fact]
    public async Task A_mask_that_comes_later_makes_the_next_merge_write_every_row_anew()
    {
        await ApplyAsync("");
        await _bench.DoAsync("sync", "p");
        await ApplyAsync("mask: { name: hash, email: null }");

        var run = (await _bench.DoAsync("sync", "p", "--json")).Line;

        run.GetProperty("streams")[0].GetProperty("updated").GetInt64().ShouldBe(20);
        var name = Text((await CustomersAsync())[0], "name")!;
        await using var db = new SqliteConnection($"Data Source={_bench.File("db.sqlite")}");
        await db.OpenAsync(CommandBench.Cancel);
        await using var count = db.CreateCommand();
        count.CommandText = "SELECT count(*) FROM shop_customers WHERE raw ->> 'name' NOT LIKE 'hash-%' OR name = @name OR email IS NOT NULL";
        count.Parameters.AddWithValue("@name", name);
        (await count.ExecuteScalarAsync(CommandBench.Cancel)).ShouldBe(0L);
    }

    [Theory]
    [InlineData("exclude: [emial]", "column.unknown", "Did you mean email?")]
    [InlineData("exclude: [{ email: all }]", "definition.invalid_value", null)]
    [InlineData("exclude: [[email]]", "definition.invalid_value", null)]
    [InlineData("exclude: [id]", "column.invalid_rule", null)]
    [InlineData("mask: { id: hash }", "column.invalid_rule", null)]
    [InlineData("mask: { email: sha }", "definition.invalid_value", null)]
    [InlineData("exclude: [email], mask: { email: hash }", "definition.invalid_value", null)]
    [InlineData("exclude: [email], columns: { id: id, email: email }", "column.invalid_rule", null)]
    public async Task A_rule_that_cannot_hold_is_refused(string rule, string code, string? hint)
    {
        var refused = await ApplyAsync(rule, "--json");

        refused.Code.ShouldBe(ExitCode.Configuration);
        var problem = refused.Line.GetProperty("error").GetProperty("problems").EnumerateArray().First();
        problem.GetProperty("code").GetString().ShouldBe(code);
        if (hint is not null) problem.GetProperty("hint").GetString()!.ShouldStartWith(hint);
    }

    [Fact]
    public async Task What_is_to_be_excluded_and_in_no_record_is_told()
    {
        await ApplyAsync("exclude: [loyalty.tier]");

        (await _bench.DoAsync("sync", "p")).Output.ShouldContain("The pipeline excludes loyalty.tier: none of the 20 records read has loyalty/tier.");
    }

    [Fact]
    public async Task An_export_has_the_rules_and_applies()
    {
        await ApplyAsync("exclude: [email, address.line1], mask: { name: hash, phone: null }");
        var exported = (await _bench.DoAsync("export")).Output;

        exported.ShouldContain("exclude: [email, address.line1]");
        await File.WriteAllTextAsync(_bench.File("exported.yaml"), exported, CommandBench.Cancel);
        (await _bench.DoAsync("apply", "-f", _bench.File("exported.yaml"), "--json")).Lines.ShouldAllBe(line => line.GetProperty("change").GetString() == "unchanged");
    }

    private static string? Text(JsonElement record, string property) =>
        record.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private async Task<List<JsonElement>> CustomersAsync()
    {
        var truth = await _control.GetStringAsync(new Uri("/truth/stripe/customers?full=true", UriKind.Relative), CommandBench.Cancel);
        return [.. JsonSerializer.Deserialize<JsonElement>(truth).GetProperty("records").EnumerateArray()];
    }

    private async Task<Answer> ApplyAsync(string rule, params string[] options)
    {
        await File.WriteAllTextAsync(_bench.File("tidemark.yaml"), $$"""
            pipelines:
              - name: p
                source: shop
                destination: db
                streams: [{ name: customers{{(rule.Length > 0 ? ", " : "")}}{{rule}} }]
            """, CommandBench.Cancel);
        return await _bench.RunAsync(["apply", "-f", _bench.File("tidemark.yaml"), .. options]);
    }
}
