using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Sources.Http;

/// <summary>A list that a vendor gives in pages.</summary>
/// <param name="Records">Path of the array of records in a page, e.g. <c>data</c>; empty where the page is the array.</param>
/// <param name="Call">The request for the page that a slice stands at. Pure: the same slice, the same call.</param>
/// <param name="Paging">How pages follow each other.</param>
public sealed record HttpListing(string Records, Func<Slice, HttpCall> Call, Paging Paging)
{
    /// <summary>
    /// Property of each array element that is the record, e.g. <c>node</c>; null where it is the element.
    /// </summary>
    public string? Record { get; init; }

    /// <summary>True where the vendor leaves the array out when there are no records.</summary>
    public bool OmitsEmpty { get; init; }

    /// <summary>
    /// Records that a full page has. A full page that claims to be the last is asked about once more, where it gives a
    /// position: vendors have been wrong about that. Default 100.
    /// </summary>
    public int PageSize { get; init; } = 100;

    /// <summary>Path of what identifies a record, to see that a page came twice. Default <c>id</c>.</summary>
    public string Identity { get; init; } = "id";

    /// <summary>
    /// The time that the list can be filtered by; null where it cannot, and is read whole every time.
    /// </summary>
    public ListingRange? Range { get; init; }

    /// <summary>What shows that the list is at its end. Default: the vendor's word alone.</summary>
    public ListEnd End { get; init; } = new(EndProof.Word, "");

    /// <summary>
    /// Path of the number of all records in a page, where the vendor gives one: the reading has to come to it. Only for a
    /// list that is read in one go, not in ranges.
    /// </summary>
    public string? Total { get; init; }

    /// <summary>A call for that number, asked once at the end of a list that was read from its beginning; null for none.</summary>
    public HttpCount? Counted { get; init; }

    /// <summary>
    /// Whether a failure means that the position is no longer valid (its record was deleted, its token has expired, an
    /// offset has its limit). The slice then goes on by its range, or begins again. Pure.
    /// </summary>
    public Func<TidemarkException, bool> LosesPosition { get; init; } = _ => false;

    /// <summary>
    /// What the list is asked for separately, e.g. locations; it becomes the <see cref="Slice.Scope"/> of slices. A scope that
    /// is missing later keeps rows from being taken for gone. Null where the list is one.
    /// </summary>
    public Func<HttpExchange, CancellationToken, Task<IReadOnlyList<string>>>? Scopes { get; init; }

    /// <summary>Scopes per call, and per slice, separated by commas. Default 1.</summary>
    public int ScopesAtOnce { get; init; } = 1;

    internal PageShape Shape => new(Records, Total is null || Paging.Picks.Contains(Total) ? Paging.Picks : [.. Paging.Picks, Total])
    {
        Record = Record,
        OmitsEmpty = OmitsEmpty,
        IsolatesFlaws = true,
    };
}
