using System.Collections.ObjectModel;
using Tidemark.Engine.Backup;
using Tidemark.Engine.Destinations;

namespace Tidemark.Engine.Catalog;

/// <summary>What sources, destinations and pipelines have in common.</summary>
public interface IDefinition<TSelf>
    where TSelf : IDefinition<TSelf>
{
    /// <summary>The word for it, e.g. <c>source</c>; begins its error codes.</summary>
    static abstract string Kind { get; }

    string Name { get; }

    /// <summary>Null where there is none.</summary>
    string? Connector { get; }

    IReadOnlyDictionary<string, string> Settings { get; }

    TSelf WithSettings(IReadOnlyDictionary<string, string> settings);
}

/// <summary>A system that records are read from, as the user saved it.</summary>
/// <param name="Name">Any text a person likes, e.g. <c>Italy Stripe Payments</c>; unique.</param>
/// <param name="Connector">Which connector, e.g. <c>stripe</c>.</param>
/// <param name="Settings">As text, names in snake_case. Secrets are revealed only to the connector.</param>
public sealed record SourceDefinition(string Name, string Connector, IReadOnlyDictionary<string, string> Settings)
    : IDefinition<SourceDefinition>
{
    static string IDefinition<SourceDefinition>.Kind => "source";

    /// <summary>An inactive source is kept, but no run reads it.</summary>
    public bool IsActive { get; init; } = true;

    SourceDefinition IDefinition<SourceDefinition>.WithSettings(IReadOnlyDictionary<string, string> settings) =>
        this with { Settings = settings };
}

/// <summary>A database that rows are written to, as the user saved it.</summary>
/// <param name="Name">Unique among destinations.</param>
/// <param name="Connector">Which connector, e.g. <c>postgres</c>.</param>
/// <param name="Settings">As text, names in snake_case.</param>
public sealed record DestinationDefinition(string Name, string Connector, IReadOnlyDictionary<string, string> Settings)
    : IDefinition<DestinationDefinition>
{
    static string IDefinition<DestinationDefinition>.Kind => "destination";

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

    /// <summary>What becomes of those streams of which not simply all fields are kept.</summary>
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

    /// <summary>Whether the whole record is kept in a column <c>raw</c>.</summary>
    public bool Raw { get; init; } = true;

    /// <summary>Share of a table's rows, in percent, that a run may delete before it parks and asks.</summary>
    public double MaxDeletedPercent { get; init; } = 15;

    /// <summary>Share of a table's rows, in percent, that a run may update before it parks and asks.</summary>
    public double MaxUpdatedPercent { get; init; } = 100;

    /// <summary>A run that deletes at most this many rows of a table never parks for the share.</summary>
    public int MaxDeletedRows { get; init; } = 10;

    /// <summary>Share of the records of a stream, in percent, that a run may quarantine before the stream fails.</summary>
    public double MaxQuarantinedPercent { get; init; } = 10;

    /// <summary>A run that quarantines at most this many records of a stream never fails for the share.</summary>
    public int MaxQuarantinedRows { get; init; } = 10;

    /// <summary>How its tables are backed up.</summary>
    public BackupPolicy Backup { get; init; } = new();

    PipelineDefinition IDefinition<PipelineDefinition>.WithSettings(
        IReadOnlyDictionary<string, string> settings) => this;
}
