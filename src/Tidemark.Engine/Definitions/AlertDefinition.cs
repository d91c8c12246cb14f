using System.Collections.ObjectModel;
using System.Text.RegularExpressions;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Times;

namespace Tidemark.Engine.Definitions;

/// <summary>A rule of what is told to whom, as the user saved it.</summary>
/// <param name="Name">Unique among alerts.</param>
public sealed record AlertDefinition(string Name) : IDefinition<AlertDefinition>
{
    static string IDefinition<AlertDefinition>.Kind => "alert";

    string? IDefinition<AlertDefinition>.Connector => null;

    IReadOnlyDictionary<string, string> IDefinition<AlertDefinition>.Settings => ReadOnlyDictionary<string, string>.Empty;

    /// <summary>What is told.</summary>
    public IReadOnlyList<AlertEvent> Events { get; init; } = [];

    /// <summary>Names of pipelines, with <c>*</c> for any letters; empty for all.</summary>
    public IReadOnlyList<string> Pipelines { get; init; } = [];

    /// <summary>Labels, of which a pipeline must have one; empty for any.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>Names of the channels that it is sent to.</summary>
    public IReadOnlyList<string> Channels { get; init; } = [];

    /// <summary>How much it matters; null for what each event has.</summary>
    public AlertSeverity? Severity { get; init; }

    /// <summary>How long a problem must last to be told, e.g. <c>30min</c>; null for no time.</summary>
    public string? Delay { get; init; }

    /// <summary>How long more is waited for, to come in the same message, e.g. <c>5min</c>; null for no time.</summary>
    public string? Group { get; init; }

    /// <summary>When a problem that lasts is told again, e.g. <c>20h</c>; null for the usual time.</summary>
    public string? Repeat { get; init; }

    /// <summary>Hours in which only critical messages are sent; null for none.</summary>
    public QuietHours? Quiet { get; init; }

    /// <summary>Records in quarantine that are not told of.</summary>
    public int Over { get; init; }

    internal TimeSpan DelaySpan => Span(Delay, TimeSpan.Zero);

    internal TimeSpan GroupSpan => Span(Group, TimeSpan.Zero);

    /// <summary>A little under a day: a problem of every night is told every night.</summary>
    internal TimeSpan RepeatSpan => Span(Repeat, TimeSpan.FromHours(20));

    public IEnumerable<DefinitionMistake> Mistakes() => AlertRules.Of(this);

    /// <summary>How much an event matters.</summary>
    public AlertSeverity SeverityOf(AlertEvent what) => Severity ?? what switch
    {
        AlertEvent.Failed or AlertEvent.Late => AlertSeverity.Critical,
        AlertEvent.Recovered or AlertEvent.Completed => AlertSeverity.Info,
        _ => AlertSeverity.Warning,
    };

    /// <summary>Whether it is for a pipeline.</summary>
    /// <param name="pipeline">Its name.</param>
    /// <param name="labels">Its labels.</param>
    public bool IsFor(string pipeline, IReadOnlyList<string> labels) =>
        (Pipelines.Count == 0 || Pipelines.Any(pattern => Matches(pattern, pipeline)))
        && (Labels.Count == 0 || Labels.Intersect(labels, StringComparer.Ordinal).Any());

    AlertDefinition IDefinition<AlertDefinition>.WithSettings(IReadOnlyDictionary<string, string> settings) => this;

    private static bool Matches(string pattern, string name) => Regex.IsMatch(
        name, $@"\A{Regex.Escape(pattern).Replace(@"\*", ".*", StringComparison.Ordinal)}\z", RegexOptions.NonBacktracking | RegexOptions.Singleline | RegexOptions.CultureInvariant,
        TimeSpan.FromSeconds(1));

    private static TimeSpan Span(string? text, TimeSpan otherwise) => text is not null && SpanText.TryParse(text, out var span) ? span.Value : otherwise;
}
