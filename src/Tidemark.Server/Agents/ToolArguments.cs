using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Json;

namespace Tidemark.Server.Agents;

/// <summary>The arguments of a tool: their JSON schema, and their reading. Both take the bounds from the attributes of the record.</summary>
internal static class ToolArguments
{
    /// <summary>The longest text that an argument may be where nothing else is said, in letters.</summary>
    public const int MaxText = 200;

    private static readonly JsonSchemaExporterOptions Exported = new() { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Describe };

    /// <summary>The schema of a record of arguments.</summary>
    public static JsonElement Schema<T>(JsonTypeInfo<T> type)
    {
        var schema = type.GetJsonSchemaAsNode(Exported).AsObject();
        schema["type"] = "object";
        return JsonSerializer.SerializeToElement(schema, AgentJson.Default.JsonObject);
    }

    /// <summary>The arguments that were given.</summary>
    /// <exception cref="TidemarkException"><c>request.malformed</c> (usage), with the first one that is wrong.</exception>
    public static T Read<T>(JsonObject given, JsonTypeInfo<T> type)
        where T : class
    {
        if (given.Select(argument => argument.Key).FirstOrDefault(name => type.Properties.All(property => property.Name != name)) is { } unknown)
            throw Malformed($"There is no argument {PlainLine.Of(unknown)}.", NearestName.Hint(unknown, type.Properties.Select(property => property.Name)));
        if (type.Properties.FirstOrDefault(property => property.IsRequired && given[property.Name] is null) is { } missing)
            throw Malformed($"The argument {missing.Name} is missing.");
        T arguments;
        try
        {
            arguments = JsonSerializer.Deserialize(given, type)!;
        }
        catch (InvalidOperationException)
        {
            throw Malformed("A text has half of a letter.");
        }
        catch (JsonException wrong)
        {
            throw Malformed($"The argument {(wrong.Path is { Length: > 2 } path ? path[2..] : "list")} is not of its type.", "The tool's input schema says what each argument is.");
        }

        foreach (var property in type.Properties) Check(property.Name, (PropertyInfo)property.AttributeProvider!, property.Get!(arguments));
        return arguments;
    }

    private static void Check(string name, PropertyInfo property, object? value)
    {
        switch (value)
        {
            case int number when property.GetCustomAttribute<RangeAttribute>() is { } range && (number < (int)range.Minimum || number > (int)range.Maximum):
                throw Malformed($"{name} is from {range.Minimum} to {range.Maximum}.");
            case string text:
                CheckText(name, text, Longest(property));
                break;
            case IReadOnlyList<string> texts:
                if (texts.Count > Most(property)) throw Malformed(string.Create(CultureInfo.InvariantCulture, $"{name} has at most {Most(property)} items."));
                foreach (var text in texts) CheckText(name, text, MaxText);
                break;
            case IReadOnlyList<FilterArgument> filters:
                if (filters.Count > Most(property)) throw Malformed(string.Create(CultureInfo.InvariantCulture, $"{name} has at most {Most(property)} items."));
                foreach (var text in filters.SelectMany(filter => new[] { filter.Column, filter.Value })) CheckText(name, text, MaxText);
                break;
        }
    }

    private static void CheckText(string name, string? text, int longest)
    {
        if (text is null) throw Malformed($"{name} has no nulls.");
        if (text.Length > longest) throw Malformed(string.Create(CultureInfo.InvariantCulture, $"{name} has at most {longest} letters."));
        if (text.Contains('\0', StringComparison.Ordinal)) throw Malformed($"{name} has a character that no name has.");
    }

    private static JsonNode Describe(JsonSchemaExporterContext context, JsonNode schema)
    {
        var type = Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type;
        if (type.IsEnum) schema = new JsonObject { ["type"] = "string", ["enum"] = new JsonArray([.. Enum.GetValues(type).Cast<Enum>().Select(value => (JsonNode)EnumWord.Of(value))]) };
        if (type == typeof(DateTimeOffset)) schema = new JsonObject { ["type"] = "string", ["format"] = "date-time" };
        // What may be left out need not be null as well.
        if (schema is JsonObject told && told["type"] is JsonArray types) told["type"] = types.First(each => each!.GetValue<string>() != "null")!.DeepClone();
        if (context.PropertyInfo?.AttributeProvider is not PropertyInfo property || schema is not JsonObject found) return schema;
        if (property.GetCustomAttribute<DescriptionAttribute>() is { } description) found.Insert(0, "description", description.Description);
        if (property.GetCustomAttribute<RangeAttribute>() is { } range) (found["minimum"], found["maximum"]) = ((int)range.Minimum, (int)range.Maximum);
        if (type == typeof(string)) found["maxLength"] = Longest(property);
        if (found["items"] is JsonObject items)
        {
            found["maxItems"] = Most(property);
            if (items["type"]?.GetValue<string>() == "string" && items["enum"] is null) items["maxLength"] = MaxText;
        }

        return found;
    }

    private static int Longest(PropertyInfo property) => property.GetCustomAttribute<MaxLengthAttribute>()?.Length ?? MaxText;

    private static int Most(PropertyInfo property) => property.GetCustomAttribute<MaxLengthAttribute>()?.Length ?? 100;

    private static TidemarkException Malformed(string message, string? hint = null) =>
        new(FailureKind.Usage, "request.malformed", message) { Hint = hint };
}
