using System.Text.Json;
using System.Text.Json.Nodes;
using Shouldly;
using Tidemark.Connectors;
using Tidemark.Connectors.Templates;
using Tidemark.Engine.Catalog;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Secrets;
using Xunit;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Tidemark.Tests.Catalog;

/// <summary>A definition document may be JSON of the same shape as the YAML: one reader reads both.</summary>
public sealed class DefinitionJsonTests : IDisposable
{
    private readonly TestHome _home = new SqliteHome();
    private readonly TestHome _other = new SqliteHome();

    public static TheoryData<string> Templates => [.. DefinitionTemplate.All.Select(template => template.Name)];

    public void Dispose()
    {
        _home.Dispose();
        _other.Dispose();
    }

    [Theory]
    [MemberData(nameof(Templates))]
    public async Task A_template_in_JSON_gives_the_same_definitions_as_in_YAML(string name)
    {
        var yaml = DefinitionTemplate.Named(name).Text;
        var json = JsonOf(yaml).ToJsonString(new JsonSerializerOptions { WriteIndented = true });

        await ApplyAsync(_home, yaml);
        await ApplyAsync(_other, json);

        var exported = await ExportAsync(_home);
        exported.Length.ShouldBeGreaterThan(100);
        (await ExportAsync(_other)).ShouldBe(exported);
        (await ApplyAsync(_home, json)).ShouldAllBe(applied => applied.Change == DefinitionChange.Unchanged);
    }

    [Fact]
    public async Task A_mistake_in_JSON_is_reported_with_its_line()
    {
        var wrong = await RefusedAsync("""
            {
              "destinations": [{ "name": "d", "connector": "shelf", "settings": { "url": "x" } }],
              "sources": [{ "name": "s", "connector": "shop", "settings": { "api_key": "x", "page_size": 50 } }],
              "pipelines": [
                {
                  "name": "p",
                  "source": "s",
                  "destination": "d",
                  "raw": "perhaps",
                  "max_deleted_percent": 101,
                  "streams": [
                    "a",
                    {
                      "name": "b",
                      "columns": { "id": { "owner": "nobody" } }
                    }
                  ]
                }
              ]
            }
            """);

        wrong.Problems.Select(problem => (problem.Code, problem.Subject)).ShouldBe([
            ("definition.invalid_value", "pipeline \"p\", line 9"),
            ("definition.invalid_value", "pipeline \"p\", line 10"),
            ("definition.invalid_value", "pipeline \"p\", stream \"b\", column id, line 15"),
        ], ignoreOrder: true);
    }

    [Theory]
    [InlineData("{", 1)]
    [InlineData("{\n\"sources\": [,]\n}", 2)]
    [InlineData("{\n\"sources\": [],\n\"sources\": []\n}", 3)]
    [InlineData("{\n\"sources\": [{\"name\": \"\\ud800\"}]\n}", 2)]
    [InlineData("{ \"sources\": [] }\n]", 2)]
    [InlineData("{\n\"sources\":\n[[[[[[[[[[[[[[]]]]]]]]]]]]]]}", 3)]
    public async Task What_is_no_JSON_is_refused_with_its_line(string json, int line)
    {
        var wrong = await RefusedAsync(json);

        wrong.Code.ShouldBe("definitions.malformed");
        wrong.Message.ShouldStartWith($"Line {line}:");
    }

    [Fact]
    public async Task YAML_that_begins_with_a_brace_is_YAML()
    {
        (await ApplyAsync(_home, "{sources: [{name: s, connector: shop, settings: {api_key: x,},},]} # so")).Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("{\"a\":")]
    [InlineData("[")]
    [InlineData("a: {")]
    public async Task A_hundred_thousand_levels_are_one_clear_error(string level)
    {
        (await RefusedAsync(string.Concat(Enumerable.Repeat(level, 100_000)))).Code.ShouldBe("definitions.malformed");
    }

    [Fact]
    public async Task Aliases_that_multiply_and_values_without_end_are_one_clear_error()
    {
        var bomb = "a: &a [x, x]\n" + string.Concat(Enumerable.Range(0, 60).Select(n => $"b{n}: &b{n} [*a, *a]\n"));
        (await RefusedAsync(bomb)).Code.ShouldBe("definitions.malformed");
        (await RefusedAsync("{\"sources\": \"" + new string('x', 10_000_000) + "\"}")).Code.ShouldBe("definitions.too_large");
    }

    /// <summary>The same document as JSON, with truths and numbers as such.</summary>
    internal static JsonNode JsonOf(string yaml)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        return Node(stream.Documents[0].RootNode)!;

        static JsonNode? Node(YamlNode node) => node switch
        {
            YamlMappingNode map => new JsonObject(map.Children.Select(
                child => KeyValuePair.Create(((YamlScalarNode)child.Key).Value!, Node(child.Value)))),
            YamlSequenceNode list => new JsonArray([.. list.Select(Node)]),
            YamlScalarNode { Style: ScalarStyle.Plain, Value: "" or "~" or "null" } => null,
            YamlScalarNode { Style: ScalarStyle.Plain, Value: "true" } => true,
            YamlScalarNode { Style: ScalarStyle.Plain, Value: "false" } => false,
            YamlScalarNode { Style: ScalarStyle.Plain } plain when int.TryParse(plain.Value, out var number) => number,
            _ => ((YamlScalarNode)node).Value,
        };
    }

    private static async Task<DefinitionFile> FileAsync(TestHome home)
    {
        var database = await home.OpenAsync();
        var connectors = new ConnectorCatalog(CompiledConnectors.Catalog().All.Concat(TestHome.Connectors.All));
        return new DefinitionFile(
            new DefinitionCatalog(database, new SecretVault(database, new HomeFolder(home.Folder), home.Key), connectors, home.Clock), StandInVariables.Of);
    }

    private static async Task<IReadOnlyList<AppliedDefinition>> ApplyAsync(TestHome home, string text) =>
        await (await FileAsync(home)).ApplyAsync(text, TestHome.Cancelled);

    private static async Task<string> ExportAsync(TestHome home) => await (await FileAsync(home)).ExportAsync(TestHome.Cancelled);

    private Task<TidemarkException> RefusedAsync(string text) => Should.ThrowAsync<TidemarkException>(() => ApplyAsync(_home, text));
}
