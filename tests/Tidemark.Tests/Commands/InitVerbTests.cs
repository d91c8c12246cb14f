using System.Text.RegularExpressions;
using Shouldly;
using Tidemark.Connectors.Templates;
using Xunit;

namespace Tidemark.Tests.Commands;

/// <summary>Templates, and what an address in a definition stands for.</summary>
public sealed partial class InitVerbTests : IDisposable
{
    private readonly CommandBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task Without_a_name_every_template_is_listed_with_what_it_is_for()
    {
        var listed = (await _bench.DoAsync("init", "--json")).Lines;

        listed.Select(line => line.GetProperty("template").GetString()).ShouldBe(["opportunities", "payments", "retail", "revops", "stripe"]);
        listed.ShouldAllBe(line => line.GetProperty("summary").GetString()!.Contains("->"));
        (await _bench.DoAsync("init")).Output.ShouldContain("payments");
        (await _bench.RunAsync("init", "payment", "--json")).ShouldSatisfyAllConditions(
            answer => answer.ErrorCode.ShouldBe("template.unknown"), answer => answer.Error.ShouldContain("Did you mean payments?"));
    }

    [Fact]
    public async Task A_file_that_is_there_is_kept_unless_it_is_forced()
    {
        var file = _bench.File("mine.yaml");
        await File.WriteAllTextAsync(file, "mine", CommandBench.Cancel);

        var refused = await _bench.RunAsync("init", "retail", "--file", file, "--json");

        (refused.Code, refused.ErrorCode).ShouldBe((2, "init.file_exists"));
        (await File.ReadAllTextAsync(file, CommandBench.Cancel)).ShouldBe("mine");
        await _bench.DoAsync("init", "retail", "--file", file, "--force");
        (await File.ReadAllTextAsync(file, CommandBench.Cancel)).ShouldBe(DefinitionTemplate.Named("retail").Text);
        (await _bench.DoAsync("init", "retail", "--stdout")).Output.ShouldBe(DefinitionTemplate.Named("retail").Text);
        (await _bench.RunAsync("init", "retail", "--file", _bench.File("no/such/folder"), "--json")).ErrorCode.ShouldBe("init.cannot_write");
    }

    [Fact]
    public async Task Every_variable_that_a_template_needs_is_named_at_once()
    {
        foreach (var template in DefinitionTemplate.All)
        {
            var answer = await _bench.TypeAsync(template.Text, "apply", "-f", "-", "--json");

            answer.Code.ShouldBe(5, template.Name);
            var settings = string.Join('\n', template.Text.Split('\n').Where(line => !line.StartsWith('#')));
            var needed = Needed.Matches(settings).Select(match => match.Groups["name"].Value).Distinct().ToList();
            needed.ShouldContain("DATABASE_URL");
            needed.ShouldAllBe(name => answer.Error.Contains($"The environment variable {name} is not set."), template.Name);
        }
    }

    [Fact]
    public async Task A_database_is_known_by_its_address_and_one_that_is_not_is_told_without_repeating_it()
    {
        _bench.Variables["DATABASE_URL"] = $"sqlite:{_bench.File("data.db")}";
        const string yaml = "destinations:\n  - { name: app, settings: { url: \"${DATABASE_URL}\" } }\n";
        (await _bench.TypeAsync(yaml, "apply", "-f", "-")).Code.ShouldBe(0);
        (await _bench.DoAsync("export")).Output.ShouldContain("connector: sqlite");
        _bench.Variables["DATABASE_URL"] = "postgresql://someone:hidden@127.0.0.1:1/db";
        (await _bench.TypeAsync(yaml, "apply", "-f", "-")).Code.ShouldBe(0);
        (await _bench.DoAsync("export")).Output.ShouldContain("connector: postgres");
        _bench.Variables["DATABASE_URL"] = "oracle://someone:hidden@127.0.0.1/db";

        var answer = await _bench.TypeAsync(yaml, "apply", "-f", "-", "--json");

        (answer.Code, answer.ErrorCode).ShouldBe((5, "destination.address_unknown"));
        answer.ToString().ShouldNotContain("hidden");
    }

    [Fact]
    public async Task A_setting_whose_variable_is_empty_is_left_out()
    {
        const string yaml = "sources:\n  - { name: shop, connector: stripe, settings: { api_key: sk_test_x, base_url: \"${STRIPE_URL:-}\" } }\n";

        (await _bench.TypeAsync(yaml, "apply", "-f", "-")).Code.ShouldBe(0);

        (await _bench.DoAsync("export")).Output.ShouldNotContain("base_url");
    }

    [Fact]
    public async Task Modes_that_say_different_things_are_refused() =>
        (await _bench.RunAsync("sync", "payments", "--merge", "--full", "--json")).Code.ShouldBe(2);

    [GeneratedRegex(@"\$\{(?<name>[A-Z_]+)\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Needed { get; }
}
