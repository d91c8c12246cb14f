using Tidemark.Sandbox.Oracle.Shapes;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Oracle;

/// <summary>The records of a stream in the order of their last update, oldest first.</summary>
internal sealed class OracleUpdates(OracleRecords kind, RecordStream stream)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<long, long> _moved = [];
    private List<RecordKey>? _order;

    /// <summary>When a record was last changed.</summary>
    public long At(RecordEntry entry)
    {
        lock (_gate) return Last(entry);
    }

    /// <summary>Notes that a record was made or changed.</summary>
    public void Set(RecordEntry entry, long at)
    {
        lock (_gate)
        {
            var order = Order();
            var old = new RecordKey(Last(entry), entry.Index);
            var place = order.BinarySearch(old);
            if (place >= 0) order.RemoveAt(place);
            var key = old with { Created = at };
            order.Insert(~order.BinarySearch(key), key);
            _moved[entry.Index] = at;
        }
    }

    /// <summary>Records last changed from one second on and before another, without the deleted ones.</summary>
    public IEnumerable<RecordEntry> Between(long from, long to)
    {
        List<RecordKey> keys;
        lock (_gate)
        {
            var order = Order();
            var (first, end) = (Place(order, from), Place(order, to));
            keys = order.GetRange(first, Math.Max(0, end - first));
        }

        return keys.Select(key => stream.At(key.Index)).Where(entry => !entry.IsDeleted);
    }

    private long Last(RecordEntry entry) => _moved.TryGetValue(entry.Index, out var at)
        ? at : kind.UpdatedAt(entry.Index, entry.Key.Created);

    private static int Place(List<RecordKey> order, long second)
    {
        var place = order.BinarySearch(RecordKey.BeforeAllOf(second));
        return place < 0 ? ~place : place;
    }

    private List<RecordKey> Order()
    {
        if (_order is not null) return _order;
        _order = [.. Enumerable.Range(0, (int)kind.Count)
            .Select(index => new RecordKey(kind.UpdatedAt(index, kind.Timeline.CreatedAt(index)), index))];
        _order.Sort();
        return _order;
    }
}
