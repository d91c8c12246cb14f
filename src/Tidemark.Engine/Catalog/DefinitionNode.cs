using System.Globalization;
using System.Text.Json;
using Tidemark.Engine.Errors;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Tidemark.Engine.Catalog;

/// <summary>One item of a definition file. Its mistakes are collected, each with its line.</summary>
internal sealed class DefinitionNode
{
    private readonly YamlMappingNode _node;
    private readonly ICollection<Problem> _problems;

    /// <param name="kind">E.g. <c>source</c>.</param>
    /// <param name="node">The item.</param>
    /// <param name="keys">Those that it may have.</param>
    /// <param name="problems">Receives its mistakes.</param>
    /// <param name="part">For an item without a name of its own, what it is called.</param>
    public DefinitionNode(
        string kind, YamlMappingNode node, string[] keys, ICollection<Problem> problems, string? part = null)
    {
        (_node, _problems) = (node, problems);
        if (part is not null)
        {
            (Name, Subject) = (part, $"{kind}, {part}");
            ReportUnknown(node, keys);
            return;
        }

        Name = node.Children.TryGetValue("name", out var name) ? TextOf(name) ?? "" : "";
        Subject = Name.Length > 0 ? $"{kind} \"{Name}\"" : kind;
        if (DefinitionName.Mistake(Name) is { } mistake)
        {
            Report(node, Name.Length == 0 ? "definition.name_missing" : "definition.name_invalid",
                Name.Length == 0 ? $"This {kind} has no name." : mistake);
        }

        ReportUnknown(node, keys);
    }

    /// <summary>Empty where it has none.</summary>
    public string Name { get; }

    /// <summary>E.g. <c>source "Italy Stripe"</c>.</summary>
    public string Subject { get; }

    public string Required(string key)
    {
        var text = Text(key);
        if (string.IsNullOrEmpty(text)) Report(_node, "definition.key_missing", $"The key {key} is missing.");
        return text ?? "";
    }

    public string? Text(string key)
    {
        if (!_node.Children.TryGetValue(key, out var value)) return null;
        if (value is not YamlScalarNode) Invalid(value, key, "is a single value.");
        return TextOf(value);
    }

    public bool Flag(string key, bool otherwise)
    {
        if (Text(key) is not { } text) return otherwise;
        if (bool.TryParse(text, out var flag)) return flag;
        Invalid(_node.Children[key], key, "is true or false.");
        return otherwise;
    }

    public double Number(string key, double otherwise, double max, bool isWhole)
    {
        if (Text(key) is not { } text) return otherwise;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && number >= 0 && number <= max && (!isWhole || double.IsInteger(number)))
            return number;
        Invalid(_node.Children[key], key, string.Create(CultureInfo.InvariantCulture,
            $"is a {(isWhole ? "whole " : "")}number from 0 to {max}."));
        return otherwise;
    }

    public TWord Word<TWord>(string key, TWord otherwise)
        where TWord : struct, Enum
    {
        if (Text(key) is not { } text) return otherwise;
        var words = Enum.GetNames<TWord>().ToDictionary(JsonNamingPolicy.SnakeCaseLower.ConvertName);
        if (words.TryGetValue(text, out var known)) return Enum.Parse<TWord>(known);
        Invalid(_node.Children[key], key, $"is one of {string.Join(", ", words.Keys)}.",
            NearestName.Hint(text, words.Keys));
        return otherwise;
    }

    /// <summary>What stands under a key; null where nothing does.</summary>
    public YamlNode? Child(string key) =>
        _node.Children.TryGetValue(key, out var value) && !IsNull(value) ? value : null;

    /// <summary>The items of a list; none where the key is not there.</summary>
    public IReadOnlyList<YamlNode> Items(string key)
    {
        if (Child(key) is not { } value) return [];
        if (value is YamlSequenceNode list) return [.. list.Children];
        Invalid(value, key, "is a list.");
        return [];
    }

    /// <summary>The entries of a mapping, in order; none where the key is not there.</summary>
    public IReadOnlyList<(string Name, YamlNode Value)> Entries(string key)
    {
        if (Child(key) is not { } value) return [];
        if (value is YamlMappingNode mapping)
            return [.. mapping.Children.Select(entry => (TextOf(entry.Key) ?? "", entry.Value))];
        Invalid(value, key, "is a mapping.");
        return [];
    }

    /// <summary>A value, or the values of a list.</summary>
    public static IReadOnlyList<string> Values(YamlNode node) => node is YamlSequenceNode list
        ? [.. list.Children.Select(TextOf).OfType<string>()] : TextOf(node) is { } single ? [single] : [];

    /// <summary>Settings as written; a list is joined by commas, and an empty value counts as left out.</summary>
    public Dictionary<string, string> Settings()
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        if (!_node.Children.TryGetValue("settings", out var node) || IsNull(node)) return settings;
        if (node is not YamlMappingNode mapping)
        {
            Invalid(node, "settings", "is a mapping from names to values.");
            return settings;
        }

        foreach (var (key, value) in mapping.Children)
        {
            var name = TextOf(key) ?? "";
            if (IsNull(value)) continue;
            if (TextOf(value) is { } text) settings[name] = text;
            else if (value is YamlSequenceNode list && list.All(item => TextOf(item) is not null))
                settings[name] = string.Join(',', list.Select(TextOf));
            else Invalid(value, name, "is a value or a list of values.");
        }

        return settings;
    }

    /// <summary>The mapping that is the value of a key; null where there is none.</summary>
    public DefinitionNode? Inner(string key, string[] keys)
    {
        if (!_node.Children.TryGetValue(key, out var value) || IsNull(value)) return null;
        if (value is YamlMappingNode mapping) return new DefinitionNode(Subject, mapping, keys, _problems, part: key);
        Invalid(value, key, "is a mapping.");
        return null;
    }

    public void Report(string code, string message, string? hint = null) => Report(_node, code, message, hint);

    /// <summary>Says that a key has a value that it cannot have.</summary>
    public void Invalid(YamlNode at, string key, string rule, string? hint = null) =>
        Report(at, "definition.invalid_value", $"The key {key} {rule}", hint);

    private void Report(YamlNode at, string code, string message, string? hint = null) =>
        _problems.Add(new(code, string.Create(CultureInfo.InvariantCulture, $"{Subject}, line {at.Start.Line}"),
            message, hint));

    private void ReportUnknown(YamlMappingNode node, string[] keys)
    {
        foreach (var (key, _) in node.Children.Where(child => !keys.Contains(TextOf(child.Key))))
        {
            Report(key, "definition.unknown_key", $"There is no key {TextOf(key)} here.",
                NearestName.Hint(TextOf(key) ?? "", keys));
        }
    }

    private static bool IsNull(YamlNode node) =>
        node is YamlScalarNode { Style: ScalarStyle.Plain, Value: "" or "~" or "null" };

    private static string? TextOf(YamlNode node) => IsNull(node) ? null : (node as YamlScalarNode)?.Value;
}
