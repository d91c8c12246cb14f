using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Stripe.Events;

/// <summary>The events since the start. Stripe shows those of the last 30 days.</summary>
internal sealed class EventLog(StripeWorld world, TimeProvider clock)
{
    private static readonly TimeSpan Visible = TimeSpan.FromDays(30);

    private readonly Lock _gate = new();
    private readonly List<StripeEvent> _events = [];

    /// <summary>Rendered in this version from now on.</summary>
    public string ApiVersion { get; set; } = StripeVersion.Current;

    public void Add(string type, byte[] snapshot, byte[]? previous)
    {
        var version = ApiVersion;
        if (version != StripeVersion.Current) snapshot = OlderShape.Of(snapshot);
        lock (_gate)
        {
            _events.Add(new(_events.Count, clock.GetUtcNow().ToUnixTimeSeconds(), type, version, snapshot, previous));
        }
    }

    /// <summary>Null when there is no such event, or no longer.</summary>
    public StripeEvent? Find(string id)
    {
        if (!world.EventIds.TryIndex(id, out var index)) return null;
        lock (_gate) return index < _events.Count && IsVisible(_events[(int)index]) ? _events[(int)index] : null;
    }

    /// <summary>Visible events of a range, in the order in which the range is read.</summary>
    public List<StripeEvent> Read(RecordRange range, Predicate<string> type, int limit)
    {
        lock (_gate)
        {
            var inOrder = range.FromOldest ? _events : Enumerable.Reverse(_events);
            return
            [
                .. inOrder
                    .Where(one => IsVisible(one) && type(one.Type) && IsWithin(range, new(one.Created, one.Index)))
                    .Take(limit),
            ];
        }
    }

    private static bool IsWithin(RecordRange range, RecordKey key) => key > range.After && key < range.Before;

    private bool IsVisible(StripeEvent one) =>
        one.Created >= (clock.GetUtcNow() - Visible).ToUnixTimeSeconds();
}
