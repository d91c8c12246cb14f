namespace Tidemark.Engine.Destinations;

/// <summary>Counts of a staging.</summary>
/// <param name="Read">Records read.</param>
/// <param name="Skipped">Records that a later one of the same key replaced.</param>
/// <param name="Quarantined">Records that could not be written.</param>
/// <param name="Checksum">Checksum of the rows in the staging, as they were read.</param>
public sealed record StagedCounts(long Read, long Skipped, long Quarantined, Checksum Checksum)
{
    /// <summary>Quarantined records whose key could not be read. As long as there are any, nothing may be deleted.</summary>
    public long Unidentified { get; init; }

    public static readonly StagedCounts None = new(0, 0, 0, default);
}
