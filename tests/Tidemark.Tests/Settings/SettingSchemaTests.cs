using System.Text.Json.Nodes;
using Shouldly;
using Tidemark.Connectors;
using Tidemark.Engine.Settings;
using Xunit;

namespace Tidemark.Tests.Settings;

/// <summary>A setting as JSON Schema says what the binder holds values to.</summary>
public sealed class SettingSchemaTests
{
    public static TheoryData<Setting, string> Settings => new()
    {
        {
            new("api_key", SettingKind.Text, "Key.") { IsSecret = true, Example = "k" },
            """{"type":"string","description":"Key.","examples":["k"],"format":"password","writeOnly":true}"""
        },
        {
            new("label", SettingKind.Text, "Label.") { Min = 1, Max = 8, Pattern = "[a-z]+", Default = "none" },
            """{"type":"string","minLength":1,"maxLength":8,"pattern":"^(?:[a-z]+)$","description":"Label.","default":"none"}"""
        },
        {
            new("size", SettingKind.Whole, "Size.") { Min = 1, Max = 20, Default = "10", Example = "5" },
            """{"type":"integer","minimum":1,"maximum":20,"description":"Size.","default":10,"examples":[5]}"""
        },
        {
            new("weight", SettingKind.Number, "Weight.") { Min = 0.5, Default = "1.5" },
            """{"type":"number","minimum":0.5,"description":"Weight.","default":1.5}"""
        },
        {
            new("wait", SettingKind.Seconds, "Seconds.") { Max = 60, Default = "30" },
            """{"type":"integer","maximum":60,"description":"Seconds.","default":30}"""
        },
        {
            new("insured", SettingKind.Flag, "Insured.") { Default = "false" },
            """{"type":"boolean","description":"Insured.","default":false}"""
        },
        {
            new("since", SettingKind.Day, "Day.") { Example = "2024-01-31" },
            """{"type":"string","format":"date","description":"Day.","examples":["2024-01-31"]}"""
        },
        {
            new("base_url", SettingKind.Address, "Address.") { Default = "https://a.example" },
            """{"type":"string","format":"uri","description":"Address.","default":"https://a.example"}"""
        },
        {
            new("speed", SettingKind.Choice, "Speed.") { Choices = ["slow", "fast"], Default = "slow" },
            """{"type":"string","enum":["slow","fast"],"description":"Speed.","default":"slow"}"""
        },
        {
            new("kinds", SettingKind.List, "Kinds.") { Choices = ["a", "b"], Default = "a, b" },
            """{"type":"array","items":{"type":"string","enum":["a","b"]},"description":"Kinds.","default":["a","b"]}"""
        },
        { new("path", SettingKind.File, "Path."), """{"type":"string","description":"Path."}""" },
    };

    [Theory, MemberData(nameof(Settings))]
    public void A_setting_is_a_property_of_a_schema(Setting setting, string schema) =>
        JsonNode.DeepEquals(SettingSchema.Of(setting), JsonNode.Parse(schema)).ShouldBeTrue(SettingSchema.Of(setting).ToJsonString());

    [Fact]
    public void A_connector_is_an_object_that_takes_no_other_settings()
    {
        foreach (var spec in CompiledConnectors.Catalog().All.Select(connector => connector.Spec))
        {
            var schema = SettingSchema.Of(spec);
            schema["additionalProperties"]!.GetValue<bool>().ShouldBeFalse();
            schema["required"]!.AsArray().Select(name => name!.GetValue<string>())
                .ShouldBe(spec.Settings.Where(setting => setting.IsRequired).Select(setting => setting.Name));
            schema["properties"]!.AsObject().Select(property => property.Key).ShouldBe(spec.Settings.Select(setting => setting.Name));
        }
    }
}
