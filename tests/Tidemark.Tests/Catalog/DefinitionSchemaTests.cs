using System.Text.Json.Nodes;
using Shouldly;
using Tidemark.Connectors;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Definitions;
using Tidemark.Tests.Wire;
using Xunit;

namespace Tidemark.Tests.Catalog;

/// <summary>The schema that editors get has the keys, words and bounds that a file is held to.</summary>
public sealed class DefinitionSchemaTests
{
    private static readonly ConnectorCatalog Connectors = CompiledConnectors.Catalog();

    private static JsonObject Schema => DefinitionSchema.Of(Connectors);

    [Fact]
    public void The_schema_is_the_one_in_the_docs() =>
        ApprovedText.ShouldBeApproved(
            Schema.ToJsonString(new() { WriteIndented = true, NewLine = "\n" }) + "\n", "../../../../docs/definitions.schema.json");

    [Fact]
    public void Every_setting_of_every_connector_is_in_it()
    {
        foreach (var spec in Connectors.All.Select(connector => connector.Spec))
        {
            var found = new[] { "sources", "destinations", "channels" }
                .SelectMany(section => Schema["properties"]![section]!["items"]!["allOf"]!.AsArray())
                .Where(choice => choice!["if"]!["properties"]!["connector"]!["const"]!.GetValue<string>() == spec.Name).ToList();

            found.ShouldNotBeEmpty(spec.Name);
            found[0]!["then"]!["properties"]!["settings"]!["properties"]!.AsObject().Select(setting => setting.Key)
                .ShouldBe(spec.Settings.Select(setting => setting.Name), ignoreOrder: true);
        }
    }

    [Fact]
    public void The_words_of_a_key_are_those_that_reading_takes()
    {
        var pipeline = Schema["properties"]!["pipelines"]!["items"]!["properties"]!;

        Words(pipeline["mode"]!).ShouldBe(["merge", "replace", "refresh"]);
        Words(pipeline["schema_changes"]!).ShouldBe(["evolve", "freeze", "discard"]);
        pipeline["undo_runs"]!["maximum"]!.GetValue<int>().ShouldBe(1000);
        Schema["additionalProperties"]!.GetValue<bool>().ShouldBeFalse();
    }

    private static IEnumerable<string> Words(JsonNode key) => key["enum"]!.AsArray().Select(word => word!.GetValue<string>());
}
