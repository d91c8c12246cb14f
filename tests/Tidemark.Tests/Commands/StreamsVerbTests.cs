using System.Text.Json;
using Shouldly;
using Tidemark.Output;
using Tidemark.Sandbox;
using Xunit;

namespace Tidemark.Tests.Commands;

public sealed class StreamsVerbTests : IAsyncLifetime
{
    private readonly CommandBench _bench = new();
    private SandboxServer _sandbox = null!;

    public async ValueTask InitializeAsync()
    {
        _sandbox = await SandboxServer.StartAsync(new() { Size = 20, Port = 0 }, CommandBench.Cancel);
        await _bench.SaveEndsAsync(_sandbox.Vendors["stripe"]);
    }

    public async ValueTask DisposeAsync()
    {
        await _sandbox.DisposeAsync();
        _bench.Dispose();
    }

    [Fact]
    public async Task Streams_are_listed_with_their_columns_types_and_keys()
    {
        var listed = await _bench.DoAsync("streams", "shop", "--json");
        var customers = (await _bench.DoAsync("streams", "shop", "customers", "--json")).Line;
        var shown = await _bench.DoAsync("streams", "shop", "customers");

        listed.Lines.Select(line => line.GetProperty("stream").GetString()).ShouldBe(["customers", "subscriptions", "charges", "invoices", "products", "plans"]);
        customers.GetProperty("table").GetString().ShouldBe("shop_customers");
        customers.TryGetProperty("rows", out _).ShouldBeFalse();
        Column("id").ShouldBe(("text", true, false));
        Column("created").ShouldBe(("timestamp", false, true));
        shown.Output.ShouldContain("created");
        shown.Output.ShouldContain("timestamp");
        customers.GetProperty("columns").EnumerateArray().Where(column => column.GetProperty("cursor").GetBoolean())
            .Select(column => column.GetProperty("name").GetString()).ShouldBe(["created"]);

        (string?, bool, bool) Column(string name)
        {
            var column = customers.GetProperty("columns").EnumerateArray().Single(each => each.GetProperty("name").GetString() == name);
            return (column.GetProperty("type").GetString(), column.GetProperty("key").GetBoolean(), column.GetProperty("nullable").GetBoolean());
        }
    }

    [Fact]
    public async Task Previewed_records_are_the_rows_that_a_run_writes_and_nothing_is_written()
    {
        var preview = (await _bench.DoAsync("streams", "shop", "customers", "--preview", "3", "--json")).Line.GetProperty("rows").EnumerateArray().ToList();

        preview.Count.ShouldBe(3);
        File.Exists(_bench.File("db.sqlite")).ShouldBeFalse();
        (await _bench.DoAsync("runs", "--json")).Output.ShouldBeEmpty();
        var row = preview[0];
        row.GetProperty("livemode").ValueKind.ShouldBe(JsonValueKind.False);
        row.GetProperty("created").GetString()!.ShouldEndWith("Z");
        row.GetProperty("raw").GetProperty("id").GetString().ShouldBe(row.GetProperty("id").GetString());
        (await _bench.DoAsync("streams", "shop", "customers", "--preview", "1")).Output.ShouldContain(row.GetProperty("id").GetString()!);
    }

    [Fact]
    public async Task A_pipeline_shows_its_own_columns()
    {
        await File.WriteAllTextAsync(_bench.File("tidemark.yaml"), """
            pipelines:
              - name: p
                source: shop
                destination: db
                raw: false
                streams: [{ name: customers, table: people, columns: { key: id, label: { value: "c-{key}" }, balance: { type: text } } }]
            """, CommandBench.Cancel);
        await _bench.DoAsync("apply", "-f", _bench.File("tidemark.yaml"));

        var shown = (await _bench.DoAsync("streams", "p", "customers", "--preview", "1", "--json")).Line;

        shown.GetProperty("table").GetString().ShouldBe("people");
        var row = shown.GetProperty("rows").EnumerateArray().ShouldHaveSingleItem();
        row.EnumerateObject().Select(column => column.Name).ShouldBe(["key", "label", "balance"]);
        row.GetProperty("label").GetString().ShouldBe($"c-{row.GetProperty("key").GetString()}");
        row.GetProperty("balance").ValueKind.ShouldBe(JsonValueKind.String);
    }

    [Fact]
    public async Task An_address_can_be_looked_at_and_wrong_names_are_refused()
    {
        var address = $"stripe+http://sk_test_tidemark@{_sandbox.Vendors["stripe"].Authority}?allow_private_network=true";

        (await _bench.DoAsync("streams", address, "plans", "--preview", "2", "--json")).Line.GetProperty("table").GetString().ShouldBe("stripe_plans");
        (await _bench.DoAsync("source", "list", "--json")).Lines.Count.ShouldBe(1);
        (await _bench.RunAsync("streams", "shopp", "--json")).ErrorCode.ShouldBe("source.unknown");
        var refused = await _bench.RunAsync("streams", "shop", "custmers", "--json");
        (refused.Code, refused.ErrorCode).ShouldBe((ExitCode.Usage, "stream.unknown"));
        (await _bench.RunAsync("streams", "shop", "--preview", "2", "--json")).Code.ShouldBe(ExitCode.Usage);
    }
}
