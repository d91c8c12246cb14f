using Tidemark.Engine.Errors;
using Tidemark.Engine.Records;

namespace Tidemark.Engine.Sources;

/// <summary>Reads one external system. Keeps nothing between calls; different streams may be read at once.</summary>
public interface ISource : IAsyncDisposable
{
    /// <summary>The streams that this source has. Some sources ask the vendor; most know.</summary>
    Task<IReadOnlyList<StreamSchema>> DiscoverAsync(CancellationToken cancellationToken);

    /// <summary>The streams with their fields, where the source knows them without asking anybody; else null, as by default.</summary>
    IReadOnlyList<StreamSchema>? KnownStreams => null;

    /// <summary>The names of the streams, where the source knows them without asking anybody; else null.</summary>
    IReadOnlyList<string>? KnownNames => KnownStreams is { } known ? [.. known.Select(stream => stream.Name)] : null;

    /// <summary>Asks the vendor whether the settings work: reachable, authenticated, allowed. Changes nothing.</summary>
    Task<SourceCheck> CheckAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Estimated number of records in a full reading of a stream, by one cheap call at most. Null if unknown, which is not
    /// zero. Default: null.
    /// </summary>
    /// <exception cref="TidemarkException">The vendor refused the call; the stream itself may be fine.</exception>
    Task<long?> EstimateAsync(string stream, CancellationToken cancellationToken) => Task.FromResult<long?>(null);

    /// <summary>Requests that it has sent so far, retries among them; 0 for one that counts none, as by default.</summary>
    long Requests => 0;

    /// <summary>
    /// Path of the time in a record by which the vendor can be asked for a range of a stream, both ends of it, e.g. <c>created</c>; null where
    /// it cannot. Default: null.
    /// </summary>
    string? RangeOf(string stream) => null;

    /// <summary>
    /// Why a full reading may have found no record of a stream, e.g. how many match each part of its filter; null if the
    /// source has no explanation. Called only after an empty full reading. Default: null.
    /// </summary>
    Task<string?> ExplainEmptyAsync(string stream, CancellationToken cancellationToken) => Task.FromResult<string?>(null);

    /// <summary>
    /// Whether a cursor still leads to all changes since. False if the vendor's change feed does not reach back far enough, if
    /// the settings select other records than before, or if another version or another source wrote the cursor. Then
    /// everything is read again and compared.
    /// </summary>
    bool CanResume(string stream, Cursor cursor);

    /// <summary>
    /// Whether a merge may go on from a cursor that cannot be resumed, because the settings only select other records than before: what they
    /// select now is read from its beginning, the changes since the cursor are read too, and the cursor keeps both selections. Default: false.
    /// </summary>
    bool CanExtend(string stream, Cursor cursor) => false;

    /// <summary>
    /// A cursor once rows were read beside it: it leads to the same changes, and no longer says that rows are as old as the reading that it
    /// ended. Default: the cursor as it is.
    /// </summary>
    Cursor Beside(Cursor cursor) => cursor;

    /// <summary>
    /// What an earlier cursor's readings covered and the full reading of a later cursor did not, in the vendor's names, e.g.
    /// locations that are no longer listed, or a changed filter. Records in there were not read, which does not prove them gone.
    /// Null if the coverage of the earlier readings is unknown; empty for a source that reads everything.
    /// </summary>
    IReadOnlyList<string>? OutOfSight(string stream, Cursor? earlier, Cursor later);

    /// <summary>
    /// Whether the end of a stream's full reading is proven, e.g. by a total or by an empty page after the last one, and does
    /// not rest on the vendor's word alone. If not, a second reading must agree before records count as gone.
    /// </summary>
    /// <param name="stream">Name of the stream.</param>
    /// <param name="after">The cursor at the reading's end.</param>
    bool ProvesEnd(string stream, Cursor after);

    /// <summary>
    /// What a person should know of the readings so far, in a sentence each, e.g. that the vendor's dates cannot be true. Asked after a
    /// reading.
    /// </summary>
    IReadOnlyList<string> Remarks { get; }

    /// <summary>
    /// Whether a reading from a cursor, which is no full one, gives every record there is, because the vendor lists them all or none:
    /// what it did not give is no longer there as it was. Asked before the reading.
    /// </summary>
    bool ReadsAll(string stream, Cursor from);

    /// <summary>
    /// Pages, lazily, in the order of writing. Ending without an error states that the reading was complete: deletes rest
    /// on that. The last page's cursor is where the next incremental reading starts.
    /// </summary>
    /// <exception cref="TidemarkException">Transient once retries are used up; Configuration for refused credentials;
    /// Upstream for answers that the vendor's documentation rules out.</exception>
    IAsyncEnumerable<Page> ReadAsync(ReadRequest request, CancellationToken cancellationToken);
}

/// <summary>What to read.</summary>
/// <param name="Stream">The stream, with the fields that are wanted.</param>
/// <param name="From">Where to resume, or null to read everything from the start.</param>
public sealed record ReadRequest(StreamSchema Stream, Cursor? From)
{
    /// <summary>
    /// True where the reading must see every record, because what it does not see counts as gone. A cursor is then
    /// one of an interrupted full reading.
    /// </summary>
    public bool IsFull { get; init; }

    /// <summary>
    /// Only records of this range, by the time that <see cref="ISource.RangeOf"/> names; null for all. There is no cursor then, nor does the
    /// reading end with one to go on from.
    /// </summary>
    public ReadRange? Range { get; init; }

    /// <summary>True where nothing but the records' keys is wanted. A source that cannot read less gives whole records.</summary>
    public bool KeysOnly { get; init; }
}

/// <summary>A range of time, in whole seconds.</summary>
/// <param name="From">Its first moment.</param>
/// <param name="To">The first moment after it.</param>
public sealed record ReadRange(DateTimeOffset From, DateTimeOffset To);

/// <summary>What a source says of itself.</summary>
/// <param name="Problems">Everything that is wrong; empty where all is well.</param>
/// <param name="Facts">What a person wants to know, e.g. <c>("account", "test mode")</c>.</param>
public sealed record SourceCheck(IReadOnlyList<Problem> Problems, IReadOnlyList<KeyValuePair<string, string>> Facts)
{
    /// <summary>On one line each, as most come from the vendor.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Facts { get; init; } =
        [.. Facts.Select(fact => KeyValuePair.Create(fact.Key, PlainLine.Of(fact.Value)))];
}
