using Microsoft.AspNetCore.Http;
using Tidemark.Sandbox.Close.Shapes;
using Tidemark.Sandbox.Faults;
using Tidemark.Sandbox.Records;
using Tidemark.Sandbox.Serving;

namespace Tidemark.Sandbox.Close;

/// <summary>Answers the list of one kind and its single records.</summary>
internal sealed class CloseList(CloseTable table, CloseView view, CloseSettings settings)
{
    // What each kind can be filtered by, besides the lead.
    private readonly bool _hasCreated = table.Kind is OpportunityRecords or ActivityRecords or TaskRecords;
    private readonly bool _hasUpdated = table.Kind is OpportunityRecords or TaskRecords;

    /// <param name="query">Parameters.</param>
    /// <param name="fired">Faults.</param>
    /// <param name="filter">What the address says already.</param>
    public Answer List(CloseQuery query, FiredFaults fired, RecordFilter? filter = null)
    {
        var (limit, skip) = (query.TakeLimit(), query.TakeSkip(settings.MaxSkip));
        if (fired.Has(FaultKind.RepeatPage)) skip = Math.Max(0, skip - limit);
        var fields = query.Take("_fields")?.Split(',');
        var (found, total) = Find(query, filter, skip + limit + 1);
        query.Close();

        var page = found.Skip(skip).Take(limit).ToList();
        var hasMore = found.Count > skip + limit;
        return ClosePage.Answer(
            page, fired, (json, entry) => view.Write(json, table, entry, fields),
            json =>
            {
                json.Raw("\"has_more\":"u8);
                json.Boolean(ClosePage.SaysMore(hasMore, fired));
                // The only list that has it.
                if (table.Kind is OpportunityRecords) json.Add($$""","total_results":{{total()}}""");
            });
    }

    /// <summary>The list of activities of one type.</summary>
    public Answer List(CloseQuery query, FiredFaults fired, string type) =>
        List(query, fired, ((ActivityRecords)table.Kind).OfType([type]));

    public Answer Get(string id, CloseQuery query)
    {
        var fields = query.Take("_fields")?.Split(',');
        query.Close();
        if (!table.Stream.TryFind(id, out var entry) || entry.IsDeleted) throw CloseProblem.Missing();
        var json = new JsonBuffer(4096);
        view.Write(json, table, entry, fields);
        return new(StatusCodes.Status200OK, json);
    }

    /// <summary>Records up to a limit, and how many there are without it.</summary>
    private (List<RecordEntry> Found, Func<long> Total) Find(CloseQuery query, RecordFilter? filter, int limit)
    {
        var order = table.Kind is ActivityRecords || !_hasCreated ? "" : query.Take("_order_by") ?? "";
        if (order.TrimStart('-') is not ("" or "date_created" or "date_updated"))
            throw CloseProblem.Bad($"Cannot order by {order}.");
        if (table.Kind is TaskRecords tasks) filter = query.Take("_type") == "all" ? filter : tasks.LeadTasks;
        var named = _hasCreated ? query.TakeList("id__in") : null;
        var lead = table.Kind.IsOfLead ? query.Take("lead_id") : null;
        var types = table.Kind is ActivityRecords ? query.TakeList("_type") ?? query.TakeList("_type__in") : null;
        if (types is not null && lead is null) throw CloseProblem.Bad("_type can only be used together with lead_id.");
        RecordFilter[] filters = [.. filter is null ? [] : new[] { filter }, .. types is null ? [] : new[] { ((ActivityRecords)table.Kind).OfType(types) }];

        if (named is not null) return All(named.SelectMany(Named));
        if (lead is not null) return All(table.OfLead(lead));

        var created = _hasCreated ? query.TakeRange("date_created") : null;
        var updated = _hasUpdated ? query.TakeRange("date_updated") : null;
        var field = order.Length > 0 ? order.TrimStart('-') : updated is null ? "date_created" : "date_updated";
        if ((field == "date_created" ? updated : created) is not null)
            throw new NotSupportedException("This stand-in filters by the time that it orders by.");
        var range = (field == "date_created" ? created : updated) ?? new RecordRange();
        // Short lists come in the order in which they were made.
        var oldestFirst = order.Length > 0 ? order[0] != '-'
            : table.Kind is ActivityRecords ? settings.ActivityOrder == "oldest" : !_hasCreated;
        return (table.Read(field, range with { Filters = filters }, oldestFirst, limit), () => table.CountIn(field, range));

        (List<RecordEntry> Found, Func<long> Total) All(IEnumerable<RecordEntry> entries)
        {
            var found = entries.Where(Passes).ToList();
            return (found, () => found.Count);
        }

        bool Passes(RecordEntry entry) => filters.All(one => one.Passes(entry));

        IEnumerable<RecordEntry> Named(string id) =>
            table.Stream.TryFind(id, out var entry) && !entry.IsDeleted ? [entry] : [];
    }
}
