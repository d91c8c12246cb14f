using Tidemark.Engine.Definitions;
using Tidemark.Engine.Pipeline.Guarding;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Transfers;

namespace Tidemark.Engine.Pipeline.Transferring;

/// <summary>A transfer that is planned and may begin.</summary>
/// <param name="Pipeline">The pipeline.</param>
/// <param name="Policy">How it is done this time.</param>
/// <param name="Source">Where the rows come from.</param>
/// <param name="Target">Where they go.</param>
/// <param name="Tables">The tables, those first that others refer to.</param>
/// <param name="Sequences">Quoted names of the sequences that go along.</param>
internal sealed record TransferWork(
    PipelineDefinition Pipeline, TransferPolicy Policy, ITransferEnd Source, ITransferEnd Target, IReadOnlyList<TransferTable> Tables, IReadOnlySet<string> Sequences)
{
    public bool IsDryRun { get; init; }

    /// <summary>Whether a person has allowed more than the limits do.</summary>
    public bool IgnoresLimits { get; init; }

    /// <summary>What that person has seen; null for nothing.</summary>
    public ChangeSummary? Approved { get; init; }

    /// <summary>Name of the target's database, by which it is confirmed.</summary>
    public required string TargetName { get; init; }

    public Guard Guard => new(Pipeline.Limits, IgnoresLimits);
}
