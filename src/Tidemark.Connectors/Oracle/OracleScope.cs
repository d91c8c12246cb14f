namespace Tidemark.Connectors.Oracle;

/// <summary>
/// Which opportunities a listing shows. Without a finder the service may show only open ones of the user's own in the
/// current period.
/// </summary>
internal static class OracleScope
{
    public const string WidestFinder = "MyOpportunitiesFinder;RecordSet='ALLOPTIES'";

    /// <summary>A sentence for the preflight: everything, or a warning that records stay outside.</summary>
    public static string Describe(OracleOptions options)
    {
        if (FilterOf(options) is not { } by) return "all opportunities that the user may see";
        return $"WARNING: narrowed by {by}; opportunities outside of it are not read, "
            + "and a full reading counts them as deleted";
    }

    /// <summary>What narrows the opportunities; null where the listing shows all that the user may see.</summary>
    public static string? FilterOf(OracleOptions options)
    {
        var isWide = options.OpportunityFinder is WidestFinder or "MyOpportunitiesFinder;RecordSet='ALL'";
        var isWidened = options.OpportunityQuery.Replace(" ", "", StringComparison.Ordinal) is "" or "RecordSet='ALL'";
        return isWide && isWidened ? null : string.Join(" and ", new[]
        {
            isWide ? null : options.OpportunityFinder.Length == 0 ? "no finder" : options.OpportunityFinder,
            isWidened ? null : options.OpportunityQuery,
        }.OfType<string>());
    }
}
