using Shouldly;
using Xunit;

namespace Tidemark.Tests.Commands;

public sealed class UsageTests : IDisposable
{
    private readonly CommandBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task The_version_is_one_line()
    {
        var answer = await _bench.DoAsync("--version");

        answer.Output.Trim().ShouldBe("0.1.0");
        Directory.Exists(_bench.Home).ShouldBeFalse();
    }

    [Theory]
    [InlineData("demo")]
    [InlineData("sandbox")]
    [InlineData("apply")]
    [InlineData("export")]
    [InlineData("source", "set")]
    [InlineData("destination", "show")]
    [InlineData("pipeline", "list")]
    [InlineData("sync")]
    [InlineData("runs")]
    [InlineData("run", "approve")]
    [InlineData("test")]
    [InlineData("connectors")]
    [InlineData("secrets", "rotate")]
    public async Task The_help_of_a_verb_has_an_example(params string[] verb)
    {
        var answer = await _bench.DoAsync([.. verb, "--help"]);

        answer.Output.ShouldContain($"Examples:{Environment.NewLine}  tidemark {string.Join(' ', verb)}");
        answer.Output.ShouldContain("--json");
        answer.Output.Split('\n').ShouldAllBe(line => line.Split("efault", StringSplitOptions.None).Length <= 2);
    }

    [Theory]
    [InlineData("usage.unknown_verb", "Did you mean sync?", "snyc")]
    [InlineData("usage.unknown_verb", "Did you mean show?", "run", "shw")]
    [InlineData("usage.unknown_option", "Did you mean --full?", "sync", "payments", "--ful")]
    [InlineData("usage.unknown_option", "Did you mean --full?", "sync", "payments", "-full")]
    [InlineData("usage.unknown_option", "Did you mean --home?", "runs", "--hom", "x")]
    [InlineData("usage.verb_missing", "Known: list, show, remove, set.", "source")]
    [InlineData("usage.unexpected", "See `tidemark runs --help`.", "runs", "payments")]
    [InlineData("usage.invalid", "See `tidemark runs --help`.", "runs", "--limit", "many")]
    [InlineData("usage.invalid", "--limit is a whole number, not many.", "runs", "--limit", "many")]
    [InlineData("usage.invalid", "id is a whole number, not abc.", "quarantine", "show", "abc")]
    [InlineData("usage.invalid", "--mode is merge or replace or refresh, not mirge.", "pipeline", "set", "p", "--mode", "mirge")]
    [InlineData("usage.invalid", "--active is false or true, not no.", "source", "set", "shop", "--active", "no")]
    [InlineData("usage.invalid", "See `tidemark run show --help`.", "run", "show")]
    public async Task What_is_mistyped_is_answered_with_what_was_meant(string code, string hint, params string[] args)
    {
        var told = await _bench.RunAsync(args);
        var read = await _bench.RunAsync([.. args, "--json"]);

        told.Code.ShouldBe(2);
        told.Output.ShouldBeEmpty();
        told.Error.ShouldContain($"({code})");
        told.Error.ShouldContain(hint);
        told.Error.ShouldNotContain("System.");
        read.Code.ShouldBe(2);
        read.ErrorCode.ShouldBe(code);
    }

    [Fact]
    public async Task An_unknown_name_is_answered_with_the_nearest_one()
    {
        await _bench.DoAsync("destination", "set", "warehouse", "--connector", "sqlite", $"path={_bench.File("db")}");

        var answer = await _bench.RunAsync("destination", "show", "warehous", "--json");

        answer.Code.ShouldBe(2);
        answer.ErrorCode.ShouldBe("destination.unknown");
        answer.Error.ShouldContain("Did you mean warehouse?");
    }

    [Theory]
    [InlineData("runs")]
    [InlineData("run", "show", "last")]
    [InlineData("run", "undo", "last")]
    [InlineData("quarantine", "list")]
    [InlineData("backup", "list")]
    [InlineData("pipeline", "list")]
    [InlineData("pipeline", "remove", "payments")]
    [InlineData("export")]
    [InlineData("test")]
    [InlineData("verify", "last")]
    public async Task A_verb_that_looks_for_what_is_there_makes_no_home(params string[] verb)
    {
        var answer = await _bench.RunAsync([.. verb, "--json"]);

        (answer.Code, answer.ErrorCode).ShouldBe((2, "home.unknown"));
        answer.Error.ShouldContain(_bench.Home);
        Directory.Exists(_bench.Home).ShouldBeFalse();
    }

    [Fact]
    public async Task Where_there_is_no_pipeline_the_home_is_named_that_was_looked_in()
    {
        (await _bench.RunAsync("sync", "opportunities")).ShouldSatisfyAllConditions(
            answer => answer.Code.ShouldBe(2),
            answer => answer.Error.ShouldContain($"There is no Tidemark in {_bench.Home}"));
        Directory.Exists(_bench.Home).ShouldBeFalse("a name that is not there makes no home");
        await _bench.DoAsync("source", "set", "shop", "--connector", "stripe", "api_key=sk_test_tidemark");
        (await _bench.RunAsync("sync", "opportunities")).Error.ShouldContain($"There are none yet in {_bench.Home}.");
    }

    [Fact]
    public async Task A_sync_of_nothing_says_what_there_is()
    {
        await _bench.DoAsync("source", "set", "shop", "--connector", "stripe", "api_key=sk_test_tidemark");
        await _bench.DoAsync("destination", "set", "db", "--connector", "sqlite", $"path={_bench.File("db")}");

        var answer = await _bench.RunAsync("sync");

        answer.Code.ShouldBe(2);
        answer.Error.ShouldContain("Name a source (shop) and a destination (db).");
    }

    [Fact]
    public async Task A_home_that_is_no_catalog_is_configuration()
    {
        Directory.CreateDirectory(_bench.Home);
        await File.WriteAllTextAsync(
            Path.Combine(_bench.Home, "catalog.db"), "This is a shopping list, not a database.", CommandBench.Cancel);

        var answer = await _bench.RunAsync("runs", "--json");

        answer.Code.ShouldBe(5);
        answer.ErrorCode.ShouldBe("catalog.unreadable");
    }

    [Fact]
    public async Task Names_cannot_steer_the_terminal()
    {
        await _bench.DoAsync("source", "set", "shop", "--connector", "stripe", "api_key=sk_test_tidemark");
        var answer = await _bench.RunAsync("sync", "\e]0;owned\a\e[2J[red]x");

        answer.Code.ShouldBe(2);
        answer.Error.ShouldNotContain('\e');
        answer.Error.ShouldContain("There is no pipeline  ]0;owned  [2J[red]x.");
    }
}
