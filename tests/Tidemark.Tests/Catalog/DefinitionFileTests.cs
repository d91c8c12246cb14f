using Shouldly;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Xunit;

namespace Tidemark.Tests.Catalog;

public abstract class DefinitionFileTests : IDisposable
{
    private const string Whole = """
        sources:
          - name: Italy Shop
            connector: shop
            active: false
            settings:
              api_key: ${SHOP_KEY}
              region: ${REGION:-us}
              tags: [red, green]
        destinations:
          - name: warehouse
            connector: shelf
            settings: { url: "${URL}" }
        pipelines:
          - name: payments
            source: Italy Shop
            destination: warehouse
            mode: replace
            streams: [customers, charges]
            tables: "{source}_{stream}"
            schema_changes: freeze
            empty_text: quarantine
            raw: false
            max_deleted_percent: 2.5
            max_deleted_rows: 7
            max_quarantined_percent: 1.5
            max_quarantined_rows: 3
        """;

    private readonly TestHome _home;

    private protected DefinitionFileTests(TestHome home) => _home = home;
    private readonly Dictionary<string, string> _environment = new()
    {
        ["SHOP_KEY"] = "sk_secret_value",
        ["URL"] = "postgres://me:pw_secret@host/db",
    };

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task A_file_is_applied_whole_with_the_environment_put_in()
    {
        var applied = await ApplyAsync(Whole);

        applied.ShouldBe([
            new("source", "Italy Shop", DefinitionChange.Created),
            new("destination", "warehouse", DefinitionChange.Created),
            new("pipeline", "payments", DefinitionChange.Created),
        ]);
        var catalog = await _home.DefinitionsAsync();
        var source = await catalog.Sources.FindAsync("Italy Shop", TestHome.Cancelled);
        source.IsActive.ShouldBeFalse();
        source.Settings.ShouldBe(new Dictionary<string, string>
        {
            ["api_key"] = "sk_secret_value",
            ["region"] = "us",
            ["tags"] = "red,green",
        }, ignoreOrder: true);
        var pipeline = await catalog.Pipelines.FindAsync("payments", TestHome.Cancelled);
        (pipeline.Mode, pipeline.SchemaChanges, pipeline.EmptyText, pipeline.Raw, pipeline.MaxDeletedPercent, pipeline.MaxDeletedRows)
            .ShouldBe((WriteMode.Replace, SchemaChanges.Freeze, EmptyText.Quarantine, false, 2.5, 7));
        pipeline.Streams.ShouldBe(["customers", "charges"]);
    }

    [Fact]
    public async Task Applying_twice_changes_nothing_and_a_change_is_told()
    {
        await ApplyAsync(Whole);

        (await ApplyAsync(Whole)).ShouldAllBe(applied => applied.Change == DefinitionChange.Unchanged);
        (await ApplyAsync(Whole.Replace("raw: false", "raw: true", StringComparison.Ordinal)))
            .Select(applied => applied.Change)
            .ShouldBe([DefinitionChange.Unchanged, DefinitionChange.Unchanged, DefinitionChange.Updated]);
    }

    [Fact]
    public async Task An_export_applies_to_the_same_definitions_and_holds_no_secret()
    {
        await ApplyAsync(Whole);
        var catalog = await _home.DefinitionsAsync();
        foreach (var name in new[] { "null", "~", "yes: \"no\" # 'x'", "tide 🌊", "../;DROP", "123", "- a", "ünï" })
        {
            var settings = new Dictionary<string, string>
            {
                ["api_key"] = "sk_secret_value",
                ["region"] = "a ${HOME} $${x} $$${ \t\n: <secret> 🌊 " + new string('w', 300) + " end",
            };
            await catalog.Sources.SaveAsync(new(name, "shop", settings), TestHome.Cancelled);
        }

        var yaml = await (await FileAsync()).ExportAsync(TestHome.Cancelled);

        yaml.ShouldNotContain("secret_value");
        yaml.ShouldNotContain("pw_secret");
        (await ApplyAsync(yaml)).ShouldAllBe(applied => applied.Change == DefinitionChange.Unchanged, yaml);
        (await ApplyAsync(yaml)).Count.ShouldBe(11);
    }

    [Fact]
    public async Task An_export_of_an_empty_catalog_applies()
    {
        (await ApplyAsync(await (await FileAsync()).ExportAsync(TestHome.Cancelled))).ShouldBeEmpty();
    }

    [Fact]
    public async Task Every_problem_of_a_file_is_reported_at_once()
    {
        var wrong = await RefusedAsync("""
            sources:
              - name: one
                connector: shop
                settings:
                  api_key: ${NOT_SET}
                  page_size: 1000
                  colour: red
              - name: two
                conector: shop
              - connector: shop
                settings: { api_key: x }
              - name: three
                connector: shopp
              - name: four
                connector: shop
              - name: five
                connector: shop
                settings: { api_key: <secret> }
              - name: five
                connector: shop
                settings: { api_key: x }
              - name: six
                connector: shelf
            pipelines:
              - name: p
                source: onee
                destination: nowhere
                mode: marge
                raw: perhaps
                max_deleted_percent: 101
                max_deleted_rows: 1.5
                tables: "{table}"
            piplines: []
            """);

        wrong.Kind.ShouldBe(FailureKind.Configuration);
        wrong.Problems.Select(problem => (problem.Code, problem.Subject)).ShouldBe([
            ("definition.unknown_key", "file, line 33"),
            ("setting.environment", "source \"one\", setting api_key"),
            ("definition.unknown_key", "source \"two\", line 9"),
            ("definition.key_missing", "source \"two\", line 8"),
            ("definition.name_missing", "source, line 10"),
            ("definition.duplicate", "source \"five\", line 19"),
            ("definition.invalid_value", "pipeline \"p\", line 28"),
            ("definition.invalid_value", "pipeline \"p\", line 29"),
            ("definition.invalid_value", "pipeline \"p\", line 30"),
            ("definition.invalid_value", "pipeline \"p\", line 31"),
            ("definition.invalid_value", "pipeline \"p\", line 32"),
            ("definition.invalid_value", "pipeline \"p\", line 32"),
            ("setting.unknown", "source \"one\", setting colour"),
            ("setting.invalid", "source \"one\", setting page_size"),
            ("connector.unknown", "source \"three\", line 12"),
            ("setting.missing", "source \"four\", setting api_key"),
            ("setting.secret_needed", "source \"five\", setting api_key"),
            ("connector.unknown", "source \"six\", line 22"),
            ("source.unknown", "pipeline \"p\", line 25"),
            ("destination.unknown", "pipeline \"p\", line 25"),
        ], ignoreOrder: true);
        wrong.Problems.ShouldContain(problem => problem.Hint == "Did you mean connector?");
        wrong.Problems.ShouldContain(problem => problem.Hint == "Did you mean merge?");
    }

    [Fact]
    public async Task Nothing_is_saved_unless_all_is_well()
    {
        await RefusedAsync(Whole.Replace("mode: replace", "mode: nonsense", StringComparison.Ordinal));

        var catalog = await _home.DefinitionsAsync();
        (await catalog.Sources.NamesAsync(TestHome.Cancelled)).ShouldBeEmpty();
        (await catalog.Destinations.NamesAsync(TestHome.Cancelled)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_pipeline_may_use_ends_that_only_the_catalog_has()
    {
        await DefinitionSetTests.SaveEndsAsync(await _home.DefinitionsAsync());

        (await ApplyAsync("pipelines: [{ name: p, source: shop, destination: shelf }]")).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_secret_is_not_kept_for_another_connector()
    {
        await (await _home.DefinitionsAsync()).Sources.SaveAsync(
            new("a", "gone", new Dictionary<string, string> { ["api_key"] = "sk_of_gone" }), TestHome.Cancelled);

        (await RefusedAsync("sources: [{ name: a, connector: shop, settings: { api_key: <secret> } }]"))
            .Code.ShouldBe("setting.secret_needed");
    }

    [Theory]
    [InlineData("sources: [", "definitions.malformed")]
    [InlineData("", "definitions.malformed")]
    [InlineData("just text", "definitions.malformed")]
    [InlineData("sources: []\n---\nsources: []", "definitions.malformed")]
    [InlineData("sources: !!set {}", "definitions.malformed")]
    [InlineData("sources: &a []\ndestinations: *a", "definitions.malformed")]
    [InlineData("sources: []\nsources: []", "definitions.malformed")]
    [InlineData("sources: [[[[[[[[[[[[[[]]]]]]]]]]]]]]", "definitions.malformed")]
    [InlineData("sources: 5", "definition.invalid_value")]
    [InlineData("sources: [5]", "definition.invalid_value")]
    public async Task What_is_no_definition_file_is_refused(string yaml, string code)
    {
        (await RefusedAsync(yaml)).Code.ShouldBe(code);
    }

    [Fact]
    public async Task A_malformed_file_is_refused_with_its_line()
    {
        (await RefusedAsync("sources:\n  - name: a\n   bad: [\n")).Message.ShouldStartWith("Line 3:");
    }

    [Fact]
    public async Task Deep_or_large_files_are_refused_without_harm()
    {
        (await RefusedAsync(new string('[', 900_000))).Code.ShouldBe("definitions.malformed");
        (await RefusedAsync("sources: # " + new string('x', 1_100_000))).Code.ShouldBe("definitions.too_large");
    }

    private async Task<DefinitionFile> FileAsync() =>
        new(await _home.DefinitionsAsync(), _environment.GetValueOrDefault);

    private async Task<IReadOnlyList<AppliedDefinition>> ApplyAsync(string yaml) =>
        await (await FileAsync()).ApplyAsync(yaml, TestHome.Cancelled);

    private Task<TidemarkException> RefusedAsync(string yaml) =>
        Should.ThrowAsync<TidemarkException>(() => ApplyAsync(yaml));
}

public sealed class SqliteDefinitionFileTests() : DefinitionFileTests(new SqliteHome());

public sealed class PostgresDefinitionFileTests() : DefinitionFileTests(new PostgresHome());
