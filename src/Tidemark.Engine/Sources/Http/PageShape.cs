using System.Text;

namespace Tidemark.Engine.Sources.Http;

/// <summary>Where a page has its records, and which scalars of its envelope decide how to go on.</summary>
/// <param name="records">
/// Path of the array of records, e.g. <c>data</c> or <c>data/items/edges</c>; empty where the page is the array, or
/// is itself the one record. An object at that place is one record.
/// </param>
/// <param name="picks">Paths of scalars, e.g. <c>has_more</c> or <c>info/next_page_token</c>; at most 31.</param>
public sealed class PageShape(string records, params IReadOnlyList<string> picks)
{
    /// <summary>A page that is itself the record.</summary>
    public static readonly PageShape One = new("");

    /// <summary>Path of the array of records.</summary>
    public string Records => records;

    public IReadOnlyList<string> Picks => picks;

    /// <summary>
    /// Property of each array element that is the record, e.g. <c>node</c>; null where it is the element.
    /// </summary>
    public string? Record { get; init; }

    /// <summary>True where the vendor leaves the array out, or null, when there are no records.</summary>
    public bool OmitsEmpty { get; init; }

    /// <summary>
    /// Whether a record that is no valid JSON is given as it came, so that it alone is refused, and no other. Lists of records
    /// do; else such an answer fails.
    /// </summary>
    public bool IsolatesFlaws { get; init; }

    /// <summary>The records' path, then the picks' paths, in parts.</summary>
    internal byte[][][] Paths { get; } = [.. picks.Prepend(records).Select(Parts)];

    internal byte[]? RecordName => field ??= Record is null ? null : Encoding.UTF8.GetBytes(Record);

    private static byte[][] Parts(string path) =>
        [.. path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Encoding.UTF8.GetBytes)];
}
