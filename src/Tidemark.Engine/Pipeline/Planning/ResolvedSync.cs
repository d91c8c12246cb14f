using Tidemark.Engine.Definitions;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Sources;

namespace Tidemark.Engine.Pipeline.Planning;

/// <summary>A request to read streams, with the definition of its pipeline as it is now. Made by its own functions alone.</summary>
internal sealed record ResolvedSync
{
    private ResolvedSync()
    {
    }

    public required PipelineDefinition Pipeline { get; init; }

    /// <summary>The streams to read; empty means those of the pipeline.</summary>
    public IReadOnlyList<string> Streams { get; private init; } = [];

    /// <summary>How rows become live.</summary>
    public WriteMode Mode { get; private init; }

    /// <summary>True where only the keys are read, and what is gone is deleted.</summary>
    public bool KeysOnly { get; private init; }

    /// <summary>True where the run may change more than the limits allow.</summary>
    public bool IgnoresLimits { get; private init; }

    /// <summary>True where the run only says what it would change.</summary>
    public bool IsDryRun { get; private init; }

    /// <summary>File that receives every change of a dry run; null for none.</summary>
    public string? SaveAs { get; private init; }

    /// <summary>The plan that the run must come to, or else change nothing.</summary>
    public SavedPlan? HeldTo { get; private init; }

    /// <summary>The parked run whose staging is published, and nothing read anew; null where the run reads for itself.</summary>
    public string? Continues { get; private init; }

    /// <summary>Settings of the source in the place of the saved ones; null for none.</summary>
    public IReadOnlyDictionary<string, string>? SourceSettings { get; private init; }

    /// <summary>The range of time that alone is read; null for all.</summary>
    public ReadRange? Range { get; private init; }

    /// <summary>
    /// Whether the run does what a parked one of the same streams would, so that this need no longer wait. A merge reads what has
    /// changed and no more: it leaves a reading of everything, and a scan for deletions, to the person who is asked.
    /// </summary>
    public bool Supersedes(RunRecord parked)
    {
        if (parked.Request is DeletionScan) return KeysOnly || Mode != WriteMode.Merge;
        return Range is null && !KeysOnly && (Mode != WriteMode.Merge || parked.Result.Mode == WriteMode.Merge);
    }

    /// <summary>Streams of a pipeline, as its definition has them: for looking, not for running.</summary>
    public static ResolvedSync ForLooking(PipelineDefinition pipeline, IReadOnlyList<string> streams) =>
        new() { Pipeline = pipeline, Mode = pipeline.Mode, Streams = streams };

    /// <param name="request">The request.</param>
    /// <param name="pipeline">The definition of its pipeline.</param>
    /// <param name="parked">The run that an <see cref="ApprovedRun"/> continues; null for other requests.</param>
    public static ResolvedSync Of(RunRequest request, PipelineDefinition pipeline, RunRecord? parked) => request switch
    {
        SyncRun sync => Of(pipeline, sync) with { Mode = sync.Mode ?? pipeline.Mode, SourceSettings = sync.SourceSettings },
        BackfillRun backfill => Of(pipeline, backfill) with { Mode = WriteMode.Merge, Range = backfill.Range },
        // Keys that are gone are compared as a whole, as in a replace.
        DeletionScan scan => Of(pipeline, scan) with { Mode = WriteMode.Replace, KeysOnly = true },
        DryRun dry => Of(dry.Of, pipeline, parked: null) with { IsDryRun = true, SaveAs = dry.SaveAs },
        PlanRun held => new()
        {
            Pipeline = pipeline,
            Streams = [.. held.Plan.Changes.Streams.Select(stream => stream.Stream)],
            Mode = held.Plan.Mode,
            HeldTo = held.Plan,
            // A plan that somebody carries out has been looked at.
            IgnoresLimits = true,
        },
        ApprovedRun => Continuing(pipeline, parked!),
        _ => throw new ArgumentException($"{request.Kind} reads no streams.", nameof(request)),
    };

    private static ResolvedSync Of(PipelineDefinition pipeline, ReadingRequest request) =>
        new() { Pipeline = pipeline, Streams = request.Streams, IgnoresLimits = request.IgnoresLimits };

    private static ResolvedSync Continuing(PipelineDefinition pipeline, RunRecord parked)
    {
        var keysOnly = parked.Request is DeletionScan;
        var mode = parked.Result.Mode;
        // Without a plan it parked before everything was read. A scan of the keys and a merge leave nothing staged.
        var hasStaged = parked.Result.Plan is not null && mode != WriteMode.Merge && !keysOnly;
        return new()
        {
            Pipeline = pipeline,
            Streams = [.. parked.Result.Streams.Select(stream => stream.Stream)],
            Mode = mode,
            KeysOnly = keysOnly,
            IgnoresLimits = true,
            Continues = hasStaged ? parked.Id : null,
            SourceSettings = (parked.Request as SyncRun)?.SourceSettings,
            Range = (parked.Request as BackfillRun)?.Range,
        };
    }
}
