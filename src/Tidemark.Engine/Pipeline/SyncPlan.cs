using System.Collections.Frozen;
using Tidemark.Engine.Backup;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Pipeline.Quarantining;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Sources;

namespace Tidemark.Engine.Pipeline;

/// <summary>A run, resolved and ready: what is read, where it goes, and how far it may go without asking.</summary>
/// <param name="Pipeline">Name of the pipeline.</param>
/// <param name="Source">Opened; the plan's owner closes it.</param>
/// <param name="Destination">Opened; the plan's owner closes it.</param>
/// <param name="Streams">In the order in which they are read where <see cref="InOrder"/> asks for one.</param>
public sealed record SyncPlan(string Pipeline, ISource Source, IDestination Destination, IReadOnlyList<StreamPlan> Streams)
{
    /// <summary>What the streams become, in their order.</summary>
    public IEnumerable<TablePlan> Tables => Streams.Select(stream => stream.Table);

    public WriteMode Mode { get; init; }

    /// <summary>How far the run goes without approval.</summary>
    public RunLimits Limits { get; init; } = RunLimits.Usual;

    /// <summary>How many of a stream's records may be in quarantine before the stream fails.</summary>
    public QuarantineLimit Quarantine => new(Limits.MaxQuarantinedPercent, Limits.MaxQuarantinedRows);

    /// <summary>True where a person has said that this run may change whatever it would.</summary>
    public bool IgnoresLimits { get; init; }

    /// <summary>Whether columns may be left alone that earlier runs filled; else <c>guard.narrowed_schema</c>.</summary>
    public bool MayNarrow => IgnoresLimits || IsDryRun;

    /// <summary>
    /// Whether a merge asks the source for something else than the pipeline does: it reads from the beginning, adds and updates, and leaves the
    /// place that the pipeline resumes from.
    /// </summary>
    public bool IsAside { get; init; }

    /// <summary>The range of time that alone is read; null for all. Only beside the pipeline's own reading.</summary>
    public ReadRange? Range { get; init; }

    /// <summary>The parked run whose staging this one publishes; null where it reads for itself, as every merge does.</summary>
    public string? Continues { get; init; }

    /// <summary>What the parked run showed that is approved: it comes to that, or changes nothing. Null where nothing was shown.</summary>
    public ApprovedChanges? Approved { get; init; }

    /// <summary>Parked runs that still wait: what they staged is left alone.</summary>
    public IReadOnlySet<string> Waiting { get; init; } = FrozenSet<string>.Empty;

    /// <summary>Whether the run only says what it would change.</summary>
    public bool IsDryRun { get; init; }

    /// <summary>File that receives every change that it would make; null for none.</summary>
    public string? SaveAs { get; init; }

    /// <summary>The plan that this run must come to, or else change nothing.</summary>
    public SavedPlan? HeldTo { get; init; }

    /// <summary>Whether a stream begins when the one before it has ended, and not at all where that has failed.</summary>
    public bool InOrder { get; init; }

    /// <summary>Whether each stream is live before the next begins, even one of a merge that is read whole.</summary>
    public bool IsStepwise => InOrder && Mode == WriteMode.Merge && !IsDryRun && HeldTo is null;

    /// <summary>The backup that a refresh begins with; null in other modes.</summary>
    public BackupPlan? Backup { get; init; }

    /// <summary>Streams that are read at the same time.</summary>
    public int StreamsAtOnce { get; init; } = 3;
}
