using System.Globalization;
using System.Text.Json.Nodes;
using Json.Schema;
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

/// <summary>What an editor says of a file by the schema is what <c>apply</c> says of it.</summary>
public sealed class DefinitionSchemaFileTests : IDisposable
{
    private const string Ends = """
        sources: [{ name: s, connector: stripe, settings: { api_key: sk_test_x } }]
        destinations: [{ name: d, settings: { url: "sqlite:x.db" } }]

        """;

    private static readonly ConnectorCatalog Connectors = CompiledConnectors.Catalog();

    private static readonly JsonSchema Schema = JsonSchema.FromText(DefinitionSchema.Of(Connectors).ToJsonString());

    private readonly TestHome _home = new SqliteHome();

    public static TheoryData<string> Templates => [.. DefinitionTemplate.All.Select(template => template.Name)];

    public static TheoryData<string, int> Blocks => DocumentedDefinitionTests.Blocks;

    /// <summary>Files that both refuse.</summary>
    public static TheoryData<string> Wrong =>
    [
        "source: []",
        "sources: 5",
        "sources: { name: s }",
        "sources: [5]",
        "sources: [{ connector: stripe, settings: { api_key: x } }]",
        "sources: [{ name: s, settings: { api_key: x } }]",
        "sources: [{ name: s, connector: strype, settings: { api_key: x } }]",
        "sources: [{ name: s, connector: sqlite, settings: { path: x } }]",
        "sources: [{ name: s, connector: stripe, settings: { api_key: x }, mode: merge }]",
        "sources: [{ name: s, connector: stripe, settings: { api_key: x }, active: perhaps }]",
        "sources: [{ name: s, connector: stripe, settings: { api_key: x, page_sise: 5 } }]",
        "sources: [{ name: s, connector: stripe, settings: { api_key: x, page_size: 101 } }]",
        "sources: [{ name: s, connector: stripe, settings: { api_key: x, page_size: many } }]",
        "sources: [{ name: s, connector: stripe, settings: { api_key: x, allow_private_network: perhaps } }]",
        "sources: [{ name: s, connector: square, settings: { access_token: x, environment: staging } }]",
        "sources: [{ name: s, connector: oracle, settings: { base_url: \"https://x.example.com\", api_version: newest } }]",
        "destinations: [{ name: d, connector: sqlite, settings: { path: x, paht: y } }]",
        "destinations: [{ name: d, connector: mysql, settings: { url: x } }]",
        "destinations: [{ name: d, connector: sqlite }]",
        Pipeline("deltes: soft"),
        Pipeline("mode: direct"),
        Pipeline("schema_changes: ignore"),
        Pipeline("raw: perhaps"),
        Pipeline("in_order: perhaps"),
        Pipeline("deletes: never"),
        Pipeline("deletes: { collumn: gone }"),
        Pipeline("max_deleted_percent: 101"),
        Pipeline("max_deleted_rows: -1"),
        Pipeline("max_deleted_rows: 1.5"),
        Pipeline("max_deleted_rows: some"),
        Pipeline("undo_runs: 1001"),
        Pipeline("backup: { keep_days: 36501 }"),
        Pipeline("backup: { format: zip }"),
        Pipeline("backup: yes_please"),
        Pipeline("schedules: { time_zone: UTC }"),
        Pipeline("schedules: [{ cron: \"@daily\", run: refresh }]"),
        Pipeline("schedules: [{ cron: \"@daily\", zone: UTC }]"),
        Pipeline("schedules: [5]"),
        Pipeline("after: { name: q }"),
        Pipeline("deadline: 26"),
        Pipeline("deadline: 1 day"),
        Pipeline("paused: perhaps"),
        Pipeline("streams: customers"),
        Pipeline("streams: [{ table: t }]"),
        Pipeline("streams: [{ name: customers, mode: refresh }]"),
        Pipeline("streams: [{ name: customers, time_limit: 86401 }]"),
        Pipeline("streams: [{ name: customers, fields: some }]"),
        Pipeline("streams: [{ name: customers, columns: { a: { form: email } } }]"),
        Pipeline("streams: [{ name: customers, columns: { a: { from: email, type: string } } }]"),
        Pipeline("streams: [{ name: customers, columns: { a: { from: email, owner: me } } }]"),
        Pipeline("streams: [{ name: customers, columns: [email] }]"),
        Pipeline("streams: [{ name: customers, mask: { email: secret } }]"),
        Pipeline("streams: [{ name: customers, write_back: { sett: { a: b } } }]"),
        Pipeline("streams: [{ name: customers, write_back: { set: { a: b }, when: always } }]"),
        Pipeline("streams: [{ name: customers, adopt: perhaps }]"),
        Ends + "pipelines: [{ name: p, source: s }]",
        Ends + "pipelines: [{ source: s, destination: d }]",
    ];

    /// <summary>Files that both take, though they are written unusually.</summary>
    public static TheoryData<string> Right =>
    [
        "sources: []",
        "sources:",
        "sources: [{ name: s, connector: stripe, active: false, settings: { api_key: x, page_size: 5, requests_per_second: 0.5, start_date: 2024-01-31 } }]",
        "sources: [{ name: s, connector: stripe, settings: { api_key: \"${STRIPE_API_KEY}\", page_size: \"${PAGE_SIZE:-50}\" } }]",
        "sources: [{ name: s, connector: zoho, settings: { client_id: 1000, client_secret: x, refresh_token: x, modules: \"Leads, Contacts\" } }]",
        "sources: [{ name: s, connector: zoho, settings: { client_id: x, client_secret: x, refresh_token: x, modules: [Leads, Contacts] } }]",
        "sources: [{ name: s, connector: stripe, settings: { api_key: x, page_size: \"5\", allow_private_network: \"true\" } }]",
        "destinations: [{ name: d, settings: { url: \"${DATABASE_URL}\" } }]",
        Pipeline("streams: [customers, { name: charges, columns: { id: id, total: { from: amount, type: int64 } }, deletes: soft }]"),
        Pipeline("max_deleted_percent: 12.5, max_deleted_rows: 0, undo_runs: 1000, raw: false"),
        Pipeline("max_deleted_rows: \"5\", raw: \"false\""),
        Pipeline("streams: [{ name: customers, exclude: shipping, mask: { email: hash, phone: null } }]"),
        Pipeline("deletes: { column: gone, value: true, otherwise: false }"),
        Pipeline("streams: [{ name: customers, columns: { id: id, state: { from: email, owner: app, default: NEW, when: { id: [1, two] } } } }]"),
    ];

    public void Dispose() => _home.Dispose();

    [Theory, MemberData(nameof(Templates))]
    public void Every_template_fits_the_schema(string template) => Complaints(DefinitionTemplate.Named(template).Text).ShouldBeEmpty();

    [Theory, MemberData(nameof(Blocks))]
    public void Every_definition_in_the_docs_fits_the_schema(string page, int block) =>
        Complaints(DocumentedDefinitionTests.BlocksOf(page)[block]).ShouldBeEmpty(page);

    [Theory, MemberData(nameof(Wrong))]
    public async Task What_the_schema_refuses_apply_refuses_too(string yaml)
    {
        Complaints(yaml).ShouldNotBeEmpty("the schema takes it");
        (await Should.ThrowAsync<TidemarkException>(() => ApplyAsync(yaml))).Kind.ShouldBe(FailureKind.Configuration);
    }

    [Theory, MemberData(nameof(Right))]
    public async Task What_apply_takes_the_schema_takes_too(string yaml)
    {
        await ApplyAsync(yaml);
        Complaints(yaml).ShouldBeEmpty();
    }

    private static string Pipeline(string keys) => Ends + $"pipelines: [{{ name: p, source: s, destination: d, {keys} }}]";

    private async Task ApplyAsync(string yaml)
    {
        var database = await _home.OpenAsync();
        var catalog = new DefinitionCatalog(database, new SecretVault(database, new HomeFolder(_home.Folder), _home.Key), Connectors, _home.Clock);
        await new DefinitionFile(catalog, StandInVariables.Of).ApplyAsync(yaml, TestHome.Cancelled);
    }

    /// <summary>What an editor would underline.</summary>
    private static List<string> Complaints(string yaml)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        var result = Schema.Evaluate(Json(stream.Documents[0].RootNode), new EvaluationOptions { OutputFormat = OutputFormat.List, RequireFormatValidation = true });
        return result.IsValid ? [] : [.. result.Details.Where(each => each.HasErrors).SelectMany(each => each.Errors!.Values.Select(error => $"{each.InstanceLocation}: {error}"))];
    }

    /// <summary>A node by the core schema of YAML 1.2, which editors go by.</summary>
    private static JsonNode? Json(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Children.Select(entry => KeyValuePair.Create(((YamlScalarNode)entry.Key).Value!, Json(entry.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(Json)]),
        YamlScalarNode { Style: not ScalarStyle.Plain } text => JsonValue.Create(text.Value!),
        YamlScalarNode { Value: null or "" or "~" or "null" } => null,
        YamlScalarNode { Value: "true" or "false" } flag => JsonValue.Create(flag.Value == "true"),
        YamlScalarNode scalar when long.TryParse(scalar.Value, CultureInfo.InvariantCulture, out var whole) => JsonValue.Create(whole),
        YamlScalarNode scalar when double.TryParse(scalar.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => JsonValue.Create(number),
        _ => JsonValue.Create(((YamlScalarNode)node).Value!),
    };
}
