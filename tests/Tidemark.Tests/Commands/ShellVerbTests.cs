using System.Text.Json;
using Shouldly;
using Tidemark.Output;
using Xunit;

namespace Tidemark.Tests.Commands;

/// <summary>What makes the shell and the editor help: completion, schema, .env, and a home that Git leaves alone.</summary>
public sealed class ShellVerbTests : IDisposable
{
    private readonly CommandBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("tidemark sy", "sync")]
    [InlineData("./tidemark sync --f", "--full")]
    [InlineData("tidemark", "sync")]
    [InlineData("tidemark run ", "undo")]
    [InlineData("tidemark completion ", "fish")]
    public async Task A_shell_is_told_what_may_come_next(string line, string expected)
    {
        using var output = new StringWriter();
        var terminal = new Terminal(TextReader.Null, output, output, _ => null);

        foreach (var question in new[] { "[suggest]", $"[suggest:{line.Length}]", "[suggest:1000]" })
        {
            output.GetStringBuilder().Clear();
            (await TidemarkCommand.InvokeAsync([question, line], terminal, TimeProvider.System, CommandBench.Cancel)).ShouldBe(0);
            output.ToString().Split('\n', StringSplitOptions.TrimEntries).ShouldContain(expected);
        }
    }

    [Theory]
    [InlineData("tidemark sync pay", "payments")]
    [InlineData("tidemark sync ", "shop")]
    [InlineData("tidemark source show ", "shop")]
    [InlineData("tidemark destination remove d", "db")]
    [InlineData("tidemark pipeline show ", "payments")]
    [InlineData("tidemark runs --pipeline ", "payments")]
    [InlineData("tidemark pipeline set payments --source ", "shop")]
    [InlineData("tidemark run undo ", "last")]
    [InlineData("tidemark run undo r-", "RUN")]
    [InlineData("tidemark backup restore ", "BACKUP")]
    [InlineData("tidemark backup create ", "payments")]
    public async Task A_shell_is_told_the_names_of_the_home(string line, string expected)
    {
        await using var payments = new PaymentsBench(size: 5, isSynced: true);
        await payments.InitializeAsync();
        await payments.DoAsync("pipeline", "set", "$(touch x)", "--source", "shop", "--destination", "db", "--streams", "plans");
        await payments.DoAsync("backup", "create", "payments");
        expected = expected.Replace("RUN", await payments.LatestAsync(), StringComparison.Ordinal)
            .Replace("BACKUP", (await payments.DoAsync("backup", "list", "--json")).Line.GetProperty("filename").GetString(), StringComparison.Ordinal);

        (await SuggestAsync(line, payments.Bench.Home)).ShouldContain(expected);
        var whole = await SuggestAsync($"tidemark --home {payments.Bench.Home} {line["tidemark ".Length..]}", "/nowhere");
        whole.ShouldContain(expected, "the home of the line is asked");
        whole.ShouldNotContain(name => name.Contains('$'), "a shell would carry it out");
    }

    [Fact]
    public async Task A_question_of_a_shell_makes_no_home()
    {
        (await SuggestAsync("tidemark run undo ", _bench.Home)).ShouldAllBe(offered => offered.StartsWith('-'));
        (await SuggestAsync("tidemark run ", _bench.Home)).ShouldContain("undo");

        Directory.Exists(_bench.Home).ShouldBeFalse();
    }

    private static async Task<string[]> SuggestAsync(string line, string home)
    {
        using var output = new StringWriter();
        var terminal = new Terminal(TextReader.Null, output, output, name => name == "TIDEMARK_HOME" ? home : null);
        (await TidemarkCommand.InvokeAsync(["[suggest]", line], terminal, TimeProvider.System, CommandBench.Cancel)).ShouldBe(0, $"{output}");
        return output.ToString().Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
    }

    [Fact]
    public async Task A_script_is_of_a_shell_that_there_is() =>
        (await _bench.RunAsync("completion", "basch", "--json")).ErrorCode.ShouldBe("shell.unknown");

    [Fact]
    public async Task A_new_home_is_ignored_by_Git_and_one_that_is_there_keeps_its_file()
    {
        await _bench.DoAsync("source", "set", "s", "--connector", "stripe", "api_key=sk_test_x");
        var file = Path.Combine(_bench.Home, ".gitignore");

        (await File.ReadAllLinesAsync(file, CommandBench.Cancel)).ShouldContain("*");
        await File.WriteAllTextAsync(file, "mine", CommandBench.Cancel);
        await _bench.DoAsync("source", "set", "s", "page_size=5");
        (await File.ReadAllTextAsync(file, CommandBench.Cancel)).ShouldBe("mine");
    }

    [Fact]
    public async Task The_file_of_variables_in_the_home_fills_in_definitions_and_addresses()
    {
        await _bench.DoAsync("source", "set", "s", "--connector", "stripe", "api_key=sk_test_x");
        await File.WriteAllTextAsync(Path.Combine(_bench.Home, ".env"), "SHOP_KEY=sk_test_from_file\n", CommandBench.Cancel);
        var yaml = _bench.File("tidemark.yaml");
        await File.WriteAllTextAsync(yaml, "sources: [{ name: shop, connector: stripe, settings: { api_key: \"${SHOP_KEY}\" } }]\n", CommandBench.Cancel);

        (await _bench.DoAsync("apply", "-f", yaml, "--json")).Line.GetProperty("change").GetString().ShouldBe("created");
        (await _bench.DoAsync("sync", "--from", "stripe://env:SHOP_KEY@", "--to", "sqlite:x.db", "--yaml")).Output.ShouldContain("${SHOP_KEY}");
        _bench.Variables["SHOP_KEY"] = "sk_test_from_environment";
        (await _bench.DoAsync("apply", "-f", yaml, "--dry-run", "--json")).Line.GetProperty("fields")[0].GetProperty("secret").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task The_schema_is_printed_and_an_export_names_it_for_editors()
    {
        await _bench.DoAsync("source", "set", "s", "--connector", "stripe", "api_key=sk_test_x");

        JsonSerializer.Deserialize<JsonElement>((await _bench.DoAsync("schema")).Output).GetProperty("title").GetString().ShouldBe("Tidemark definitions");
        (await _bench.DoAsync("export")).Output.ShouldStartWith("# yaml-language-server: $schema=tidemark.schema.json\n");
    }
}
