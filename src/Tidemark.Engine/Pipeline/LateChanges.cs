using System.Runtime.InteropServices;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Pipeline.Comparing;
using Tidemark.Engine.Records;

namespace Tidemark.Engine.Pipeline;

/// <summary>
/// Rows that a merge has read, in a table that may change rows while others are written: what an earlier batch has proven, a later one may
/// have changed by way of a trigger. So it is looked at once more at the end, by the records that are kept beside the rows.
/// </summary>
internal sealed class LateChanges(IDestination destination, TablePlan table)
{
    // A hash of the key, and that of the record: many rows fit.
    private readonly Dictionary<ulong, long> _proven = [];
    private bool _mayBe;

    /// <summary>Whether a batch has changed rows after an earlier one, and records are kept that tell what became of that one's.</summary>
    public bool MayBe => _mayBe && table.KeepsRaw;

    /// <summary>Whether the same is so and nothing can tell.</summary>
    public bool IsUnknown => _mayBe && !table.KeepsRaw;

    public void Wrote(RowBatch rows, WriteResult written)
    {
        _mayBe |= _proven.Count > 0 && written.Created + written.Updated + written.Deleted > 0;
        var refused = written.Refused.Select(each => each.Row).ToHashSet();
        for (var row = 0; row < rows.Count; row++)
        {
            if (rows.IsSuperseded(row) || refused.Contains(row)) continue;
            var key = ContentHash.Of(MemoryMarshal.AsBytes(rows.KeyText(row).AsSpan()));
            if (rows.Kind(row) == RowKind.Record) _proven[key] = rows.Hash(row);
            else _proven.Remove(key);
        }
    }

    /// <summary>The checksum of the rows that no longer hold what their records say.</summary>
    public async Task<Checksum> FindAsync(CancellationToken cancellationToken)
    {
        var held = new HashSet<long>();
        await foreach (var row in new TableComparison(destination, table).RowsAsync(run: null, cancellationToken))
        {
            if (row.Differences.Count == 0) held.Add(row.Hash);
        }

        return _proven.Values.Where(hash => !held.Contains(hash)).Aggregate(default(Checksum), (sum, hash) => sum + Checksum.Of(hash));
    }
}
