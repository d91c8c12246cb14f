using System.Collections.Frozen;

namespace Tidemark.Engine.Destinations;

/// <summary>The writing of one run.</summary>
/// <param name="Pipeline">Name of the pipeline; checkpoints are kept under it.</param>
/// <param name="Run">Id of the run, written into <c>_run</c> of every row that it touches.</param>
public sealed record LoadPlan(string Pipeline, string Run)
{
    /// <summary>Whether values of any stream go back to the source.</summary>
    public bool WritesBack { get; init; }

    /// <summary>The parked run whose staging, and no other, this one publishes; null where it reads for itself.</summary>
    public string? Continues { get; init; }

    /// <summary>Parked runs that wait for approval: what they staged is left alone by a merge.</summary>
    public IReadOnlySet<string> Waiting { get; init; } = FrozenSet<string>.Empty;
}
