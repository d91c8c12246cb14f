namespace Tidemark.Sandbox.Traffic;

/// <param name="Count">Requests since the start or the last reset.</param>
/// <param name="FirstAt">Null before the first request.</param>
/// <param name="LastAt">Null before the first request.</param>
/// <param name="PerSecondPeak">Most requests that arrived within any one second.</param>
/// <param name="MaxConcurrent">Most requests that were being answered at once.</param>
/// <param name="ByPath">Requests by route, ids replaced.</param>
/// <param name="Recent">The last 1,000, oldest first.</param>
internal sealed record RequestSummary(
    long Count,
    DateTimeOffset? FirstAt,
    DateTimeOffset? LastAt,
    int PerSecondPeak,
    int MaxConcurrent,
    IReadOnlyDictionary<string, long> ByPath,
    IReadOnlyList<RequestEntry> Recent);
