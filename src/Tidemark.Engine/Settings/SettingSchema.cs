using System.Globalization;
using System.Text.Json.Nodes;

namespace Tidemark.Engine.Settings;

/// <summary>Settings as JSON Schema (2020-12), for OpenAPI and for editors of YAML.</summary>
public static class SettingSchema
{
    /// <summary>An object with one property a setting, and no others.</summary>
    public static JsonObject Of(ConnectorSpec spec) => new()
    {
        ["type"] = "object",
        ["title"] = spec.Title,
        ["properties"] = new JsonObject(spec.Settings.Select(setting => KeyValuePair.Create(setting.Name, (JsonNode?)Of(setting)))),
        ["required"] = Texts(spec.Settings.Where(setting => setting.IsRequired).Select(setting => setting.Name)),
        ["additionalProperties"] = false,
    };

    /// <summary>The schema of one property.</summary>
    public static JsonObject Of(Setting setting)
    {
        var schema = Value(setting);
        schema["description"] = setting.Description;
        if (setting.Default is { } otherwise) schema["default"] = Literal(setting, otherwise);
        if (setting.Example is { } example) schema["examples"] = new JsonArray(Literal(setting, example));
        if (!setting.IsSecret) return schema;
        schema["format"] = "password";
        schema["writeOnly"] = true;
        return schema;
    }

    /// <summary>The text of a setting as the JSON that means the same.</summary>
    public static JsonNode Literal(Setting setting, string text) => setting.Kind switch
    {
        SettingKind.Whole or SettingKind.Seconds => int.Parse(text, CultureInfo.InvariantCulture),
        SettingKind.Number => double.Parse(text, CultureInfo.InvariantCulture),
        SettingKind.Flag => bool.Parse(text),
        SettingKind.List => Texts(text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)),
        _ => text,
    };

    private static JsonObject Value(Setting setting) => setting.Kind switch
    {
        SettingKind.Text => Text(setting, ("minLength", setting.Min), ("maxLength", setting.Max)),
        SettingKind.Whole or SettingKind.Seconds => Number("integer", setting),
        SettingKind.Number => Number("number", setting),
        SettingKind.Flag => new() { ["type"] = "boolean" },
        SettingKind.Day => new() { ["type"] = "string", ["format"] = "date" },
        SettingKind.Address => new() { ["type"] = "string", ["format"] = "uri" },
        SettingKind.List => new() { ["type"] = "array", ["items"] = Text(setting) },
        _ => Text(setting),
    };

    private static JsonObject Number(string type, Setting setting) =>
        Bounded(new() { ["type"] = type }, ("minimum", setting.Min), ("maximum", setting.Max));

    private static JsonObject Text(Setting setting, params ReadOnlySpan<(string Name, double? Bound)> bounds)
    {
        var schema = Bounded(new() { ["type"] = "string" }, bounds);
        if (setting.Choices.Count > 0) schema["enum"] = Texts(setting.Choices);
        if (setting.Pattern is { } pattern) schema["pattern"] = $"^(?:{pattern})$";
        return schema;
    }

    private static JsonObject Bounded(JsonObject schema, params ReadOnlySpan<(string Name, double? Bound)> bounds)
    {
        foreach (var (name, bound) in bounds)
        {
            if (bound is { } number) schema[name] = number;
        }

        return schema;
    }

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode)text)]);
}
