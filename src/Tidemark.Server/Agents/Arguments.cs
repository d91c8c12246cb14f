using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Proposals;
using Tidemark.Engine.Runs;
using Tidemark.Server.Api;

namespace Tidemark.Server.Agents;

/// <summary>A list that is asked for in parts.</summary>
internal abstract record ListArguments
{
    public const int UsualLimit = 20;

    [Range(1, 100)]
    [Description("How many to show at most; 20 where it is absent.")]
    public int? Limit { get; init; }

    [MaxLength(2000)]
    [Description("The place to go on from: next of the part before.")]
    public string? Cursor { get; init; }

    /// <summary>How many are wanted.</summary>
    public int Size() => Limit ?? UsualLimit;
}

internal sealed record StatusArguments : ListArguments
{
    [Description("Only this pipeline.")]
    public string? Pipeline { get; init; }
}

internal sealed record RunsArguments : ListArguments
{
    [Description("Only runs of this pipeline.")]
    public string? Pipeline { get; init; }

    [MaxLength(10)]
    [Description("Only runs in one of these states.")]
    public IReadOnlyList<RunStatus>? Status { get; init; }

    [Description("Only runs that began at this moment or later.")]
    public DateTimeOffset? Since { get; init; }

    [Description("Only runs with this text in their id or their pipeline's name.")]
    public string? Search { get; init; }
}

internal sealed record RunArguments
{
    [Description("Id of the run, the beginning of it, or the word last.")]
    public required string Run { get; init; }
}

internal sealed record RunRowsArguments
{
    [Description("Id of the run, or the beginning of it.")]
    public required string Run { get; init; }

    [Description("Only this stream.")]
    public string? Stream { get; init; }

    [Range(1, 100)]
    [Description("How many rows to list at most; 20 where it is absent. All are counted.")]
    public int? Limit { get; init; }
}

internal sealed record LogArguments : ListArguments
{
    [Description("Id of the run, or the beginning of it.")]
    public required string Run { get; init; }

    [Description("Only lines that matter at least so much.")]
    public RunLogLevel? Level { get; init; }

    [Description("Only lines about this stream.")]
    public string? Stream { get; init; }

    [Description("Only lines with this text, whatever the case of its letters.")]
    public string? Search { get; init; }

    [Description("True to begin at the first error.")]
    public bool? FirstError { get; init; }
}

/// <summary>What definitions there are.</summary>
internal enum DefinitionKind
{
    Pipeline,
    Source,
    Destination,
}

internal sealed record DefinitionsArguments : ListArguments
{
    [Description("Which definitions.")]
    public required DefinitionKind Kind { get; init; }

    [Description("Only those with this text in their name.")]
    public string? Search { get; init; }
}

internal sealed record StreamsArguments
{
    [Description("Name of the source.")]
    public required string Source { get; init; }

    [Description("Only this stream.")]
    public string? Stream { get; init; }

    [Range(0, 20)]
    [Description("How many records of each stream to read and show as they would be written; none where it is absent.")]
    public int? Preview { get; init; }
}

internal sealed record SchedulesArguments : ListArguments
{
    [Description("Only this pipeline.")]
    public string? Pipeline { get; init; }

    [Range(0, 100)]
    [Description("How many next times to show; 5 where it is absent.")]
    public int? Next { get; init; }
}

internal sealed record QuarantineArguments : ListArguments
{
    [Description("Only this pipeline.")]
    public string? Pipeline { get; init; }

    [Description("Only this stream.")]
    public string? Stream { get; init; }
}

internal sealed record RecordArguments
{
    [Description("Number of the record in quarantine.")]
    public required long Id { get; init; }
}

internal sealed record BackupsArguments : ListArguments
{
    [Description("Only backups of this pipeline.")]
    public string? Pipeline { get; init; }

    [Description("Only backups with this text in their name.")]
    public string? Search { get; init; }
}

internal sealed record TableArguments : ListArguments
{
    [Description("Name of a table that a pipeline has written.")]
    public required string Table { get; init; }

    [Description("The pipeline, where two databases have a table of the name.")]
    public string? Pipeline { get; init; }

    [MaxLength(20)]
    [Description("Only rows that meet all of these.")]
    public IReadOnlyList<FilterArgument>? Filters { get; init; }

    [MaxLength(20)]
    [Description("Columns to sort by; a minus before one turns its order round.")]
    public IReadOnlyList<string>? Sort { get; init; }

    [Description("Only these columns; all where it is absent.")]
    public IReadOnlyList<string>? Columns { get; init; }
}

/// <summary>A condition on rows.</summary>
internal sealed record FilterArgument
{
    public required string Column { get; init; }

    public required Comparison Op { get; init; }

    [Description("The value, as text; true or false for is_null.")]
    public required string Value { get; init; }
}

internal sealed record InboxArguments : ListArguments
{
    [Description("Only this pipeline.")]
    public string? Pipeline { get; init; }

    [Description("Runs that are over in place of those that are open: what a later run did, or somebody settled.")]
    public bool? Over { get; init; }

    [Description("Only where id, pipeline, stream, code or message has this text.")]
    public string? Search { get; init; }
}

internal sealed record ProposalsArguments : ListArguments
{
    [Description("Only this pipeline.")]
    public string? Pipeline { get; init; }

    [Description("Only proposals that stand so.")]
    public ProposalStatus? Status { get; init; }
}

internal sealed record ProposalArguments
{
    [Description("Id of the proposal, or the beginning of it.")]
    public required string Proposal { get; init; }
}

/// <summary>A reading of a pipeline's source.</summary>
internal abstract record ReadingArguments
{
    [Description("Name of the pipeline.")]
    public required string Pipeline { get; init; }

    [Description("sync brings the destination into step; deletions reads the keys alone and deletes what is gone. sync where it is absent.")]
    public StartKind? Kind { get; init; }

    [Description("How rows become live: merge writes what changed, replace reads everything anew, refresh does so after a backup. As the pipeline says where it is absent.")]
    public WriteMode? Mode { get; init; }

    [Description("Only these streams.")]
    public IReadOnlyList<string>? Streams { get; init; }

    public RunRequest ToRequest(bool isDry) =>
        new StartRun { Pipeline = Pipeline, Kind = Kind ?? StartKind.Sync, Mode = Mode, Streams = Streams ?? [], DryRun = isDry }.ToRequest();
}

/// <summary>What waits for a run.</summary>
internal static class Waiting
{
    public const int UsualSeconds = 30;
    public const int MostSeconds = 300;
    public const string Description = "How long to wait for its end; 30 where it is absent. A run that takes longer goes on: show_run says how it stands.";
}

/// <summary>A reading that is carried out, or planned, now.</summary>
internal sealed record StartArguments : ReadingArguments
{
    [Range(0, Waiting.MostSeconds)]
    [Description(Waiting.Description)]
    public int? WaitSeconds { get; init; }
}

internal sealed record ProposedRunArguments : ReadingArguments
{
    [MaxLength(ProposalCatalog.MaxReason)]
    [Description("Why, for the person who decides.")]
    public required string Reason { get; init; }
}

internal sealed record ProposedActArguments
{
    [Description("Id of the run, or the beginning of it.")]
    public required string Run { get; init; }

    [MaxLength(ProposalCatalog.MaxReason)]
    [Description("Why, for the person who decides.")]
    public required string Reason { get; init; }
}

internal record RestoreArguments
{
    [Description("Name of the backup.")]
    public required string Backup { get; init; }

    [Description("missing brings back the rows that are not there, overwrite all rows of the backup, exact makes the tables what the backup has. missing where it is absent.")]
    public RestoreMode? Mode { get; init; }
}

internal sealed record ProposedRestoreArguments : RestoreArguments
{
    [MaxLength(ProposalCatalog.MaxReason)]
    [Description("Why, for the person who decides.")]
    public required string Reason { get; init; }
}

internal sealed record StartedActArguments
{
    [Description("Id of the run, or the beginning of it.")]
    public required string Run { get; init; }

    [Range(0, Waiting.MostSeconds)]
    [Description(Waiting.Description)]
    public int? WaitSeconds { get; init; }
}

internal sealed record StartedRestoreArguments : RestoreArguments
{
    [Range(0, Waiting.MostSeconds)]
    [Description(Waiting.Description)]
    public int? WaitSeconds { get; init; }
}
