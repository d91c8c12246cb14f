using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Transfers;

namespace Tidemark.Connectors.Postgres.Transfer.Writing;

/// <summary>Where the rows of one table are kept aside.</summary>
/// <param name="id">Number of the staging.</param>
/// <param name="table">The table that they are for.</param>
/// <param name="target">The same, as the target has it.</param>
internal sealed class StagedTable(long id, TransferTable table, TargetTable target)
{
    private readonly Lock _lock = new();
    private readonly HashSet<long> _buckets = [];
    private bool _isMixed;

    public long Id => id;

    public TransferTable Table => table;

    public TargetTable Target => target;

    public TransferSql Sql { get; } = new(table);

    /// <summary>The rows: the table's columns that are transferred, without any constraint.</summary>
    public SqlName Rows => TransferSchema.Of(FormattableString.Invariant($"stage_{id}"));

    /// <summary>Keys of the rows that the source lacks, each an array of texts.</summary>
    public SqlName Gone => TransferSchema.Of(FormattableString.Invariant($"gone_{id}"));

    /// <summary>Whether an earlier run has left rows.</summary>
    public bool HasLeftovers { get; set; }

    /// <summary>Whether there is an index on the key.</summary>
    public bool IsIndexed { get; set; }

    /// <summary>Notes that a selection is kept aside, and says whether rows of it may be there already: to look for them takes a reading of all.</summary>
    public bool MayOverlap(RowSelection rows)
    {
        lock (_lock)
        {
            if (rows is not RowSelection.Buckets buckets)
            {
                _isMixed = true;
                return true;
            }

            var isKnown = HasLeftovers || _isMixed || _buckets.Overlaps(buckets.Numbers);
            _buckets.UnionWith(buckets.Numbers);
            return isKnown;
        }
    }

    /// <summary>Notes that nothing is kept aside any more.</summary>
    public void Empty()
    {
        lock (_lock)
        {
            (HasLeftovers, _isMixed) = (false, false);
            _buckets.Clear();
        }
    }
}
