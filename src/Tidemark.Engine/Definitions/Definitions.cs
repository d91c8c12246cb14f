using System.Collections.ObjectModel;
using System.Text.Json.Serialization;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Records;
using Tidemark.Engine.Times;
using Tidemark.Engine.Transfers;

namespace Tidemark.Engine.Definitions;

/// <summary>What sources, destinations, pipelines, channels and alerts have in common.</summary>
public interface IDefinition<TSelf>
    where TSelf : IDefinition<TSelf>
{
    /// <summary>The word for it, e.g. <c>source</c>; begins its error codes.</summary>
    static abstract string Kind { get; }

    string Name { get; }

    /// <summary>Name of the connector; null for a pipeline and an alert.</summary>
    string? Connector { get; }

    IReadOnlyDictionary<string, string> Settings { get; }

    TSelf WithSettings(IReadOnlyDictionary<string, string> settings);

    /// <summary>Every broken rule that the definition alone shows. The connector's options check the settings.</summary>
    IEnumerable<DefinitionMistake> Mistakes();
}

/// <summary>A system that records are read from, as the user saved it.</summary>
/// <param name="Name">Any text a person likes, e.g. <c>Italy Stripe Payments</c>; unique.</param>
/// <param name="Connector">Name of the connector, e.g. <c>stripe</c>.</param>
/// <param name="Settings">As text, names in snake_case. Secrets are revealed only to the connector.</param>
public sealed record SourceDefinition(string Name, string Connector, IReadOnlyDictionary<string, string> Settings)
    : IDefinition<SourceDefinition>
{
    static string IDefinition<SourceDefinition>.Kind => "source";

    /// <summary>An inactive source is kept, but no run reads it.</summary>
    public bool IsActive { get; init; } = true;

    public IEnumerable<DefinitionMistake> Mistakes() =>
        [.. DefinitionName.Mistakes(Name), .. ValueRules.Given("connector", Connector)];

    /// <summary>The same source with some settings in the place of its own; null for none.</summary>
    internal SourceDefinition With(IReadOnlyDictionary<string, string>? settings)
    {
        if (settings is null) return this;
        var all = new Dictionary<string, string>(Settings, StringComparer.Ordinal);
        foreach (var (name, value) in settings) all[name] = value;
        return this with { Settings = all };
    }

    SourceDefinition IDefinition<SourceDefinition>.WithSettings(IReadOnlyDictionary<string, string> settings) =>
        this with { Settings = settings };
}

/// <summary>A database that rows are written to, as the user saved it.</summary>
/// <param name="Name">Unique among destinations.</param>
/// <param name="Connector">Name of the connector, e.g. <c>postgres</c>.</param>
/// <param name="Settings">As text, names in snake_case.</param>
public sealed record DestinationDefinition(string Name, string Connector, IReadOnlyDictionary<string, string> Settings)
    : IDefinition<DestinationDefinition>
{
    static string IDefinition<DestinationDefinition>.Kind => "destination";

    public IEnumerable<DefinitionMistake> Mistakes() =>
        [.. DefinitionName.Mistakes(Name), .. ValueRules.Given("connector", Connector)];

    DestinationDefinition IDefinition<DestinationDefinition>.WithSettings(
        IReadOnlyDictionary<string, string> settings) => this with { Settings = settings };
}

/// <summary>A source kept in step with a destination, as the user saved it.</summary>
/// <param name="Name">Unique among pipelines; checkpoints are kept under it.</param>
/// <param name="Source">Name of the source.</param>
/// <param name="Destination">Name of the destination.</param>
public sealed record PipelineDefinition(string Name, string Source, string Destination)
    : IDefinition<PipelineDefinition>
{
    static string IDefinition<PipelineDefinition>.Kind => "pipeline";

    string? IDefinition<PipelineDefinition>.Connector => null;

    IReadOnlyDictionary<string, string> IDefinition<PipelineDefinition>.Settings =>
        ReadOnlyDictionary<string, string>.Empty;

    /// <summary>How rows become live when the command does not say.</summary>
    public WriteMode Mode { get; init; } = WriteMode.Merge;

    /// <summary>Streams to keep; empty means every stream of the source.</summary>
    public IReadOnlyList<string> Streams { get; init; } = [];

    /// <summary>Settings of single streams, each of a stream that is listed.</summary>
    public IReadOnlyList<StreamShape> Shapes { get; init; } = [];

    /// <summary>What becomes of rows whose record is gone.</summary>
    public DeletePolicy Deletes { get; init; } = DeletePolicy.Hard;

    /// <summary>Whether streams are read one after another as they are listed, and a failed one stops those after it.</summary>
    public bool InOrder { get; init; }

    /// <summary>How many runs back can be undone; 0 keeps nothing for that.</summary>
    public int UndoRuns { get; init; } = 10;

    /// <summary>Table name, with <c>{source}</c> and <c>{stream}</c> put in as snake_case.</summary>
    public string Tables { get; init; } = "{source}_{stream}";

    /// <summary>What a field does that no column was declared for.</summary>
    public SchemaChanges SchemaChanges { get; init; } = SchemaChanges.Evolve;

    /// <summary>What an empty text becomes in a column of numbers, truth values, instants or days.</summary>
    public EmptyText EmptyText { get; init; }

    /// <summary>Whether the whole record is kept in a column <c>raw</c>.</summary>
    public bool Raw { get; init; } = true;

    /// <summary>How far a run goes without a person. Saved as keys of the pipeline itself, which follow.</summary>
    [JsonIgnore]
    public RunLimits Limits { get; init; } = RunLimits.Usual;

    public double MaxDeletedPercent
    {
        get => Limits.MaxDeletedPercent;
        init => Limits = Limits with { MaxDeletedPercent = value };
    }

    public double MaxUpdatedPercent
    {
        get => Limits.MaxUpdatedPercent;
        init => Limits = Limits with { MaxUpdatedPercent = value };
    }

    public int MaxDeletedRows
    {
        get => Limits.MaxDeletedRows;
        init => Limits = Limits with { MaxDeletedRows = value };
    }

    public double MaxQuarantinedPercent
    {
        get => Limits.MaxQuarantinedPercent;
        init => Limits = Limits with { MaxQuarantinedPercent = value };
    }

    public int MaxQuarantinedRows
    {
        get => Limits.MaxQuarantinedRows;
        init => Limits = Limits with { MaxQuarantinedRows = value };
    }

    /// <summary>When it runs by itself.</summary>
    public IReadOnlyList<PipelineSchedule> Schedules { get; init; } = [];

    /// <summary>Pipelines of which each run that succeeds starts this one.</summary>
    public IReadOnlyList<string> After { get; init; } = [];

    /// <summary>How old its last proven run may be before it is late, e.g. <c>26h</c>; null for what its schedules make of it.</summary>
    public string? Deadline { get; init; }

    /// <summary>Whether a webhook of its source starts a merge of the streams that it tells of.</summary>
    public bool Webhooks { get; init; }

    /// <summary>Whether its schedules, webhooks and the pipelines that it follows start nothing for now.</summary>
    public bool Paused { get; init; }

    /// <summary>Words that alerts choose pipelines by, e.g. <c>finance</c>.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>How its tables are backed up.</summary>
    public BackupPolicy Backup { get; init; } = new();

    /// <summary>How whole tables are transferred, from PostgreSQL to PostgreSQL; null for a pipeline that reads records.</summary>
    public TransferPolicy? Transfer { get; init; }

    /// <summary>The deadline as a length of time; null where it says none.</summary>
    internal TimeSpan? LongestAge => Deadline is { } text && SpanText.TryParse(text, out var span) ? span : null;

    public IEnumerable<DefinitionMistake> Mistakes() => PipelineRules.Of(this);

    /// <summary>The table that a stream is written to.</summary>
    public string TableOf(string stream) => Shapes.FirstOrDefault(shape => shape.Stream == stream)?.Table
        ?? ColumnNames.Shorten(Tables
            .Replace("{source}", ColumnNames.SnakeCase(Source), StringComparison.Ordinal)
            .Replace("{stream}", ColumnNames.SnakeCase(stream), StringComparison.Ordinal));

    PipelineDefinition IDefinition<PipelineDefinition>.WithSettings(
        IReadOnlyDictionary<string, string> settings) => this;
}
