using System.Text.Json;

namespace Tidemark.Sandbox.Zoho;

/// <summary>
/// What differs between accounts, or what the documentation leaves open, as the control port sets it. Times and counts
/// can be made small, so that a limit is met with few records.
/// </summary>
internal sealed class ZohoRules
{
    /// <summary>Records that page numbers reach.</summary>
    public int PageCap { get; private set; } = 2000;

    /// <summary>Records that page tokens reach.</summary>
    public int TokenCap { get; private set; } = 100_000;

    /// <summary>Seconds that a page token is good for.</summary>
    public int PageTokenSeconds { get; private set; } = 86_400;

    /// <summary>Whether lists give page tokens; without them page numbers are all there is.</summary>
    public bool GivesPageTokens { get; private set; } = true;

    /// <summary>Whether nothing changed since is said by 304; else by 204.</summary>
    public bool SaysNotModified { get; private set; } = true;

    /// <summary>How the list of deleted records ends at the cap: <c>none</c> goes on, <c>error</c> refuses, <c>silent</c> just ends.</summary>
    public string DeletedCap { get; private set; } = "none";

    /// <summary>
    /// What becomes of queries: <c>answered</c>, refused for the <c>scope</c> of the token, or <c>unsupported</c> by the edition.
    /// </summary>
    public string Queries { get; private set; } = "answered";

    /// <summary>Records that a search gives.</summary>
    public int SearchCap { get; private set; } = 2000;

    /// <summary>Whether text equality also finds what contains the text, as the search's does.</summary>
    public bool EqualsIsLoose { get; private set; }

    /// <summary>Whether errors of records stand within <c>data</c> instead of at the top.</summary>
    public bool WrapsErrors { get; private set; }

    /// <summary>Whether refusals come under status 200.</summary>
    public bool RefusesUnder200 { get; private set; }

    /// <summary>Status of a write in which only some records passed.</summary>
    public int PartialStatus { get; private set; } = 207;

    /// <summary>Value of <c>X-API-CREDITS-REMAINING</c>; null leaves the header out.</summary>
    public int? CreditsRemaining { get; private set; }

    /// <summary>Ids whose next write is refused as locked.</summary>
    public HashSet<string> LockedOnce { get; } = new(StringComparer.Ordinal);

    public bool TrySet(string setting, JsonElement value)
    {
        switch (setting, value.ValueKind)
        {
            case ("page_cap", JsonValueKind.Number): PageCap = value.GetInt32(); return true;
            case ("page_token_cap", JsonValueKind.Number): TokenCap = value.GetInt32(); return true;
            case ("page_token_seconds", JsonValueKind.Number): PageTokenSeconds = value.GetInt32(); return true;
            case ("page_tokens", JsonValueKind.True or JsonValueKind.False): GivesPageTokens = value.GetBoolean(); return true;
            case ("not_modified", JsonValueKind.True or JsonValueKind.False): SaysNotModified = value.GetBoolean(); return true;
            case ("deleted_cap", JsonValueKind.String): DeletedCap = value.GetString()!; return true;
            case ("queries", JsonValueKind.String) when value.GetString() is "answered" or "scope" or "unsupported":
                Queries = value.GetString()!;
                return true;
            case ("search_cap", JsonValueKind.Number): SearchCap = value.GetInt32(); return true;
            case ("loose_equals", JsonValueKind.True or JsonValueKind.False): EqualsIsLoose = value.GetBoolean(); return true;
            case ("wrap_errors", JsonValueKind.True or JsonValueKind.False): WrapsErrors = value.GetBoolean(); return true;
            case ("refuse_under_200", JsonValueKind.True or JsonValueKind.False): RefusesUnder200 = value.GetBoolean(); return true;
            case ("partial_status", JsonValueKind.Number): PartialStatus = value.GetInt32(); return true;
            case ("credits_remaining", JsonValueKind.Number): CreditsRemaining = value.GetInt32(); return true;
            case ("credits_remaining", JsonValueKind.Null): CreditsRemaining = null; return true;
            case ("lock_once", JsonValueKind.Array):
                lock (LockedOnce) LockedOnce.UnionWith(value.EnumerateArray().Select(id => id.GetString()!));
                return true;
            default:
                return false;
        }
    }
}
