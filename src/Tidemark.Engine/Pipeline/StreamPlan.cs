using Tidemark.Engine.Destinations;

namespace Tidemark.Engine.Pipeline;

/// <summary>One stream of a run: the table that it becomes, and what the destination need not know of it.</summary>
/// <param name="Table">What the stream becomes at the destination.</param>
public sealed record StreamPlan(TablePlan Table)
{
    /// <summary>How long reading the stream may take before it fails with <c>stream.time_limit</c>; null for any time.</summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>Whether the source may no longer give a record once it has what was written back.</summary>
    public bool LosesWrittenBack { get; init; }
}
