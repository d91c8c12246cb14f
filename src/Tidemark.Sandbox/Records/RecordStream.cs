namespace Tidemark.Sandbox.Records;

/// <summary>Seeded records and, over them, what was created, changed and deleted since the start.</summary>
internal sealed class RecordStream(SeededRecords seeded)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<long, ChangedRecord> _changed = [];
    private readonly Dictionary<string, RecordKey> _givenIds = new(StringComparer.Ordinal);
    private readonly Dictionary<long, long> _addedAt = [];
    private readonly List<RecordKey> _added = [];
    private long _deleted;

    public SeededRecords Seeded => seeded;

    /// <summary>Records that are not deleted.</summary>
    public long Count
    {
        get
        {
            lock (_gate) return seeded.Count + _added.Count - _deleted;
        }
    }

    /// <summary>Index of the next record to be added.</summary>
    public long NextIndex
    {
        get
        {
            lock (_gate) return seeded.Count + _added.Count;
        }
    }

    /// <summary>Up to <paramref name="limit"/> records of a range, newest first, without the deleted ones.</summary>
    public List<RecordEntry> Read(RecordRange range, int limit)
    {
        var taken = new List<RecordEntry>(Math.Min(limit, 1024));
        lock (_gate)
        {
            if (range.FromOldest) TakeUpwards(range, limit, taken);
            else TakeDownwards(range, limit, taken);
        }

        if (range.FromOldest) taken.Reverse();
        return taken;
    }

    /// <summary>How many records of a range there are without the deleted ones, whatever its filters.</summary>
    public long CountIn(RecordRange range)
    {
        lock (_gate)
        {
            var after = range.After;
            var from = after with { Index = after.Index == long.MaxValue ? after.Index : after.Index + 1 };
            return Before(range.Before) - Before(from)
                - _changed.LongCount(record => record.Value.Json is null && TryKey(record.Key, out var key) && key > after && key < range.Before);
        }

        long Before(RecordKey key) => seeded.Timeline.CountBefore(key) + CountAddedBefore(key);
    }

    /// <summary>A record by id, deleted ones too.</summary>
    public bool TryFind(string id, out RecordEntry entry)
    {
        lock (_gate)
        {
            if (!_givenIds.TryGetValue(id, out var key))
            {
                if (!seeded.TryIndex(id, out var index) || !TryKey(index, out key)) return Missing(out entry);
                // A record that was given another id does not answer to the one computed from its index.
                if (_changed.TryGetValue(index, out var renamed) && renamed.Id != id) return Missing(out entry);
            }

            entry = new(key, _changed.GetValueOrDefault(key.Index));
            return true;
        }
    }

    /// <summary>The record at an index below <see cref="NextIndex"/>.</summary>
    public RecordEntry At(long index)
    {
        lock (_gate)
        {
            if (!TryKey(index, out var key)) throw new ArgumentOutOfRangeException(nameof(index));
            return new(key, _changed.GetValueOrDefault(index));
        }
    }

    public string IdOf(RecordEntry entry) => entry.Changed?.Id ?? seeded.IdOf(entry.Index);

    public void Write(JsonBuffer json, RecordEntry entry, Form form)
    {
        if (entry.Changed is { Json: { } complete }) seeded.WriteChanged(json, complete, form);
        else seeded.Write(json, entry.Index, entry.Key.Created, form);
    }

    public void Add(RecordKey key, string id, byte[] json)
    {
        lock (_gate)
        {
            var place = _added.BinarySearch(key);
            _added.Insert(~place, key);
            _addedAt[key.Index] = key.Created;
            _changed[key.Index] = new(id, json);
            if (id != seeded.IdOf(key.Index)) _givenIds[id] = key;
        }
    }

    public void Change(RecordEntry entry, byte[] json)
    {
        lock (_gate) _changed[entry.Index] = new(IdOf(entry), json);
    }

    public void Delete(RecordEntry entry)
    {
        lock (_gate)
        {
            _changed[entry.Index] = new(IdOf(entry), Json: null);
            _deleted++;
        }
    }

    private void TakeDownwards(RecordRange range, int limit, List<RecordEntry> taken)
    {
        var seededNext = seeded.Timeline.CountBefore(range.Before) - 1;
        var addedNext = CountAddedBefore(range.Before) - 1;
        var seededKey = SeededKey(seededNext, RecordKey.First);
        while (taken.Count < limit)
        {
            var addedKey = addedNext >= 0 ? _added[addedNext] : RecordKey.First;
            var key = RecordKey.Max(seededKey, addedKey);
            if (key <= range.After) return;
            Consider(key, range, taken);
            if (key == addedKey) addedNext--;
            else seededKey = SeededKey(--seededNext, RecordKey.First);
        }
    }

    private void TakeUpwards(RecordRange range, int limit, List<RecordEntry> taken)
    {
        var after = range.After;
        var from = after with { Index = after.Index == long.MaxValue ? after.Index : after.Index + 1 };
        var seededNext = seeded.Timeline.CountBefore(from);
        var addedNext = CountAddedBefore(from);
        var seededKey = SeededKey(seededNext, RecordKey.Last);
        while (taken.Count < limit)
        {
            var addedKey = addedNext < _added.Count ? _added[addedNext] : RecordKey.Last;
            var key = RecordKey.Min(seededKey, addedKey);
            if (key >= range.Before) return;
            Consider(key, range, taken);
            if (key == addedKey) addedNext++;
            else seededKey = SeededKey(++seededNext, RecordKey.Last);
        }
    }

    private void Consider(RecordKey key, RecordRange range, List<RecordEntry> taken)
    {
        var entry = new RecordEntry(key, _changed.Count == 0 ? null : _changed.GetValueOrDefault(key.Index));
        if (entry.IsDeleted) return;
        foreach (var filter in range.Filters)
        {
            if (!filter.Passes(entry)) return;
        }

        taken.Add(entry);
    }

    private RecordKey SeededKey(long index, RecordKey outside) =>
        index < 0 || index >= seeded.Count ? outside : new(seeded.Timeline.CreatedAt(index), index);

    private int CountAddedBefore(RecordKey key)
    {
        var place = _added.BinarySearch(key);
        return place < 0 ? ~place : place;
    }

    private bool TryKey(long index, out RecordKey key)
    {
        if (index < seeded.Count)
        {
            key = new(seeded.Timeline.CreatedAt(index), index);
            return true;
        }

        var known = _addedAt.TryGetValue(index, out var created);
        key = new(created, index);
        return known;
    }

    private static bool Missing(out RecordEntry entry)
    {
        entry = default;
        return false;
    }
}
