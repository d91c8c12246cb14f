using System.Globalization;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Records;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Zoho;

/// <summary>
/// Finds the records of a module that meet criteria, by search, where the CRM does not answer queries. A search ends
/// after 2,000 records without a word and is in no order, so it is asked for windows of time that fit one page, halved
/// until they do: then nothing can be cut off, and nothing shifts from one page to another.
/// </summary>
/// <remarks>https://www.zoho.com/crm/developer/docs/api/v8/search-records.html.</remarks>
internal static class ZohoSearch
{
    private const int Cap = 2000;
    private const string More = "info/more_records";

    private static readonly ListingRange Changes = new("Modified_Time", WireTime.Iso8601, RangeOrder.Unordered);

    public static HttpListing Listing(ZohoModule module, ZohoCriteria criteria, int pageSize) =>
        new("data", slice => Call(module, criteria, Window.Of(slice), pageSize),
            new Paging((slice, page) => Next(module, slice, page, pageSize)?.ToString(), page => page[More] == "true")
            {
                Picks = [More],
                EndsByPosition = true,
                Narrows = true,
            })
        {
            PageSize = pageSize,
            Range = Changes,
        };

    /// <summary>Criteria as a search takes them: two parts to a bracket.</summary>
    internal static string Text(ZohoCriteria criteria)
    {
        if (criteria is ZohoCriteria.Group group)
            return ZohoQuery.Nest([.. group.Parts.Select(Text)], group.All ? "and" : "or");
        var condition = (ZohoCriteria.Condition)criteria;
        return $"({condition.Field}:{condition.Comparison}:{string.Join(',', condition.Values.Select(Escape))})";
    }

    private static HttpCall Call(ZohoModule module, ZohoCriteria criteria, Window window, int pageSize)
    {
        var from = ZohoQuery.Time(window.From);
        var time = window.End is { } end
            ? $"(Modified_Time:between:{from},{ZohoQuery.Time(end - 1)})" : $"(Modified_Time:greater_equal:{from})";
        return module.Search
            .With("criteria", ZohoQuery.Nest([Text(criteria), time], "and"))
            .With("per_page", pageSize)
            .With("page", window.Page);
    }

    private static Window? Next(ZohoModule module, Slice slice, HttpPage page, int pageSize)
    {
        var window = Window.Of(slice);
        var isFull = page.Records.Count >= pageSize || page[More] == "true";
        if (window.Page is null && isFull)
        {
            // What cannot be halved is one second. Its pages are read from the last to the first: a record that is
            // changed meanwhile leaves them, and moves others only to where they are still to be read.
            var newest = Enumerable.Range(0, page.Records.Count).Max(index => Changes.Seconds(page.Value(index, Changes.Path)));
            if (newest is null || newest < window.From) throw Unfiltered(module);
            return window.Halve(newest.Value) ?? window with { Page = Cap / pageSize };
        }

        if (isFull && window.Page == Cap / pageSize) throw Capped(module, window.From);
        return window.Page > 1 ? window with { Page = window.Page - 1 } : window.Rest(slice.To);
    }

    private static string Escape(string value) =>
        string.Concat(value.Select(letter => letter is '(' or ')' or ',' or '\\' ? $"\\{letter}" : $"{letter}"));

    private static TidemarkException Unfiltered(ZohoModule module) =>
        new(FailureKind.Upstream, "zoho.search_unfiltered",
            $"A search gave records of {module.ApiName} that were changed before the time that was asked for.")
        {
            Hint = "Make a refresh token with ZohoCRM.coql.READ, so that queries can be asked in place of searches.",
        };

    private static TidemarkException Capped(ZohoModule module, long second) =>
        new(FailureKind.Upstream, "zoho.search_capped",
            $"More records of {module.ApiName} were changed at {ZohoQuery.Time(second)} than a search gives.")
        {
            Hint = "Make a refresh token with ZohoCRM.coql.READ: queries have no such limit.",
        };

    /// <summary>The current window and those after it.</summary>
    /// <param name="From">Start of the window, in Unix seconds.</param>
    /// <param name="Ends">End of this window, then those of the windows after it, in Unix seconds; the last one is open.</param>
    /// <param name="Page">Page number within a second that has more than one page; else null.</param>
    private sealed record Window(long From, IReadOnlyList<long> Ends, int? Page)
    {
        private const char Between = '|';

        public long? End => Ends.Count > 0 ? Ends[0] : null;

        /// <summary>The window at which a slice stands. One that a query began goes on at the second that it reached.</summary>
        public static Window Of(Slice slice) => slice.Position?.Split(Between) is [var from, var ends, var page]
            ? new(Number(from), [.. ends.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Number)],
                page.Length > 0 ? (int)Number(page) : null)
            : new(slice.At ?? slice.From ?? 0, slice.To is { } end ? [end] : [], null);

        /// <summary>The first half; null where that is less than a second.</summary>
        /// <param name="newest">Change of the newest record that was seen, in Unix seconds: halves a window without end.</param>
        public Window? Halve(long newest)
        {
            var seconds = (End ?? Math.Max(newest, From + 1) + 1) - From;
            return seconds < 2 ? null : this with { Ends = [From + (seconds / 2), .. Ends] };
        }

        /// <summary>What comes after this window; null after the last.</summary>
        public Window? Rest(long? last) => End is { } end && end != last ? new(end, [.. Ends.Skip(1)], null) : null;

        public override string ToString() =>
            string.Create(CultureInfo.InvariantCulture, $"{From}{Between}{string.Join(',', Ends)}{Between}{Page}");

        private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
    }
}
