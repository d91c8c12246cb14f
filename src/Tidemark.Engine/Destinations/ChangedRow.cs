namespace Tidemark.Engine.Destinations;

/// <summary>A row that somebody has changed since.</summary>
/// <param name="Key">As text, the parts of a compound key as a JSON array.</param>
/// <param name="Column">
/// An application's column that is not what the record says, which matters where the run has written it; null where a
/// column of the source is not.
/// </param>
public sealed record ChangedRow(string Key, string? Column);
