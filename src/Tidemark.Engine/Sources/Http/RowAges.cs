namespace Tidemark.Engine.Sources.Http;

/// <summary>
/// How recent a stream's rows may be while its changes are read. A change feed that holds records as they were then asks
/// it, so that an older snapshot never replaces a newer one. Times are seconds since 1970 by the vendor's clock. One serves
/// all windows of a reading; it is not safe for several threads.
/// </summary>
public sealed class RowAges
{
    /// <summary>Seconds by which a list may be behind the feed, and by which two readings of a clock may differ.</summary>
    private const long Settling = 60;

    private readonly HashSet<string> _read = new(StringComparer.Ordinal);

    /// <summary>
    /// When the reading's listing began: it has shown all that happened before. Asked each time: where the vendor's clock
    /// stands is known once it has answered.
    /// </summary>
    public Func<long> Begun { get; init; } = () => long.MinValue;

    /// <summary>
    /// The listing has given every record that was created from this second on; <see cref="long.MinValue"/> for all
    /// records, <see cref="long.MaxValue"/> for none. Default none.
    /// </summary>
    public long ListedFrom { get; init; } = long.MaxValue;

    /// <summary>
    /// The latest second that a row which the listing did not give may have been read at. Default none. Asked each time.
    /// </summary>
    public Func<long> KnownUntil { get; init; } = () => long.MinValue;

    /// <summary>Whether the listing has shown what a change made of a record, so that the change says nothing new.</summary>
    /// <param name="at">When the change happened.</param>
    /// <param name="created">When the record was created; null where that is not known.</param>
    public bool HaveSeen(long at, long? created) => IsListed(created) && at + Settling < Begun();

    /// <summary>
    /// Whether a record's row may show more than the record as it was after a change. It is then read by its id.
    /// </summary>
    /// <param name="id">Identifies the record.</param>
    /// <param name="at">When the change happened.</param>
    /// <param name="created">When the record was created; null where that is not known.</param>
    public bool MayBeNewer(string id, long at, long? created) =>
        IsListed(created) || at - Settling <= KnownUntil() || _read.Contains(id);

    /// <summary>Notes that a record was read by its id, and is newer than all changes up to now.</summary>
    public void Read(string id) => _read.Add(id);

    private bool IsListed(long? created) => ListedFrom == long.MinValue || created >= ListedFrom;
}
