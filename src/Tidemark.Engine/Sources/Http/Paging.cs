using System.Globalization;

namespace Tidemark.Engine.Sources.Http;

/// <summary>How a vendor says whether and where a listing goes on.</summary>
/// <param name="Next">Position after a page, or null where the vendor gives none. Pure.</param>
/// <param name="HasMore">Whether the vendor announces more pages. Pure.</param>
public sealed record Paging(Func<Slice, HttpPage, string?> Next, Func<HttpPage, bool> HasMore)
{
    /// <summary>Everything comes in one page.</summary>
    public static readonly Paging None = new((_, _) => null, _ => false);

    /// <summary>Scalars of the envelope that the two functions read.</summary>
    public IReadOnlyList<string> Picks { get; init; } = [];

    /// <summary>
    /// Whether <see cref="Next"/> alone says where the end is: a listing then goes on after a short or an empty page as
    /// long as there is a position. Default: a page that is not full and claims no more is the end.
    /// </summary>
    public bool EndsByPosition { get; init; }

    /// <summary>
    /// Whether an empty page that claims more, and gives no new position, is the end where asking again does not change it:
    /// some servers claim more on every page. Default false: the reading fails.
    /// </summary>
    public bool MayAlwaysClaimMore { get; init; }

    /// <summary>
    /// Whether a position may ask once more for a part of what a page has shown: the same page for two positions is no
    /// fault then. Default false.
    /// </summary>
    public bool Narrows { get; init; }

    /// <summary>
    /// Whether a position counts what came before it, so that a record that goes meanwhile lets another slip onto the page that was
    /// read: an end that was reached so is not proven, and no number of records proves it, as that is one less too. Default never. Pure.
    /// </summary>
    public Func<string, bool> Counts { get; init; } = _ => false;

    /// <summary>Whether a position is refused once the range of the call changes, as tokens are.</summary>
    public bool BindsPosition { get; init; }

    /// <summary>
    /// The position is a property of the last record, e.g. its id. The flag of the envelope is not relied on: the list ends
    /// where nothing follows its last record.
    /// </summary>
    public static Paging ByLastRecord(string path, string hasMore) =>
        new((_, page) => page.Last(path), page => page[hasMore] == "true") { Picks = [hasMore], EndsByPosition = true };

    /// <summary>The position is a token or cursor of the envelope; its absence is the end.</summary>
    /// <param name="token">Path of the token, e.g. <c>info/next_page_token</c>.</param>
    /// <param name="hasMore">Path of a flag that decides in the token's place, for vendors that always send a token.</param>
    public static Paging ByToken(string token, string? hasMore = null) =>
        new((_, page) => page[token] is { Length: > 0 } next ? next : null,
            page => hasMore is null ? page[token] is { Length: > 0 } : page[hasMore] == "true")
        {
            Picks = hasMore is null ? [token] : [token, hasMore],
            BindsPosition = true,
        };

    /// <summary>
    /// The position counts the records read so far. The flag of the envelope is not relied on: the list ends where an offset
    /// finds nothing.
    /// </summary>
    public static Paging ByOffset(string hasMore) =>
        new((slice, page) => page.Records.Count == 0
                ? null : (Offset(slice) + page.Records.Count).ToString(CultureInfo.InvariantCulture),
            page => page[hasMore] == "true")
        {
            Picks = [hasMore],
            EndsByPosition = true,
        };

    /// <summary>Records that <see cref="ByOffset"/> counted so far.</summary>
    public static long Offset(Slice slice) =>
        slice.Position is { } read ? long.Parse(read, CultureInfo.InvariantCulture) : 0;
}
