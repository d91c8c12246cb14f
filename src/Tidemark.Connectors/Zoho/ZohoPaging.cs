using System.Globalization;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Zoho;

/// <summary>
/// How Zoho's lists continue: by the token of the page before, which reaches 100,000 records. A list without a token
/// continues by page number, which reaches 2,000.
/// </summary>
/// <remarks>https://www.zoho.com/crm/developer/docs/api/v8/get-records.html.</remarks>
internal static class ZohoPaging
{
    private const string Token = "info/next_page_token";
    private const string More = "info/more_records";
    private const char Number = '#';

    /// <summary>No record has been found.</summary>
    /// <remarks>https://www.zoho.com/crm/developer/docs/api/v8/status-codes.html.</remarks>
    public static readonly int[] NoRecords = [204];

    // 304 answers If-Modified-Since, and nothing else.
    private static readonly int[] NoChanges = [204, 304];

    public static readonly Paging ByTokenOrNumber = new(Next, page => page[More] == "true")
    {
        Picks = [Token, More],
        BindsPosition = true,
        Counts = IsNumber,
    };

    /// <summary>The call for the page that a slice stands at, of what changed since the slice begins.</summary>
    public static HttpCall Page(HttpCall list, Slice slice, int pageSize)
    {
        var isNumber = slice.Position is { } position && IsNumber(position);
        list = list with { EmptyStatuses = slice.From is null ? NoRecords : NoChanges };
        return list.With("per_page", pageSize)
            .With(isNumber ? "page" : "page_token", isNumber ? slice.Position![1..] : slice.Position)
            .WithHeader("If-Modified-Since", slice.From is { } from ? ZohoQuery.Time(from) : null);
    }

    /// <summary>
    /// Whether a token is no longer good: a day old, of another request, or at the end of its 100,000 records. The list
    /// is in the order of changes, so the reading resumes from the last change seen.
    /// </summary>
    public static bool LosesPosition(TidemarkException failure) => failure.Code is "zoho.expired_value"
        or "zoho.token_bound_data_mismatch" or "zoho.pagination_limit_exceeded" or "zoho.discrete_pagination_limit_exceeded";

    private static bool IsNumber(string position) => position.StartsWith(Number);

    private static string? Next(Slice slice, HttpPage page)
    {
        if (page[Token] is { Length: > 0 } token) return token;
        if (page[More] != "true") return null;
        if (slice.Position is null) return $"{Number}2";
        if (!IsNumber(slice.Position)) return null;
        var number = int.Parse(slice.Position.AsSpan(1), CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture, $"{Number}{number + 1}");
    }
}
