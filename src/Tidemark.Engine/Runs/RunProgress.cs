namespace Tidemark.Engine.Runs;

/// <summary>How far a run has come.</summary>
/// <param name="Streams">The figures so far; empty while it is planned.</param>
/// <param name="Waits">What it has waited for so far; null for nothing.</param>
public sealed record RunProgress(IReadOnlyList<StreamFigures> Streams, RunWaitFigures? Waits);
