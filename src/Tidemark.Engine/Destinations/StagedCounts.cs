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

    /// <summary>
    /// The same where other records of the reading are in quarantine than were counted, since a batch was lost: those that it had put in
    /// were read, and those that it had overtaken are replaced.
    /// </summary>
    /// <param name="count">Records of the reading that are in quarantine.</param>
    public StagedCounts WithQuarantined(long count)
    {
        var more = count - Quarantined;
        return this with { Read = Read + Math.Max(more, 0), Skipped = Skipped + Math.Max(-more, 0), Quarantined = count };
    }

    public static readonly StagedCounts None = new(0, 0, 0, default);
}
