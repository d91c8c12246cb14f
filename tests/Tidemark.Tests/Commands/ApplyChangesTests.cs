using Shouldly;
using Tidemark.Output;
using Xunit;

namespace Tidemark.Tests.Commands;

/// <summary><c>apply --dry-run</c> and <c>--prune</c>: what changes in the definitions, before it does.</summary>
public sealed class ApplyChangesTests : IDisposable
{
    private const string First = """
        sources:
          - name: shop
            connector: stripe
            settings: { api_key: "${KEY}", page_size: 50 }
        destinations:
          - name: db
            connector: sqlite
            settings: { path: data.db }
        pipelines:
          - name: p
            source: shop
            destination: db
            streams: [customers, { name: charges, columns: { id: id, amount: amount } }]
          - name: q
            source: shop
            destination: db
        """;

    private readonly CommandBench _bench = new();

    public ApplyChangesTests() => _bench.Variables["KEY"] = "sk_test_first";

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task A_dry_run_shows_each_field_that_differs_and_of_a_secret_only_that_it_does()
    {
        await ApplyAsync(First);
        _bench.Variables["KEY"] = "sk_test_second";
        var changed = First.Replace("page_size: 50", "page_size: 60", StringComparison.Ordinal)
            .Replace("amount: amount", "amount: { from: amount, type: text }, paid: paid", StringComparison.Ordinal)
            .Replace("    source: shop", "    source: shop\n    max_deleted_percent: 5", StringComparison.Ordinal);

        var shown = await ApplyAsync(changed, "--dry-run");
        var told = (await ApplyAsync(changed, "--dry-run", "--json")).Lines;

        shown.Output.ShouldContain("source shop: updated");
        shown.Output.ShouldContain("settings.page_size: 50 -> 60");
        shown.Output.ShouldContain("settings.api_key: changed");
        shown.Output.ShouldContain("destination db: unchanged");
        shown.Output.ShouldContain("streams.charges.columns.amount.type: (none) -> text");
        shown.Output.ShouldContain("max_deleted_percent: 15 -> 5");
        shown.Output.ShouldContain("Nothing was saved.");
        $"{shown}{string.Join(' ', told)}".ShouldNotContain("sk_test");
        told[0].GetProperty("fields").EnumerateArray().Select(field => (field.GetProperty("field").GetString(), field.GetProperty("secret").GetBoolean()))
            .ShouldBe([("settings.page_size", false), ("settings.api_key", true)]);
        (await ApplyAsync(First.Replace("${KEY}", "sk_test_first", StringComparison.Ordinal), "--json")).Lines
            .ShouldAllBe(line => line.GetProperty("change").GetString() == "unchanged");
    }

    [Fact]
    public async Task A_dry_run_of_the_first_file_makes_no_home()
    {
        var shown = await ApplyAsync(First, "--dry-run", "--json");

        shown.Lines.Select(line => line.GetProperty("change").GetString()).ShouldAllBe(change => change == "created");
        Directory.Exists(_bench.Home).ShouldBeFalse();
        (await _bench.RunAsync("source", "list", "--json")).ErrorCode.ShouldBe("home.unknown");
    }

    [Fact]
    public async Task Prune_removes_what_the_file_does_not_name_once_somebody_has_said_so()
    {
        const string less = """
            sources:
              - name: shop
                connector: stripe
                settings: { api_key: <secret>, page_size: 50 }
            """;
        await ApplyAsync(First);

        var shown = (await ApplyAsync(less, "--dry-run", "--prune", "--json")).Lines;
        var refused = await ApplyAsync(less, "--prune", "--json");

        shown.Select(line => $"{line.GetProperty("kind")} {line.GetProperty("name")} {line.GetProperty("change")}")
            .ShouldBe(["source shop unchanged", "pipeline p removed", "pipeline q removed", "destination db removed"]);
        (refused.Code, refused.ErrorCode).ShouldBe((ExitCode.Usage, "apply.not_confirmed"));
        refused.Error.ShouldContain("pipeline p, pipeline q, destination db");
        (await _bench.DoAsync("pipeline", "list", "--json")).Lines.Count.ShouldBe(2);
        (await ApplyAsync(less, "--prune", "--yes", "--json")).Lines.Count.ShouldBe(4);
        (await _bench.DoAsync("pipeline", "list", "--json")).Output.ShouldBeEmpty();
        (await _bench.DoAsync("source", "list", "--json")).Lines.Count.ShouldBe(1);
    }

    [Fact]
    public async Task What_a_pipeline_of_the_file_uses_is_not_pruned_and_then_nothing_is_saved()
    {
        await ApplyAsync(First);

        var refused = await ApplyAsync("""
            pipelines:
              - name: r
                source: shop
                destination: db
            """, "--prune", "--yes", "--json");

        refused.ErrorCode.ShouldBe("source.in_use");
        (await _bench.DoAsync("pipeline", "list", "--json")).Lines.Select(line => line.GetProperty("name").GetString()).ShouldBe(["p", "q"]);
    }

    private async Task<Answer> ApplyAsync(string yaml, params string[] options)
    {
        var file = _bench.File("tidemark.yaml");
        await File.WriteAllTextAsync(file, yaml, CommandBench.Cancel);
        return await _bench.RunAsync(["apply", "-f", file, .. options]);
    }
}
