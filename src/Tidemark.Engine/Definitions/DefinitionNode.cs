using System.Globalization;
using System.Text.Json;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Json;

namespace Tidemark.Engine.Definitions;

/// <summary>One item of a definition document. Its mistakes are collected, each with its line.</summary>
internal sealed class DefinitionNode
{
    private readonly DefinitionMap _map;
    private readonly ICollection<Problem> _problems;

    /// <param name="kind">E.g. <c>source</c>.</param>
    /// <param name="map">The item.</param>
    /// <param name="keys">The keys that it may have.</param>
    /// <param name="problems">Receives the mistakes.</param>
    /// <param name="part">The word for an item without a name of its own.</param>
    public DefinitionNode(
        string kind, DefinitionMap map, string[] keys, ICollection<Problem> problems, string? part = null)
    {
        (_map, _problems) = (map, problems);
        if (part is not null)
        {
            (Name, Subject) = (part, $"{kind}, {part}");
            ReportUnknown(keys);
            return;
        }

        Name = TextOf(map.Find("name")) ?? "";
        Subject = Name.Length > 0 ? $"{kind} \"{Name}\"" : kind;
        if (Child("name") is null) Report("definition.name_missing", $"This {kind} has no name.");
        ReportUnknown(keys);
    }

    /// <summary>Empty where it has none.</summary>
    public string Name { get; }

    /// <summary>E.g. <c>source "Italy Stripe"</c>.</summary>
    public string Subject { get; }

    public string Required(string key)
    {
        var text = Text(key);
        if (string.IsNullOrEmpty(text)) Report("definition.key_missing", $"The key {key} is missing.");
        return text ?? "";
    }

    public string? Text(string key)
    {
        if (_map.Find(key) is not { } value) return null;
        if (value is not DefinitionScalar) Invalid(value, key, "is a single value.");
        return TextOf(value);
    }

    public bool Flag(string key, bool otherwise)
    {
        if (Text(key) is not { } text) return otherwise;
        if (bool.TryParse(text, out var flag)) return flag;
        Invalid(_map.Find(key)!, key, "is true or false.");
        return otherwise;
    }

    public double Number(string key, double otherwise)
    {
        if (Text(key) is not { } text) return otherwise;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)) return number;
        Invalid(_map.Find(key)!, key, "is a number.");
        return otherwise;
    }

    public int Whole(string key, int otherwise)
    {
        if (Text(key) is not { } text) return otherwise;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && double.IsInteger(number) && number is >= int.MinValue and <= int.MaxValue)
            return (int)number;
        Invalid(_map.Find(key)!, key, $"is a whole number up to {int.MaxValue}.");
        return otherwise;
    }

    public TWord Word<TWord>(string key, TWord otherwise)
        where TWord : struct, Enum
    {
        if (Text(key) is not { } text) return otherwise;
        var words = Enum.GetNames<TWord>().ToDictionary(JsonNamingPolicy.SnakeCaseLower.ConvertName);
        if (words.TryGetValue(text, out var known)) return Enum.Parse<TWord>(known);
        Invalid(_map.Find(key)!, key, $"is one of {string.Join(", ", words.Keys)}.",
            NearestName.Hint(text, words.Keys));
        return otherwise;
    }

    /// <summary>The value of a key; null if absent.</summary>
    public DefinitionTree? Child(string key) =>
        _map.Find(key) is { } value and not DefinitionScalar { Text: null } ? value : null;

    /// <summary>The items of a list; none where the key is not there.</summary>
    public IReadOnlyList<DefinitionTree> Items(string key)
    {
        if (Child(key) is not { } value) return [];
        if (value is DefinitionList list) return list.Items;
        Invalid(value, key, "is a list.");
        return [];
    }

    /// <summary>The entries of a map, in order; none where the key is not there.</summary>
    public IReadOnlyList<DefinitionEntry> Entries(string key)
    {
        if (Child(key) is not { } value) return [];
        if (value is DefinitionMap map) return map.Entries;
        Invalid(value, key, "is a mapping.");
        return [];
    }

    /// <summary>Texts: one, or those of a list; none where the key is not there.</summary>
    public IReadOnlyList<string> Texts(string key)
    {
        if (Child(key) is not { } value) return [];
        if (value is DefinitionScalar || (value is DefinitionList list && list.Items.All(item => item is DefinitionScalar { Text: not null }))) return Values(value);
        Invalid(value, key, "is a text, or a list of texts.");
        return [];
    }

    /// <summary>Words of an enum: one, or those of a list.</summary>
    public IReadOnlyList<TWord> Words<TWord>(string key)
        where TWord : struct, Enum
    {
        var words = Enum.GetValues<TWord>().ToDictionary(word => EnumWord.Of(word));
        var read = new List<TWord>();
        foreach (var text in Texts(key))
        {
            if (words.TryGetValue(text, out var known)) read.Add(known);
            else Invalid(_map.Find(key)!, key, $"has words among {string.Join(", ", words.Keys)}.", NearestName.Hint(text, words.Keys));
        }

        return read;
    }

    /// <summary>A value, or the values of a list.</summary>
    public static IReadOnlyList<string> Values(DefinitionTree node) => node is DefinitionList list
        ? [.. list.Items.Select(TextOf).OfType<string>()] : TextOf(node) is { } single ? [single] : [];

    /// <summary>Settings as written; a list is joined by commas, and an empty value counts as left out.</summary>
    public Dictionary<string, string> Settings()
    {
        if (Child("settings") is not { } node) return [];
        if (node is DefinitionMap map) return Settings(map, entry => Invalid(entry.Value, entry.Key, "is a value or a list of values."));
        Invalid(node, "settings", "is a mapping from names to values.");
        return [];
    }

    /// <summary>The settings that a map has.</summary>
    /// <param name="map">Names and values.</param>
    /// <param name="invalid">Told of each that is neither a value nor a list of values.</param>
    public static Dictionary<string, string> Settings(DefinitionMap map, Action<DefinitionEntry> invalid)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in map.Entries)
        {
            if (entry.Value is DefinitionScalar { Text: null }) continue;
            if (entry.Value is DefinitionMap || (entry.Value is DefinitionList list && !list.Items.All(item => TextOf(item) is not null))) invalid(entry);
            else settings[entry.Key] = string.Join(',', Values(entry.Value));
        }

        return settings;
    }

    /// <summary>A part of the item that has no name of its own.</summary>
    /// <param name="map">The part.</param>
    /// <param name="keys">The keys that it may have.</param>
    /// <param name="part">The word for it.</param>
    public DefinitionNode Part(DefinitionMap map, string[] keys, string part) => new(Subject, map, keys, _problems, part);

    /// <summary>The map that is the value of a key; null if absent.</summary>
    public DefinitionNode? Inner(string key, string[] keys)
    {
        if (Child(key) is not { } value) return null;
        if (value is DefinitionMap map) return Part(map, keys, key);
        Invalid(value, key, "is a mapping.");
        return null;
    }

    public void Report(string code, string message, string? hint = null) => Report(_map.Line, code, message, hint);

    /// <summary>Reports a rule that the item breaks, with the line of the key that breaks it.</summary>
    public void Report(DefinitionMistake mistake)
    {
        DefinitionTree at = _map;
        foreach (var step in mistake.Steps())
        {
            var next = at switch
            {
                DefinitionMap map => map.Find(step),
                DefinitionList list when int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var item)
                    && item < list.Items.Count => list.Items[item],
                _ => null,
            };
            // A missing name is reported already, as missing.
            if (step == "name" && mistake.Code == "definition.name_invalid" && next is null or DefinitionScalar { Text: null }) return;
            if (next is null) break;
            at = next;
        }

        var problem = mistake.In(Subject);
        _problems.Add(problem with { Subject = At(problem.Subject, at.Line) });
    }

    /// <summary>Reports a value that its key cannot have.</summary>
    public void Invalid(DefinitionTree at, string key, string rule, string? hint = null) =>
        Report(at.Line, "definition.invalid_value", $"The key {key} {rule}", hint);

    private void Report(long line, string code, string message, string? hint = null) =>
        _problems.Add(new(code, At(Subject, line), message, hint));

    private static string At(string subject, long line) =>
        string.Create(CultureInfo.InvariantCulture, $"{subject}, line {line}");

    private void ReportUnknown(string[] keys)
    {
        foreach (var entry in _map.Entries.Where(entry => !keys.Contains(entry.Key)))
        {
            Report(entry.Line, "definition.unknown_key", $"There is no key {entry.Key} here.",
                NearestName.Hint(entry.Key, keys));
        }
    }

    private static string? TextOf(DefinitionTree? node) => (node as DefinitionScalar)?.Text;
}
