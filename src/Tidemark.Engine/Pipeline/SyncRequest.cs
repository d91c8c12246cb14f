using Tidemark.Engine.Catalog;
using Tidemark.Engine.Destinations;

namespace Tidemark.Engine.Pipeline;

/// <summary>What somebody asks for: a pipeline, and what is to be different this time.</summary>
/// <param name="Pipeline">Saved, or made for this run from a source and a destination.</param>
public sealed record SyncRequest(PipelineDefinition Pipeline)
{
    /// <summary>The cause of a run that reads the keys only, which its repetition has too.</summary>
    public const string Deletions = "deletions";

    /// <summary>The cause of a run that changes nothing, or the beginning of it; its repetition has it too.</summary>
    public const string DryRun = "dry-run";

    /// <summary>The cause of a run that carries a plan out.</summary>
    public const string Plan = "plan";

    /// <summary>Only these streams; empty means those of the pipeline.</summary>
    public IReadOnlyList<string> Streams { get; init; } = [];

    /// <summary>How rows become live; null means as the pipeline says.</summary>
    public WriteMode? Mode { get; init; }

    /// <summary>How rows become live, as this request has it.</summary>
    public WriteMode ModeOfRun => KeysOnly ? WriteMode.Replace : Mode ?? Pipeline.Mode;

    /// <summary>True where the run may delete more than the limits allow.</summary>
    public bool IsApproved { get; init; }

    /// <summary>The parked run that this one goes on for: what that had staged is published, and nothing read anew.</summary>
    public string? Parked { get; init; }

    /// <summary>True where the run is only to say what it would change.</summary>
    public bool IsDryRun { get; init; }

    /// <summary>File that receives every change that a dry run would make; null for none.</summary>
    public string? PlanFile { get; init; }

    /// <summary>True where only the keys are to be read, and what is gone deleted; the mode is not looked at then.</summary>
    public bool KeysOnly { get; init; }

    /// <summary>The plan that the run must come to, or else change nothing.</summary>
    public SavedPlan? Approved { get; init; }

    /// <summary>What starts the run, e.g. <c>command</c>.</summary>
    public string Cause { get; init; } = "command";
}
