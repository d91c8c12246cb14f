using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Zoho;

/// <summary>How a module is read.</summary>
/// <remarks>https://www.zoho.com/crm/developer/docs/api/v8/get-records.html.</remarks>
internal static class ZohoStreams
{
    // more_records has no second witness but the count of the module.
    private static readonly ListEnd End = new(EndProof.Total, "https://www.zoho.com/crm/developer/docs/api/v8/record-count.html");

    // Deletions are listed from a time on, never up to one: a window as long as any sync's pause reads them once.
    private static readonly TimeSpan OneWindow = TimeSpan.FromDays(3650);

    /// <exception cref="Tidemark.Engine.Errors.TidemarkException">Configuration <c>zoho.criteria_invalid</c>.</exception>
    public static HttpStream Of(ZohoModule module, ZohoOptions options)
    {
        var criteria = ZohoCriteria.Of(options.Criteria, module.ApiName);
        var records = new ZohoRecords(module, criteria);
        var listing = criteria is null ? List(module, options.PageSize)
            : module.IsSearched ? ZohoSearch.Listing(module, criteria, options.PageSize)
            : ZohoQuery.Listing(module, criteria, options.PageSize);
        return new HttpStream(module.Schema, listing)
        {
            Complete = records.AreWhole ? null : records.CompleteAsync,
            Changes = new ChangeFeed(new ZohoDeletions(module).ReadAsync, TimeSpan.FromDays(options.DeletedReachDays))
            {
                Window = OneWindow,
            },
            Probes = criteria is null ? [module.List.With("fields", "id").With("per_page", 1)] : [],
            // With criteria it would count what merely contains a text as what equals it.
            Count = listing.Counted,
            // A list has no upper bound to be asked for, so that only queries are read in ranges.
            Parallel = criteria is null ? 1 : options.Parallel,
            Overlap = options.Overlap,
            Filter = criteria is null ? null : ZohoSearch.Text(criteria),
        };
    }

    private static HttpListing List(ZohoModule module, int pageSize)
    {
        var list = module.List.With("fields", module.FieldGroups[0]);
        var counted = new HttpCount(module.Count, "count");
        if (!module.HasModifiedTime)
        {
            return new HttpListing("data", slice => ZohoPaging.Page(list, slice, pageSize), ZohoPaging.ByTokenOrNumber)
            {
                PageSize = pageSize,
                End = End,
                Counted = counted,
            };
        }

        // In the order of changes a record that changes meanwhile moves to the end, where it is read again, and a token
        // that is no longer good has a successor.
        list = list.With("sort_by", "Modified_Time").With("sort_order", "asc");
        return new HttpListing("data", slice => ZohoPaging.Page(list, slice, pageSize), ZohoPaging.ByTokenOrChange)
        {
            PageSize = pageSize,
            End = End,
            Counted = counted,
            Range = ZohoPaging.Changes,
            LosesPosition = ZohoPaging.LosesPosition,
        };
    }
}
