using Tidemark.Engine.Records;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Close;

/// <summary>What can be read from Close, and how each stream's changes are learnt.</summary>
/// <remarks>https://developer.close.com/api/resources.</remarks>
internal static class CloseStreams
{
    private const string Root = CloseConnector.Root;
    private const string Created = "date_created";
    private const string Updated = "date_updated";
    private const int MaxAddress = 1_800;

    /// <summary>Custom fields of one kind, which is the slice's scope. Not every kind takes a size of pages.</summary>
    public static readonly HttpListing CustomFields =
        ClosePaging.ByCount(slice => HttpCall.Get($"{Root}/custom_field/{slice.Scope}/"), pageSize: null) with
        {
            Scopes = (_, _) => Task.FromResult(CloseCustomField.Kinds),
        };

    public static IReadOnlyList<HttpStream> All(CloseOptions options, IReadOnlyList<CloseCustomField> custom) =>
    [
        Searched(options, With(CloseSchemas.Leads, custom, "lead"), CloseFeeds.Leads, ofLead: null),
        Searched(options, With(CloseSchemas.Contacts, custom, "contact"), CloseFeeds.Contacts,
            lead => ClosePaging.ByCount(_ => HttpCall.Get($"{Root}/contact/").With("lead_id", lead), options.PageSize)),
        Opportunities(options, With(CloseSchemas.Opportunities, custom, "opportunity")),
        Activities(options, With(CloseSchemas.Activities, custom, "activity")),
        Tasks(options, CloseSchemas.Tasks),
        Whole(CloseSchemas.Users, ClosePaging.ByCount(_ => HttpCall.Get($"{Root}/user/"), options.PageSize)),
        Whole(CloseSchemas.CustomFields, CustomFields) with { ScopeField = "kind", Parallel = 2 },
        Whole(CloseSchemas.Pipelines, ClosePaging.ByCount(_ => HttpCall.Get($"{Root}/pipeline/"), null)),
        Whole(CloseSchemas.LeadStatuses, ClosePaging.ByCount(_ => HttpCall.Get($"{Root}/status/lead/"), null)),
        Whole(CloseSchemas.OpportunityStatuses,
            ClosePaging.ByCount(_ => HttpCall.Get($"{Root}/status/opportunity/"), null)),
    ];

    private static HttpStream Searched(
        CloseOptions options, StreamSchema schema, CloseFeed feed, Func<string, HttpListing>? ofLead)
    {
        var objectType = feed.ObjectType;
        IReadOnlyList<string> fields = FieldsOf(schema);
        return Changing(options, schema, By(Created), feed with
        {
            Updated = By(Updated),
            Fields = fields.ToHashSet(StringComparer.Ordinal),
            One = id => WithFields(HttpCall.Get($"{Root}/{objectType}/{Uri.EscapeDataString(id)}/"), fields),
            OfLead = ofLead is null ? null : lead =>
            {
                var list = ofLead(lead);
                return list with { Call = slice => WithFields(list.Call(slice), fields) };
            },
        }) with
        {
            Probes = [CloseSearch.Of(objectType, Created, ["id"], 1).Call(new Slice())],
            Count = CloseSearch.Count(objectType, Created, Floor(options)?.ToUnixTimeSeconds()),
        };

        HttpListing By(string time) => CloseSearch.Of(objectType, time, fields, options.SearchPageSize);
    }

    private static HttpStream Opportunities(CloseOptions options, StreamSchema schema)
    {
        var list = HttpCall.Get($"{Root}/opportunity/");
        return Changing(options, schema, By(Created), CloseFeeds.Opportunities with
        {
            Updated = By(Updated),
            One = id => HttpCall.Get($"{Root}/opportunity/{Uri.EscapeDataString(id)}/"),
            OfLead = lead => ClosePaging.ByCount(_ => list.With("lead_id", lead), options.PageSize),
        }) with
        {
            Probes = [list.With("_limit", 1)],
            Count = new HttpCount(
                list.With($"{Created}__gte", ClosePaging.Instant(Floor(options)?.ToUnixTimeSeconds())).With("_limit", 1),
                "total_results"),
        };

        HttpListing By(string time) =>
            ClosePaging.ByTime(list.With("_order_by", time), time, RangeOrder.OldestFirst, options.PageSize);
    }

    /// <summary>Activities of all types come newest first, and can be filtered by their creation only.</summary>
    private static HttpStream Activities(CloseOptions options, StreamSchema schema)
    {
        var list = HttpCall.Get($"{Root}/activity/");
        var listing = ClosePaging.ByTime(list, Created, RangeOrder.NewestFirst, options.PageSize);
        return Changing(options, schema, listing, Family(CloseFeeds.Activities, list, options)) with
        {
            Probes = [list.With("_limit", 1)],
        };
    }

    private static HttpStream Tasks(CloseOptions options, StreamSchema schema)
    {
        // Without it only tasks of the type "lead" come.
        var list = HttpCall.Get($"{Root}/task/").With("_type", "all");
        var ordered = list.With("_order_by", Created);
        var listing = ClosePaging.ByTime(ordered, Created, RangeOrder.OldestFirst, options.PageSize);
        return Changing(options, schema, listing, Family(CloseFeeds.Tasks, list, options)) with
        {
            Probes = [list.With("_limit", 1)],
        };
    }

    private static CloseFeed Family(CloseFeed feed, HttpCall list, CloseOptions options) => feed with
    {
        Many = ids => ClosePaging.ByCount(_ => list.With("id__in", ids), options.PageSize),
        OfLead = lead => ClosePaging.ByCount(_ => list.With("lead_id", lead), options.PageSize),
    };

    private static HttpStream Changing(
        CloseOptions options, StreamSchema schema, HttpListing listing, CloseFeed feed)
    {
        var floor = Floor(options);
        return new HttpStream(schema, listing)
        {
            Changes = new ChangeFeed(new CloseEvents(feed, listing, floor?.ToUnixTimeSeconds()).ReadAsync, CloseEvents.Reach),
            Parallel = options.Parallel,
            Overlap = options.Overlap,
            Floor = floor,
        };
    }

    private static DateTimeOffset? Floor(CloseOptions options) => options.StartDate is { } day
        ? new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero) : null;

    /// <summary>A short list, read whole every time.</summary>
    private static HttpStream Whole(StreamSchema schema, HttpListing listing) => new(schema, listing);

    private static StreamSchema With(StreamSchema schema, IReadOnlyList<CloseCustomField> custom, string on) =>
        schema.With(CloseCustomField.Columns(custom, on, schema.Fields.Select(field => field.Name)));

    /// <summary>
    /// The properties that a search is to give: those of the columns, and the older form of custom fields.
    /// </summary>
    private static List<string> FieldsOf(StreamSchema schema) =>
        [.. schema.Fields.Select(field => field.Path.Split('/')[0]).Distinct(StringComparer.Ordinal), "custom"];

    /// <summary>
    /// The same call for these fields only. Where the address would be longer than Close advises, all fields come, and
    /// the others are left out here.
    /// </summary>
    private static HttpCall WithFields(HttpCall call, IReadOnlyList<string> fields)
    {
        var narrow = call.With("_fields", string.Join(',', fields));
        return narrow.Target.Length <= MaxAddress ? narrow : call;
    }
}
