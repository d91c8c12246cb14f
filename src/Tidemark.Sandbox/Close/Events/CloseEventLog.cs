namespace Tidemark.Sandbox.Close.Events;

/// <summary>All events since the start; Close shows those of the last 30 days.</summary>
internal sealed class CloseEventLog(TimeProvider clock)
{
    private static readonly TimeSpan Visible = TimeSpan.FromDays(30);
    private static readonly TimeSpan Consolidated = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly List<CloseEvent> _events = [];
    private long _number;

    /// <summary>Adds an event; several updates of one object in a row become one, which moves to the end.</summary>
    public void Add(
        string objectType, string action, string objectId, string? leadId, IReadOnlyCollection<string> changed, string data, string meta = "{}")
    {
        var now = clock.GetUtcNow();
        lock (_gate)
        {
            var last = _events.FindLastIndex(one => one.ObjectId == objectId);
            if (action == "updated" && last >= 0 && _events[last] is { Action: "updated" } before
                && now - before.Updated < Consolidated)
            {
                _events.RemoveAt(last);
                _events.Add(before with { Updated = now, Changed = [.. before.Changed.Union(changed)], Data = data });
                return;
            }

            _events.Add(new(_number++, objectType, action, objectId, leadId, now, now, [.. changed], data, meta));
        }
    }

    public CloseEvent? Find(Predicate<CloseEvent> isIt)
    {
        lock (_gate) return _events.Find(isIt) is { } one && IsVisible(one) ? one : null;
    }

    /// <summary>Visible events, newest first.</summary>
    public List<CloseEvent> Read(Predicate<CloseEvent> isWanted)
    {
        lock (_gate) return [.. Enumerable.Reverse(_events).Where(one => IsVisible(one) && isWanted(one))];
    }

    private bool IsVisible(CloseEvent one) => one.Updated >= clock.GetUtcNow() - Visible;
}
