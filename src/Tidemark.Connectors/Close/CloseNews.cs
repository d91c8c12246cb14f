using System.Globalization;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Close;

/// <summary>What the events of a range say became of the objects of one stream.</summary>
internal sealed class CloseNews(CloseFeed feed)
{
    private readonly Dictionary<string, Last> _objects = new(StringComparer.Ordinal);
    private readonly HashSet<string> _leads = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> _seen = new(StringComparer.Ordinal);

    /// <summary>Objects that seem gone: their last event is the deletion, and no other came at the same time.</summary>
    public IEnumerable<string> Deleted => _objects.Where(entry => entry.Value.IsDeleted).Select(entry => entry.Key);

    /// <summary>Objects to be read: those that changed since they were seen last.</summary>
    public IEnumerable<string> Changed => _objects
        .Where(entry => !entry.Value.IsDeleted
            && !(_seen.TryGetValue(entry.Key, out var seen) && seen >= entry.Value.At))
        .Select(entry => entry.Key);

    /// <summary>
    /// Leads whose records changed without an event of their own: they were another's until it was merged into this one, or show a name
    /// that is another now.
    /// </summary>
    public IEnumerable<string> Leads => _leads;

    /// <summary>Whether records of any lead may have changed without an event: those of a status that is called otherwise now.</summary>
    public bool ConcernsAll { get; private set; }

    /// <summary>Notes the objects of a page that is given away as it is.</summary>
    public void Saw(HttpPage page)
    {
        for (var index = 0; index < page.Records.Count; index++)
        {
            if (page.Value(index, "id") is { } id && Instant(page.Value(index, "date_updated")) is { } at)
                _seen[id] = at;
        }
    }

    /// <summary>Notes an event of a page.</summary>
    /// <param name="page">A page of the event log.</param>
    /// <param name="index">Index of the event in the page.</param>
    /// <param name="from">Events before this second are ignored.</param>
    public void Heard(HttpPage page, int index, long from)
    {
        if (Instant(page.Value(index, "date_updated")) is not { } at || at.ToUnixTimeSeconds() < from) return;
        var (type, action) = (page.Value(index, "object_type"), page.Value(index, "action"));
        var id = page.Value(index, "object_id");
        var isMerger = type == "lead" && action == "merged";
        if (isMerger && (page.Value(index, "meta/merge_destination_lead_id") ?? id) is { } lead) _leads.Add(lead);
        if (action == "updated" && feed.Copies.Any(copy => copy.ObjectType == type && copy.IsChangedBy(page.Value(index, "changed_fields"))))
        {
            if (page.Value(index, "lead_id") is { } owner) _leads.Add(owner);
            else ConcernsAll = true;
        }

        if (id is null || !feed.Concerns(type)) return;

        var isDeleted = action == "deleted";
        if (!_objects.TryGetValue(id, out var last) || at > last.At) _objects[id] = new(at, isDeleted);
        // The order of two events at one time is unknown across lists; the object itself decides.
        else if (at == last.At && isDeleted != last.IsDeleted) _objects[id] = new(at, false);
    }

    private static DateTimeOffset? Instant(string? wire) => DateTimeOffset.TryParse(
        wire, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant) ? instant : null;

    private readonly record struct Last(DateTimeOffset At, bool IsDeleted);
}
