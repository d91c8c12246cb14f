using Tidemark.Engine.Definitions;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;

namespace Tidemark.Server.Api;

/// <summary>A run that is asked for.</summary>
public sealed record StartRun
{
    /// <summary>Name of a pipeline, or <c>SOURCE:DESTINATION</c>.</summary>
    public required string Pipeline { get; init; }

    /// <summary>What the run does.</summary>
    public StartKind Kind { get; init; } = StartKind.Sync;

    /// <summary>How rows become live; absent for the pipeline's own way. For a sync alone.</summary>
    public WriteMode? Mode { get; init; }

    /// <summary>The streams; absent or empty for those of the pipeline.</summary>
    public IReadOnlyList<string> Streams { get; init; } = [];

    /// <summary>True to show what would change, and change nothing.</summary>
    public bool DryRun { get; init; }

    /// <summary>True for a dry run to keep every change that it finds, for <c>GET /runs/{id}/plan</c>.</summary>
    public bool Save { get; init; }

    /// <summary>True to make all changes, beyond the limits too.</summary>
    public bool IgnoreLimits { get; init; }

    /// <summary>Format of a backup; absent for the pipeline's own.</summary>
    public BackupFormat? Format { get; init; }

    /// <exception cref="TidemarkException"><c>request.malformed</c> (usage).</exception>
    internal RunRequest ToRequest()
    {
        if (Kind == StartKind.Backup)
        {
            Require(Mode is null && Streams.Count == 0 && !DryRun && !Save && !IgnoreLimits, "A backup takes no mode, streams, dry_run, save or ignore_limits.");
            return new BackupRun(Pipeline) { Format = Format };
        }

        Require(Format is null, "format is for a backup.");
        Require(DryRun || !Save, "save is for a dry run.");
        Require(Kind != StartKind.Deletions || Mode is null, "A scan for deletions takes no mode.");
        ReadingRequest reading = Kind == StartKind.Deletions
            ? new DeletionScan(Pipeline) { Streams = Streams, IgnoresLimits = IgnoreLimits }
            : new SyncRun(Pipeline) { Mode = Mode, Streams = Streams, IgnoresLimits = IgnoreLimits };
        return DryRun ? new DryRun(reading) : reading;
    }

    private static void Require(bool holds, string rule)
    {
        if (!holds) throw new TidemarkException(FailureKind.Usage, "request.malformed", rule);
    }
}

/// <summary>What a run does that is started by name.</summary>
public enum StartKind
{
    Sync,

    /// <summary>Reads only the keys and deletes rows gone at the source.</summary>
    Deletions,

    Backup,
}
