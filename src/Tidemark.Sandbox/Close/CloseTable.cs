using System.Text.Json;
using System.Text.Json.Nodes;
using Tidemark.Sandbox.Close.Shapes;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Close;

/// <summary>The records of one kind, found by their times and by the lead that they belong to.</summary>
internal sealed class CloseTable(CloseRecords kind, CloseWorld world)
{
    private static readonly RecordFilter Untouched = new("id", _ => true, _ => false);

    private readonly Lock _gate = new();
    private readonly HashSet<long> _touched = [];

    public CloseRecords Kind => kind;

    public RecordStream Stream { get; } = new(kind);

    /// <summary>Remembers that a record is no longer as it was seeded.</summary>
    public void Touch(long index)
    {
        lock (_gate) _touched.Add(index);
    }

    /// <summary>Up to <paramref name="limit"/> records, in order of a time.</summary>
    /// <param name="field"><c>date_created</c> or <c>date_updated</c>.</param>
    /// <param name="range">Range of the records.</param>
    /// <param name="oldestFirst">In which order, and from which end.</param>
    /// <param name="limit">How many.</param>
    public List<RecordEntry> Read(string field, RecordRange range, bool oldestFirst, int limit)
    {
        range = range with { FromOldest = oldestFirst };
        if (field == "date_created")
        {
            var found = Stream.Read(range, limit);
            if (oldestFirst) found.Reverse();
            return found;
        }

        // What was never touched was updated when it was created.
        var keyed = Stream.Read(range with { Filters = [.. range.Filters, Untouched] }, limit)
            .Select(entry => (entry.Key, Entry: entry))
            .Concat(Touched()
                .Select(entry => (Key: UpdatedAt(entry), Entry: entry))
                .Where(one => one.Key > range.After && one.Key < range.Before
                    && range.Filters.All(filter => filter.Passes(one.Entry))));
        var ordered = oldestFirst ? keyed.OrderBy(one => one.Key) : keyed.OrderByDescending(one => one.Key);
        return [.. ordered.Take(limit).Select(one => one.Entry)];
    }

    /// <summary>How many records a range of a time has, without regard to filters.</summary>
    public long CountIn(string field, RecordRange range) => field == "date_created"
        ? Stream.CountIn(range) : Read(field, range with { Filters = [] }, oldestFirst: true, int.MaxValue).Count;

    /// <summary>Where a record stands in the order of a time.</summary>
    public static RecordKey KeyOf(string field, RecordEntry entry) =>
        field == "date_created" || entry.Changed is null ? entry.Key : UpdatedAt(entry);

    /// <summary>The records that belong to a lead.</summary>
    public IReadOnlyList<RecordEntry> OfLead(string lead)
    {
        var found = new SortedDictionary<long, RecordEntry>();
        if (world.LeadIds.TryIndex(lead, out var index) && index < world.Leads.Count)
        {
            var end = world.FirstChild(kind.Timeline, index + 1);
            for (var child = world.FirstChild(kind.Timeline, index); child < end; child++) Consider(Stream.At(child));
        }

        foreach (var entry in Touched()) Consider(entry);
        return [.. found.Values];

        void Consider(RecordEntry entry)
        {
            if (!entry.IsDeleted && Json(entry)["lead_id"]?.ToString() == lead) found[entry.Index] = entry;
        }
    }

    /// <summary>The whole record.</summary>
    public JsonObject Json(RecordEntry entry)
    {
        using var buffer = new JsonBuffer(4096);
        Stream.Write(buffer, entry, Form.Complete);
        return JsonNode.Parse(buffer.Written.Span)!.AsObject();
    }

    private List<RecordEntry> Touched()
    {
        lock (_gate) return [.. _touched.Order().Select(Stream.At).Where(entry => !entry.IsDeleted)];
    }

    private static RecordKey UpdatedAt(RecordEntry entry)
    {
        using var json = JsonDocument.Parse(entry.Changed!.Json!);
        return json.RootElement.TryGetProperty("date_updated", out var updated)
            ? new(CloseQuery.Second("date_updated", updated.GetString()!), entry.Index) : entry.Key;
    }
}
