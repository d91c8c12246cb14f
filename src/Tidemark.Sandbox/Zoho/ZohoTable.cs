using System.Text.Json;
using Tidemark.Sandbox.Records;
using Tidemark.Sandbox.Zoho.Shapes;

namespace Tidemark.Sandbox.Zoho;

/// <summary>
/// One module with its records in the order of their last change. Seeded records are in that order by themselves; what
/// was changed since stands in an index of its own, and reading merges the two.
/// </summary>
internal sealed class ZohoTable(ZohoRecords records, RecordStream stream)
{
    private readonly Lock _gate = new();
    private readonly SortedSet<RecordKey> _changed = [];
    private readonly Dictionary<long, RecordKey> _changedAt = [];
    private readonly List<ZohoDeletion> _deleted = [];

    public ZohoRecords Records => records;

    public RecordStream Stream => stream;

    /// <summary>Deletions, newest first.</summary>
    public IReadOnlyList<ZohoDeletion> Deleted
    {
        get
        {
            lock (_gate) return [.. _deleted.AsEnumerable().Reverse()];
        }
    }

    /// <summary>Records from a place on, by last change and then by id.</summary>
    public IEnumerable<(RecordKey Key, RecordEntry Entry)> ByChange(RecordKey after)
    {
        Queue<RecordKey> changed;
        lock (_gate) changed = new(_changed.Where(key => key > after));
        var line = records.Timeline;
        var from = after with { Index = after.Index == long.MaxValue ? after.Index : after.Index + 1 };
        for (var index = line.CountBefore(from); index < line.Count; index++)
        {
            var key = new RecordKey(line.CreatedAt(index), index);
            while (changed.TryPeek(out var next) && next < key) yield return (next, stream.At(changed.Dequeue().Index));
            var entry = stream.At(index);
            if (entry.Changed is null) yield return (key, entry);
        }

        while (changed.TryDequeue(out var key)) yield return (key, stream.At(key.Index));
    }

    /// <summary>Records from a place on, by id. The key's time is without meaning.</summary>
    public IEnumerable<(RecordKey Key, RecordEntry Entry)> ById(RecordKey after, bool isAscending)
    {
        var last = stream.NextIndex - 1;
        var step = isAscending ? 1 : -1;
        var index = after == RecordKey.First ? (isAscending ? 0 : last) : after.Index + step;
        for (; index >= 0 && index <= last; index += step)
        {
            var entry = stream.At(index);
            if (!entry.IsDeleted) yield return (new RecordKey(0, index), entry);
        }
    }

    /// <summary>Notes that a record was made or changed.</summary>
    public void Changed(long index, long modified)
    {
        lock (_gate)
        {
            if (_changedAt.TryGetValue(index, out var before)) _changed.Remove(before);
            _changedAt[index] = new(modified, index);
            _changed.Add(_changedAt[index]);
        }
    }

    /// <summary>Notes that a record is gone.</summary>
    /// <param name="index">Index of the record.</param>
    /// <param name="deletion">What the list of deleted records says; null where it says nothing.</param>
    public void Gone(long index, ZohoDeletion? deletion)
    {
        lock (_gate)
        {
            if (_changedAt.Remove(index, out var before)) _changed.Remove(before);
            if (deletion is not null) _deleted.Add(deletion);
        }
    }

    /// <summary>The whole record as JSON.</summary>
    public byte[] Read(RecordEntry entry)
    {
        using var json = new JsonBuffer(4096);
        stream.Write(json, entry, Form.Complete);
        return json.Written.ToArray();
    }

    public bool IsConverted(RecordEntry entry)
    {
        if (!records.HasConversion) return false;
        if (entry.Changed is not { Json: { } json }) return records.IsConverted(entry.Index);
        using var record = JsonDocument.Parse(json);
        return record.RootElement.TryGetProperty("$converted", out var flag) && flag.ValueKind == JsonValueKind.True;
    }
}

/// <param name="Id">Id of the record.</param>
/// <param name="Name">Name of the record.</param>
/// <param name="At">In Unix seconds.</param>
/// <param name="Kind"><c>recycle</c> or <c>permanent</c>.</param>
internal sealed record ZohoDeletion(string Id, string? Name, long At, string Kind);
