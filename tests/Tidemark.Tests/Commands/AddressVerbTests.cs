using Shouldly;
using Tidemark.Output;
using Tidemark.Sandbox;
using Xunit;

namespace Tidemark.Tests.Commands;

/// <summary><c>sync --from URL --to URL</c>: a run without a definition, which is a run like any other.</summary>
public sealed class AddressVerbTests : IAsyncLifetime
{
    private readonly CommandBench _bench = new();
    private SandboxServer _sandbox = null!;

    private string From => $"stripe+http://env:STRIPE_KEY@{_sandbox.Vendors["stripe"].Authority}?allow_private_network=true";

    private string To => $"sqlite:{_bench.File("shop.db")}";

    public async ValueTask InitializeAsync()
    {
        _sandbox = await SandboxServer.StartAsync(new() { Size = 20, Port = 0 }, CommandBench.Cancel);
        _bench.Variables["STRIPE_KEY"] = "sk_test_tidemark";
    }

    public async ValueTask DisposeAsync()
    {
        await _sandbox.DisposeAsync();
        _bench.Dispose();
    }

    [Fact]
    public async Task The_second_call_goes_on_where_the_first_one_was_and_both_can_be_undone()
    {
        var first = (await _bench.DoAsync("sync", "--from", From, "--to", To, "--streams", "customers,plans", "--json")).Line;
        var second = (await _bench.DoAsync("sync", "--from", From, "--to", To, "--json", "--streams", "customers")).Line;

        first.GetProperty("streams").EnumerateArray().Select(stream => stream.GetProperty("table").GetString()).ShouldBe(["stripe_customers", "stripe_plans"]);
        first.GetProperty("streams")[0].GetProperty("created").GetInt64().ShouldBe(20);
        second.GetProperty("pipeline").GetString().ShouldBe(first.GetProperty("pipeline").GetString());
        second.GetProperty("streams")[0].TryGetProperty("full", out _).ShouldBeFalse();
        (await _bench.DoAsync("run", "undo", first.GetProperty("run").GetString()!, "--json")).Line
            .GetProperty("streams")[0].GetProperty("deleted").GetInt64().ShouldBe(20);
    }

    [Fact]
    public async Task What_the_addresses_stand_for_is_printed_and_applies_and_holds_no_secret()
    {
        var typed = From.Replace("env:STRIPE_KEY", "sk_test_tidemark", StringComparison.Ordinal);
        var printed = await _bench.DoAsync("sync", "--from", typed, "--to", To, "--streams", "customers", "--yaml");

        printed.Output.ShouldNotContain("sk_test_tidemark");
        printed.Output.ShouldContain("api_key: \"${STRIPE_API_KEY}\"");
        Directory.Exists(_bench.Home).ShouldBeFalse();
        (await _bench.DoAsync("sync", "--from", From, "--to", To, "--yaml")).Output.ShouldContain("api_key: \"${STRIPE_KEY}\"");
        await File.WriteAllTextAsync(_bench.File("tidemark.yaml"), printed.Output, CommandBench.Cancel);
        _bench.Variables["STRIPE_API_KEY"] = "sk_test_tidemark";
        await _bench.DoAsync("apply", "-f", _bench.File("tidemark.yaml"));
        (await _bench.DoAsync("sync", "--from", typed, "--to", To, "--json")).Line.GetProperty("streams").GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task What_was_saved_under_an_address_is_printed_again_and_takes_a_changed_secret()
    {
        await _bench.DoAsync("sync", "--from", From, "--to", To, "--streams", "plans");
        _bench.Variables["STRIPE_KEY"] = "sk_test_wrong";

        var printed = await _bench.DoAsync("sync", "--from", From, "--to", To, "--yaml");
        var refused = await _bench.RunAsync("sync", "--from", From, "--to", To, "--streams", "plans", "--json");

        printed.Output.ShouldContain($"path: \"{_bench.File("shop.db")}\"");
        printed.Output.ShouldContain("connector: stripe");
        refused.Code.ShouldNotBe(0);
        _bench.Variables["STRIPE_KEY"] = "sk_test_tidemark";
        await _bench.DoAsync("sync", "--from", From, "--to", To, "--streams", "plans");
    }

    [Fact]
    public async Task No_key_stands_in_what_a_run_leaves_or_shows()
    {
        var typed = From.Replace("env:STRIPE_KEY", "sk_test_tidemark", StringComparison.Ordinal);
        var run = await _bench.DoAsync("sync", "--from", typed, "--to", To, "--streams", "plans");
        var shown = await _bench.DoAsync("runs", "--json");
        var exported = await _bench.DoAsync("export");

        foreach (var answer in new[] { run, shown, exported }) answer.ToString().ShouldNotContain("sk_test_tidemark");
    }

    [Fact]
    public async Task A_saved_end_may_be_named_and_a_half_is_refused()
    {
        await _bench.SaveEndsAsync(_sandbox.Vendors["stripe"]);

        (await _bench.DoAsync("sync", "--from", "shop", "--to", To, "--streams", "plans", "--json")).Line
            .GetProperty("streams")[0].GetProperty("table").GetString().ShouldBe("shop_plans");
        (await _bench.RunAsync("sync", "--from", "shop", "--json")).Code.ShouldBe(ExitCode.Usage);
        (await _bench.RunAsync("sync", "shop", "db", "--streams", "plans", "--json")).Code.ShouldBe(ExitCode.Usage);
        (await _bench.RunAsync("sync", "--from", "shopp", "--to", To, "--json")).ErrorCode.ShouldBe("source.unknown");
        (await _bench.RunAsync("sync", "--from", "shop", "--to", To, "--streams", "plan", "--json")).Code.ShouldBe(ExitCode.Usage);
    }
}
