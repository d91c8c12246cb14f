using Tidemark.Sandbox.Oracle.Shapes;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Oracle;

/// <summary>Finds the records that a query asks for, in its order, lazily.</summary>
internal sealed class OracleSelection(OracleRecords kind, RecordStream stream, OracleUpdates updates)
{
    private const int ChunkSize = 512;

    /// <exception cref="OracleProblem">400: a field that cannot be sorted by.</exception>
    public IEnumerable<RecordEntry> Read(OracleQuery query, Func<RecordEntry, bool> isInScope)
    {
        var (sort, falls) = query.OrderBy.Count == 0 ? (OracleRecords.Created, true) : query.OrderBy[0];
        var made = Bounds(query, OracleRecords.Created);
        var changed = Bounds(query, OracleRecords.Updated);
        var all = sort switch
        {
            OracleRecords.Created => Oldest(made),
            OracleRecords.Updated => updates.Between(changed.From, changed.To),
            _ when sort == kind.IdName => ById(made, changed),
            _ => throw OracleProblem.Bad($"The attribute {sort} cannot be sorted by.", $"/{sort}"),
        };
        var conditions = query.Conditions.Where(condition => condition.Field != "RecordSet").ToList();
        var found = all.Where(entry =>
            conditions.TrueForAll(condition => Passes(entry, condition)) && isInScope(entry));
        return falls ? found.Reverse() : found;
    }

    /// <summary>The text of a field of a record; null where it has none.</summary>
    public string? Text(RecordEntry entry, string field)
    {
        using var json = new JsonBuffer(4096);
        stream.Write(json, entry, Form.Listed);
        using var record = System.Text.Json.JsonDocument.Parse(json.Written);
        return record.RootElement.TryGetProperty(field, out var value) ? value.ToString() : null;
    }

    private IEnumerable<RecordEntry> ById((long From, long To) made, (long From, long To) changed)
    {
        if (made.From != long.MinValue) return Oldest(made).OrderBy(entry => entry.Index);
        if (changed.From != long.MinValue)
            return updates.Between(changed.From, changed.To).OrderBy(entry => entry.Index);
        return Indices().Select(stream.At).Where(entry => !entry.IsDeleted);
    }

    private IEnumerable<long> Indices()
    {
        for (var index = 0L; index < stream.NextIndex; index++) yield return index;
    }

    private IEnumerable<RecordEntry> Oldest((long From, long To) made)
    {
        var range = new RecordRange { After = Edge(made.From), Before = Edge(made.To), FromOldest = true };
        while (true)
        {
            var chunk = stream.Read(range, ChunkSize);
            for (var at = chunk.Count - 1; at >= 0; at--) yield return chunk[at];
            if (chunk.Count < ChunkSize) yield break;
            range = range with { After = chunk[0].Key };
        }
    }

    private static RecordKey Edge(long second) => second switch
    {
        long.MinValue => RecordKey.First,
        long.MaxValue => RecordKey.Last,
        _ => RecordKey.BeforeAllOf(second),
    };

    private bool Passes(RecordEntry entry, OracleCondition condition) => condition.Field switch
    {
        OracleRecords.Created => condition.Allows(entry.Key.Created.CompareTo(condition.Seconds)),
        OracleRecords.Updated => condition.Allows(updates.At(entry).CompareTo(condition.Seconds)),
        _ when condition.Field == kind.IdName => condition.Allows(kind.IdAt(entry.Index).CompareTo(condition.Number)),
        _ => condition.AllowsText(Text(entry, condition.Field)),
    };

    /// <summary>Seconds that the filter leaves of a time: from one on, before another.</summary>
    private static (long From, long To) Bounds(OracleQuery query, string field)
    {
        var (from, to) = (long.MinValue, long.MaxValue);
        foreach (var condition in query.Conditions.Where(condition => condition.Field == field))
        {
            if (condition.Sign is ">=" or "=") from = Math.Max(from, condition.Seconds);
            if (condition.Sign is ">") from = Math.Max(from, condition.Seconds + 1);
            if (condition.Sign is "<") to = Math.Min(to, condition.Seconds);
            if (condition.Sign is "<=" or "=") to = Math.Min(to, condition.Seconds + 1);
        }

        return (from, to);
    }
}
