using Tidemark.Engine.Times;

namespace Tidemark.Engine.Definitions;

/// <summary>What alerts keep to. Whether their channels are there, the catalog knows.</summary>
internal static class AlertRules
{
    private const int MaxDays = 30;
    private const int MaxItems = 100;
    private const int MaxLetters = 200;

    public static IEnumerable<DefinitionMistake> Of(AlertDefinition alert) =>
    [
        .. DefinitionName.Mistakes(alert.Name),
        .. Some("events", alert.Events),
        .. alert.Events.Index().SelectMany(each => ValueRules.Word($"events/{each.Index}", each.Item)),
        .. Some("channels", alert.Channels),
        .. Names("channels", alert.Channels),
        .. Names("pipelines", alert.Pipelines),
        .. Labels(alert.Labels),
        .. alert.Severity is { } severity ? ValueRules.Word("severity", severity) : [],
        .. Span("delay", alert.Delay),
        .. Span("group", alert.Group),
        .. Span("repeat", alert.Repeat),
        .. ValueRules.Whole("over", alert.Over, int.MaxValue),
        .. alert.Quiet is { } quiet ? Of(quiet).Select(mistake => mistake.Within("quiet", "quiet hours")) : [],
    ];

    /// <summary>Labels are what a person writes in a list.</summary>
    public static IEnumerable<DefinitionMistake> Labels(IReadOnlyList<string> labels) => Names("labels", labels);

    private static IEnumerable<DefinitionMistake> Some<T>(string key, IReadOnlyList<T> items)
    {
        if (items.Count == 0) yield return new(key, "definition.key_missing", $"The key {key} is missing.");
    }

    private static IEnumerable<DefinitionMistake> Names(string key, IReadOnlyList<string> names)
    {
        if (names.Count > MaxItems) yield return DefinitionMistake.Invalid(key, $"has at most {MaxItems} items.");
        foreach (var (at, name) in names.Index())
        {
            if (DefinitionName.Mistake(name) is not null || name.Length > MaxLetters) yield return DefinitionMistake.Invalid($"{key}/{at}", "is a word or a name.");
            else if (names.Take(at).Contains(name, StringComparer.Ordinal)) yield return new($"{key}/{at}", "definition.duplicate", $"{name} is listed twice.");
        }
    }

    private static IEnumerable<DefinitionMistake> Span(string key, string? text)
    {
        if (text is not null && (!SpanText.TryParse(text, out var span) || span > TimeSpan.FromDays(MaxDays)))
            yield return DefinitionMistake.Invalid(key, $"is a length of time up to {MaxDays} days, such as 90s, 30min, 20h or 2d.");
    }

    private static IEnumerable<DefinitionMistake> Of(QuietHours quiet)
    {
        if (quiet.Begin is null) yield return DefinitionMistake.Invalid("from", "is a time such as 22:00.");
        if (quiet.End is null) yield return DefinitionMistake.Invalid("to", "is a time such as 07:00.");
        else if (quiet.Begin == quiet.End) yield return DefinitionMistake.Invalid("to", "is another time than from.");
        if (TimeZoneRules.Mistake(quiet.TimeZone) is { } mistake) yield return mistake;
    }
}
