using System.Text.Json.Nodes;
using Shouldly;
using Tidemark.Connectors.Close;
using Tidemark.Connectors.Square;
using Tidemark.Engine.Records;
using Xunit;
using YamlDotNet.Serialization;

namespace Tidemark.Tests.Connectors;

/// <summary>Declared columns held against the vendors' own specs, where TIDEMARK_SPECS names a folder with them.</summary>
public sealed class VendorColumnTests
{
    [Fact]
    public void R11_every_declared_column_of_square_is_in_the_vendors_spec()
    {
        var schemas = JsonNode.Parse(Spec("square/api.patched.json"))!["components"]!["schemas"]!;
        // What a line says of its order is carried over to it.
        var carried = new[] { "order_id", "order_created_at", "location_id" };
        ShouldBeThere(schemas, "Location", SquareSchemas.Locations);
        ShouldBeThere(schemas, "CatalogObject", SquareSchemas.Categories);
        ShouldBeThere(schemas, "CatalogObject", SquareSchemas.Items);
        ShouldBeThere(schemas, "CatalogObject", SquareSchemas.Variations);
        ShouldBeThere(schemas, "InventoryCount", SquareSchemas.Inventory);
        ShouldBeThere(schemas, "Order", SquareSchemas.Orders);
        ShouldBeThere(schemas, "OrderLineItem", SquareSchemas.LineItems, carried);
    }

    [Fact]
    public void R11_every_declared_column_of_close_is_in_the_vendors_spec_where_that_names_properties()
    {
        var schemas = Yaml(Spec("close/close-openapi.yml"))["components"]!["schemas"]!;
        ShouldBeThere(schemas, "Lead", CloseSchemas.Leads);
        ShouldBeThere(schemas, "Contact", CloseSchemas.Contacts);
        ShouldBeThere(schemas, "Opportunity", CloseSchemas.Opportunities);
    }

    private static void ShouldBeThere(JsonNode schemas, string name, StreamSchema stream, params string[] carried)
    {
        foreach (var field in stream.Fields.Where(field => !carried.Contains(field.Path)))
        {
            List<JsonNode> at = [schemas[name]!];
            foreach (var part in field.Path.Split('/'))
            {
                at = [.. at.SelectMany(schema => Parts(schemas, schema)).Select(schema => schema["properties"]?[part]).OfType<JsonNode>()];
                at.ShouldNotBeEmpty($"{stream.Name}: {field.Path}");
            }
        }
    }

    /// <summary>A schema and those that it is made of.</summary>
    private static IEnumerable<JsonNode> Parts(JsonNode schemas, JsonNode schema)
    {
        if ((string?)schema["$ref"] is { } reference) return Parts(schemas, schemas[reference.Split('/')[^1]]!);
        var inner = new[] { "allOf", "anyOf", "oneOf" }.SelectMany(kind => schema[kind]?.AsArray() ?? []).OfType<JsonNode>();
        return inner.SelectMany(part => Parts(schemas, part)).Prepend(schema);
    }

    private static JsonNode Yaml(string text) => JsonNode.Parse(new SerializerBuilder().JsonCompatible().Build()
        .Serialize(new DeserializerBuilder().Build().Deserialize(new StringReader(text))))!;

    private static string Spec(string name)
    {
        var path = Path.Combine(Environment.GetEnvironmentVariable("TIDEMARK_SPECS") ?? "", name);
        Assert.SkipWhen(!Path.IsPathRooted(path) || !File.Exists(path), $"left out: TIDEMARK_SPECS names no folder with {name}");
        return File.ReadAllText(path);
    }
}
