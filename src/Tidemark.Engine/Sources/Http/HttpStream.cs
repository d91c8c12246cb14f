using Tidemark.Engine.Records;

namespace Tidemark.Engine.Sources.Http;

/// <summary>
/// A stream of an HTTP source: its columns, where its records are listed and how its changes are learnt.
/// </summary>
/// <param name="Schema">The columns.</param>
/// <param name="Listing">The listing of all records.</param>
public sealed record HttpStream(StreamSchema Schema, HttpListing Listing)
{
    /// <summary>
    /// Makes the records of a page whole where the vendor cuts nested lists off. Takes the page over: it is returned
    /// as it is, or disposed and replaced.
    /// </summary>
    public Func<HttpExchange, HttpPage, CancellationToken, ValueTask<HttpPage>>? Complete { get; init; }

    /// <summary>
    /// Property that is put first into each record, with the scope that it was listed for, where the vendor's records
    /// do not say it themselves; null for none.
    /// </summary>
    public string? ScopeField { get; init; }

    /// <summary>
    /// Where updates and deletions come from when the listing does not show them; null where it does, or nothing
    /// does.
    /// </summary>
    public ChangeFeed? Changes { get; init; }

    /// <summary>Cheap calls that show whether the stream may be read; default the listing's first page.</summary>
    public IReadOnlyList<HttpCall> Probes { get; init; } = [];

    /// <summary>The listing of the keys alone; null if the vendor lists only whole records.</summary>
    public HttpListing? KeyListing { get; init; }

    /// <summary>The call that counts the listing's records; null if the vendor has none.</summary>
    public HttpCount? Count { get; init; }

    /// <summary>Workers that read the listing at once, where it has scopes or its range an order. Default 8.</summary>
    public int Parallel { get; init; } = 8;

    /// <summary>
    /// How far an incremental reading goes back before the last one began. Covers clocks that differ and records that
    /// a vendor shows late. Default 10 minutes.
    /// </summary>
    public TimeSpan Overlap { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// The filter from the settings, in the vendor's syntax; null for all records. When it changes, everything is read again,
    /// and records no longer found do not count as gone.
    /// </summary>
    public string? Filter { get; init; }

    /// <summary>Records before this are not read, where the listing can be filtered; null reads all.</summary>
    public DateTimeOffset? Floor { get; init; }
}

/// <summary>A cheap call that is answered with a number of records.</summary>
/// <param name="Call">The request.</param>
/// <param name="Path">Path of the number in the answer, e.g. <c>info/count</c>.</param>
public sealed record HttpCount(HttpCall Call, string Path);

/// <summary>A vendor's record of what changed.</summary>
/// <param name="Read">
/// Pages of the changes in a window: every key at most once, as it was after its last change there, deletions marked.
/// Reads lazily.
/// </param>
/// <param name="Reach">How long the vendor keeps changes.</param>
public sealed record ChangeFeed(
    Func<HttpExchange, FeedWindow, CancellationToken, IAsyncEnumerable<HttpPage>> Read, TimeSpan Reach)
{
    /// <summary>
    /// Whether it shows new records as well. An incremental reading then reads the changes alone and lists nothing.
    /// Default false.
    /// </summary>
    public bool ShowsNew { get; init; }

    /// <summary>
    /// Whether it gives records as they were when they changed, and not as they are now. The cursor then keeps how recent the
    /// rows may be, for <see cref="FeedWindow.Rows"/>. Default false.
    /// </summary>
    public bool HoldsSnapshots { get; init; }

    /// <summary>A cursor that comes this near to the reach is given up, so that a reading has time to end.</summary>
    public TimeSpan Margin { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Changes are read oldest window first; a reading resumes at a window. Default one day.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromDays(1);
}

/// <summary>A range of whole seconds since 1970 UTC, [from, to), whose changes are read.</summary>
/// <param name="From">First second.</param>
/// <param name="To">First second after the range; null for no end.</param>
public sealed record FeedWindow(long From, long? To)
{
    /// <summary>What the listing of the same reading asks for separately, e.g. locations; null where it is one list.</summary>
    public IReadOnlyList<string>? Scopes { get; init; }

    /// <summary>What the rows may know already. Default: as little as possible, so that every snapshot is taken.</summary>
    public RowAges Rows { get; init; } = new();
}
