using System.Globalization;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Records;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Zoho;

/// <summary>
/// How Zoho's lists continue: by the token of the page before, which reaches 100,000 records. A list without a token
/// continues by page number, which reaches 2,000; one in the order of changes goes on from the last change that was seen, as a record
/// that goes or changes meanwhile would let another slip onto a page that was read.
/// </summary>
/// <remarks>https://www.zoho.com/crm/developer/docs/api/v8/get-records.html.</remarks>
internal static class ZohoPaging
{
    /// <summary>The order of lists that have one.</summary>
    public static readonly ListingRange Changes = new("Modified_Time", WireTime.Iso8601, RangeOrder.OldestFirst);

    private const string Token = "info/next_page_token";
    private const string More = "info/more_records";
    private const char Number = '#';
    private const char Since = '@';

    /// <summary>No record has been found.</summary>
    /// <remarks>https://www.zoho.com/crm/developer/docs/api/v8/status-codes.html.</remarks>
    public static readonly int[] NoRecords = [204];

    // 304 answers If-Modified-Since, and nothing else.
    private static readonly int[] NoChanges = [204, 304];

    public static readonly Paging ByTokenOrNumber = ByToken((slice, _) => $"{Number}{PageOf(slice) + 1}");

    public static readonly Paging ByTokenOrChange = ByToken(NextChange);

    /// <summary>The call for the page that a slice stands at, of what changed since the slice begins.</summary>
    public static HttpCall Page(HttpCall list, Slice slice, int pageSize)
    {
        var token = slice.Position is { } position && !Counts(position) ? position : null;
        var (since, number) = (SinceOf(slice) ?? slice.From, PageOf(slice));
        list = list with { EmptyStatuses = since is null ? NoRecords : NoChanges };
        return list.With("per_page", pageSize)
            .With("page_token", token)
            .With("page", token is null && number > 1 ? number : null)
            .WithHeader("If-Modified-Since", since is { } from ? ZohoQuery.Time(from) : null);
    }

    /// <summary>
    /// Whether a token is no longer good: a day old, of another request, or at the end of its 100,000 records. The list
    /// is in the order of changes, so the reading resumes from the last change seen.
    /// </summary>
    public static bool LosesPosition(TidemarkException failure) => failure.Code is "zoho.expired_value"
        or "zoho.token_bound_data_mismatch" or "zoho.pagination_limit_exceeded" or "zoho.discrete_pagination_limit_exceeded";

    private static Paging ByToken(Func<Slice, HttpPage, string> otherwise) =>
        new((slice, page) => page[Token] is { Length: > 0 } token ? token : page[More] == "true" ? otherwise(slice, page) : null, page => page[More] == "true")
        {
            Picks = [Token, More],
            BindsPosition = true,
            // Records that come twice would hide as many that never came.
            Counts = Counts,
        };

    private static bool Counts(string position) => position[0] is Number or Since;

    /// <summary>The second before the last change of the page, in case only later changes are given; within one second, the next page of it.</summary>
    private static string NextChange(Slice slice, HttpPage page)
    {
        var since = SinceOf(slice) ?? slice.From;
        var next = Changes.Seconds(page.Last(Changes.Path)) - 1;
        if (next is { } later && (since is null || later > since)) return string.Create(CultureInfo.InvariantCulture, $"{Since}{later}");
        var number = $"{Number}{PageOf(slice) + 1}";
        return SinceOf(slice) is { } same ? string.Create(CultureInfo.InvariantCulture, $"{Since}{same}{number}") : number;
    }

    /// <summary>The second from which a list is asked that goes on from a change; null where it does not.</summary>
    private static long? SinceOf(Slice slice) =>
        slice.Position is [Since, ..] position ? long.Parse(position[1..].Split(Number)[0], CultureInfo.InvariantCulture) : null;

    private static int PageOf(Slice slice) =>
        slice.Position?.IndexOf(Number, StringComparison.Ordinal) is { } at and >= 0 && Counts(slice.Position)
            ? int.Parse(slice.Position.AsSpan(at + 1), CultureInfo.InvariantCulture) : 1;
}
