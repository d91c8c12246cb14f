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
}
