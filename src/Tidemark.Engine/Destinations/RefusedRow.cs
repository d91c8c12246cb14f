using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Destinations;

/// <summary>A row of a batch that the destination refused.</summary>
/// <param name="Row">Position in the batch.</param>
/// <param name="Reason">Code and message for the quarantine.</param>
public sealed record RefusedRow(int Row, Problem Reason);
