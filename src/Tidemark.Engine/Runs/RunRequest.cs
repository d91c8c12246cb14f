using System.Text.Json.Serialization;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Sources;
using Tidemark.Engine.Transfers;

namespace Tidemark.Engine.Runs;

/// <summary>
/// What a run is asked for. It is kept with the run, so that the run can wait in the queue, be shown, and be repeated
/// exactly. One record a kind: what makes no sense cannot be written.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(SyncRun), "sync")]
[JsonDerivedType(typeof(DryRun), "dry_run")]
[JsonDerivedType(typeof(DeletionScan), "deletions")]
[JsonDerivedType(typeof(BackfillRun), "backfill")]
[JsonDerivedType(typeof(PlanRun), "plan")]
[JsonDerivedType(typeof(ApprovedRun), "approve")]
[JsonDerivedType(typeof(UndoRun), "undo")]
[JsonDerivedType(typeof(RestoreRun), "restore")]
[JsonDerivedType(typeof(BackupRun), "backup")]
[JsonDerivedType(typeof(ClearRun), "clear")]
[JsonDerivedType(typeof(TransferRun), "transfer")]
public abstract record RunRequest
{
    /// <summary>The kind of run that this asks for.</summary>
    [JsonIgnore]
    public RunKind Kind => this switch
    {
        SyncRun => RunKind.Sync,
        DryRun => RunKind.DryRun,
        DeletionScan => RunKind.Deletions,
        BackfillRun => RunKind.Backfill,
        PlanRun => RunKind.Plan,
        ApprovedRun => RunKind.Approve,
        UndoRun => RunKind.Undo,
        RestoreRun => RunKind.Restore,
        BackupRun => RunKind.Backup,
        ClearRun => RunKind.Clear,
        TransferRun => RunKind.Transfer,
        _ => throw new InvalidOperationException($"{GetType().Name} is no kind of run."),
    };

    /// <summary>Name of the pipeline: a saved one, or <c>source:destination</c>.</summary>
    public abstract string PipelineName { get; }

    /// <summary>What one run at a time may have: the lease is on it.</summary>
    public virtual string Subject => $"pipeline:{PipelineName}";

    /// <summary>The run or the backup that the request is about; null where it is about none.</summary>
    public virtual string? About => null;

    /// <summary>
    /// Whether a worker may repeat the run by itself after its process has died. It may not where a person decided by what
    /// was there at that moment: by the time of the repetition something else may be there.
    /// </summary>
    public virtual bool IsRepeatable => false;
}

/// <summary>A request to read streams of a pipeline.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(SyncRun), "sync")]
[JsonDerivedType(typeof(DeletionScan), "deletions")]
[JsonDerivedType(typeof(BackfillRun), "backfill")]
[JsonDerivedType(typeof(TransferRun), "transfer")]
public abstract record ReadingRequest : RunRequest
{
    /// <summary>The streams to read; empty means those of the pipeline.</summary>
    public IReadOnlyList<string> Streams { get; init; } = [];

    /// <summary>True where the run may delete and update more than the limits allow.</summary>
    public bool IgnoresLimits { get; init; }

    public override bool IsRepeatable => !IgnoresLimits;
}

/// <summary>Brings the destination into step with the source.</summary>
public sealed record SyncRun(string Pipeline) : ReadingRequest
{
    /// <summary>How rows become live; null means as the pipeline says.</summary>
    public WriteMode? Mode { get; init; }

    /// <summary>Settings of the source in the place of the saved ones, for this run alone, e.g. <c>criteria</c>; no secrets. Null for none.</summary>
    public IReadOnlyDictionary<string, string>? SourceSettings { get; init; }

    public override string PipelineName => Pipeline;
}

/// <summary>Reads the keys alone and deletes what is gone.</summary>
public sealed record DeletionScan(string Pipeline) : ReadingRequest
{
    public override string PipelineName => Pipeline;
}

/// <summary>Reads what the source has of a range of time, adds and updates, and leaves the place that the pipeline resumes from.</summary>
public sealed record BackfillRun(string Pipeline, ReadRange Range) : ReadingRequest
{
    public override string PipelineName => Pipeline;
}

/// <summary>Brings tables of a database into step with those of another one. Its streams are tables.</summary>
public sealed record TransferRun(string Pipeline) : ReadingRequest
{
    /// <summary>How it is done this time; null means as the pipeline says.</summary>
    public TransferPolicy? Policy { get; init; }

    public override string PipelineName => Pipeline;
}

/// <summary>Says what a run would change, and changes nothing.</summary>
/// <param name="Of">The run.</param>
public sealed record DryRun(ReadingRequest Of) : RunRequest
{
    /// <summary>Full name of the file that receives every change; null for none.</summary>
    public string? SaveAs { get; init; }

    public override string PipelineName => Of.PipelineName;

    public override bool IsRepeatable => true;
}

/// <summary>Carries a saved plan out, or changes nothing where the plan no longer holds.</summary>
public sealed record PlanRun(SavedPlan Plan) : RunRequest
{
    public override string PipelineName => Plan.Pipeline;
}

/// <summary>Continues a parked run without limits: publishes what it had staged.</summary>
/// <param name="Pipeline">The parked run's pipeline.</param>
/// <param name="Parked">Full id of the parked run.</param>
public sealed record ApprovedRun(string Pipeline, string Parked) : RunRequest
{
    public override string PipelineName => Pipeline;

    public override string? About => Parked;
}

/// <summary>Takes a run back.</summary>
/// <param name="Pipeline">The run's pipeline.</param>
/// <param name="Run">Full id of the run.</param>
public sealed record UndoRun(string Pipeline, string Run) : RunRequest
{
    public override string PipelineName => Pipeline;

    public override string? About => Run;
}

/// <summary>Brings a backup back.</summary>
/// <param name="Pipeline">The pipeline that the backup was made of.</param>
/// <param name="Backup">Name of the backup's file.</param>
/// <param name="Mode">Treatment of existing rows.</param>
public sealed record RestoreRun(string Pipeline, string Backup, RestoreMode Mode) : RunRequest
{
    public override string PipelineName => Pipeline;

    public override string? About => Backup;
}

/// <summary>Backs the tables of a pipeline up. It reads one moment of them, and so goes on beside a sync.</summary>
public sealed record BackupRun(string Pipeline) : RunRequest
{
    /// <summary>Format of the file; null means as the pipeline says.</summary>
    public BackupFormat? Format { get; init; }

    public override string PipelineName => Pipeline;

    public override string Subject => $"backup:{Pipeline}";

    public override bool IsRepeatable => true;
}

/// <summary>Empties the tables of a pipeline, after a verified backup.</summary>
public sealed record ClearRun(string Pipeline) : RunRequest
{
    public override string PipelineName => Pipeline;
}
