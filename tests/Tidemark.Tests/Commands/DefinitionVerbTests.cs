using Shouldly;
using Xunit;

namespace Tidemark.Tests.Commands;

public sealed class DefinitionVerbTests : IDisposable
{
    private const string Key = "sk_test_notforyoureyes";

    private readonly CommandBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task A_secret_is_shown_nowhere()
    {
        var set = await _bench.DoAsync("source", "set", "shop", "--connector", "stripe", $"api_key={Key}");
        Answer[] answers =
        [
            set,
            await _bench.DoAsync("source", "list"),
            await _bench.DoAsync("source", "show", "shop"),
            await _bench.DoAsync("source", "show", "shop", "--json"),
            await _bench.DoAsync("export"),
            await _bench.RunAsync("source", "set", "shop", $"api_key={Key}", "nonsense=1"),
            await _bench.RunAsync("source", "set", "shop", Key),
        ];

        answers.ShouldAllBe(answer => !answer.Output.Contains(Key) && !answer.Error.Contains(Key));
        answers[3].Line.GetProperty("settings").GetProperty("api_key").GetString().ShouldBe("***");
    }

    [Fact]
    public async Task A_value_comes_from_standard_input_a_file_or_the_environment()
    {
        _bench.Variables["DB"] = _bench.File("from-environment");
        await File.WriteAllTextAsync(_bench.File("path.txt"), _bench.File("from-file") + "\n", CommandBench.Cancel);

        await _bench.TypeAsync(_bench.File("typed") + "\n",
            "destination", "set", "a", "--connector", "sqlite", "path=-");
        await _bench.DoAsync("destination", "set", "b", "--connector", "sqlite", $"path=@{_bench.File("path.txt")}");
        await _bench.DoAsync("destination", "set", "c", "--connector", "sqlite", "path=${DB}");

        var paths = (await _bench.DoAsync("destination", "list", "--json")).Lines
            .Select(line => line.GetProperty("settings").GetProperty("path").GetString());
        paths.ShouldBe([_bench.File("typed"), _bench.File("from-file"), _bench.File("from-environment")]);
    }

    [Fact]
    public async Task A_variable_that_is_not_set_saves_nothing()
    {
        var answer = await _bench.RunAsync(
            "destination", "set", "a", "--connector", "sqlite", "path=${NOT_SET}", "--json");

        answer.Code.ShouldBe(2);
        answer.ErrorCode.ShouldBe("setting.environment_unset");
        (await _bench.DoAsync("destination", "list", "--json")).Output.ShouldBeEmpty();
    }

    [Fact]
    public async Task Every_wrong_setting_is_told_at_once()
    {
        var answer = await _bench.RunAsync(
            "source", "set", "shop", "--connector", "stripe", "api_kee=x", "page_size=1000", "--json");

        answer.Code.ShouldBe(5);
        answer.Line.GetProperty("error").GetProperty("problems").EnumerateArray()
            .Select(problem => problem.GetProperty("code").GetString())
            .ShouldBe(["setting.unknown", "setting.missing", "setting.invalid"], ignoreOrder: true);
        answer.Error.ShouldContain("Did you mean api_key?");
    }

    [Fact]
    public async Task What_is_not_named_stays_as_it_was()
    {
        await _bench.DoAsync("source", "set", "shop", "--connector", "stripe", $"api_key={Key}", "page_size=50");
        await _bench.DoAsync("source", "set", "shop", "page_size=", "retries=2", "--active", "false");

        var shown = (await _bench.DoAsync("source", "show", "shop", "--json")).Line;

        shown.GetProperty("active").GetBoolean().ShouldBeFalse();
        shown.GetProperty("settings").EnumerateObject().Select(setting => setting.Name)
            .ShouldBe(["api_key", "retries"]);
    }

    [Fact]
    public async Task A_pipeline_is_set_changed_shown_and_removed()
    {
        await _bench.SaveEndsAsync(new("http://127.0.0.1:9/"));
        var ends = new[] { "--source", "shop", "--destination", "db" };

        (await _bench.DoAsync(["pipeline", "set", "p", .. ends, "--json"])).Line.GetProperty("change").GetString()
            .ShouldBe("created");
        (await _bench.DoAsync("pipeline", "set", "p", "--streams", "customers,plans", "--mode", "replace")).Output
            .ShouldBe($"pipeline p: updated{Environment.NewLine}");
        var shown = (await _bench.DoAsync("pipeline", "show", "p", "--json")).Line;
        shown.GetProperty("mode").GetString().ShouldBe("replace");
        shown.GetProperty("streams").EnumerateArray().Select(stream => stream.GetString())
            .ShouldBe(["customers", "plans"]);
        shown.GetProperty("max_deleted_percent").GetDouble().ShouldBe(15);

        (await _bench.RunAsync("source", "remove", "shop", "--json")).ErrorCode.ShouldBe("source.in_use");
        await _bench.DoAsync("pipeline", "remove", "p");
        await _bench.DoAsync("source", "remove", "shop");
    }

    [Fact]
    public async Task What_is_exported_applies_to_the_same()
    {
        await _bench.SaveEndsAsync(new("http://127.0.0.1:9/"));
        var yaml = (await _bench.DoAsync("export")).Output;

        var applied = await _bench.TypeAsync(yaml, "apply", "-f", "-", "--json");

        applied.Code.ShouldBe(0, applied.ToString());
        applied.Lines.Select(line => line.GetProperty("change").GetString()).ShouldBe(["unchanged", "unchanged"]);
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_usage()
    {
        var answer = await _bench.RunAsync("apply", "-f", _bench.File("nowhere.yaml"), "--json");

        answer.Code.ShouldBe(2);
        answer.ErrorCode.ShouldBe("file.unreadable");
    }

    [Fact]
    public async Task Connectors_tell_their_settings()
    {
        var all = (await _bench.DoAsync("connectors", "--json")).Lines;
        var stripe = (await _bench.DoAsync("connectors", "stripe", "--json")).Line;
        var unknown = await _bench.RunAsync("connectors", "sqlte", "--json");

        all.Select(line => line.GetProperty("connector").GetString()).ShouldBe(
            Tidemark.Connectors.CompiledConnectors.Catalog().All.Select(connector => connector.Spec.Name), ignoreOrder: true, customMessage: "one for each folder");
        stripe.GetProperty("settings").EnumerateArray().First().GetProperty("secret").GetBoolean().ShouldBeTrue();
        unknown.Code.ShouldBe(2);
    }

    [Fact]
    public async Task Rotating_keeps_the_secrets_readable()
    {
        await _bench.DoAsync("source", "set", "shop", "--connector", "stripe", $"api_key={Key}");

        var rotation = (await _bench.DoAsync("secrets", "rotate", "--json")).Line;

        rotation.GetProperty("secrets").GetInt32().ShouldBe(1);
        rotation.GetProperty("new_key").GetString().ShouldNotBe(rotation.GetProperty("old_key").GetString());
        await _bench.DoAsync("source", "show", "shop");
    }
}
