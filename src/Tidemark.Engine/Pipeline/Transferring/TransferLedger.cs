using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Transfers;

namespace Tidemark.Engine.Pipeline.Transferring;

/// <summary>What a transfer knows of one table: its figures, and what proves them. Safe to use from the table's parts at once.</summary>
internal sealed class TransferLedger(TransferTable table, TimeProvider clock)
{
    private readonly long _began = clock.GetTimestamp();
    private readonly Lock _counting = new();
    private TimeSpan? _lasted;
    private long _moved;

    public TransferTable Table => table;

    /// <summary>How the two ends differ, once they were compared.</summary>
    public TableDifference Difference { get; private set; } = new(table, default, default);

    /// <summary>All rows that the source gives.</summary>
    public Checksum Source => Difference.Source;

    /// <summary>Those of the source's rows that are not in the target as they are.</summary>
    public Checksum Differing { get; private set; }

    public long Adds { get; private set; }

    public long Updates { get; private set; }

    public long Deletes { get; private set; }

    /// <summary>Whether every row of the source is moved, and rows are compared by writing them.</summary>
    public bool IsWhole { get; private set; }

    public AppliedTable? Applied { get; set; }

    public Problem? Error { get; set; }

    /// <summary>The first few rows of each kind that differ.</summary>
    public List<(ChangeKind Kind, RowKey Key)> Samples { get; } = [];

    /// <summary>The same column by column, once they were asked for.</summary>
    public IReadOnlyList<RowChange> Shown { get; set; } = [];

    /// <summary>What a run would change, or would have changed.</summary>
    /// <param name="deletes">Whether rows that the source lacks go.</param>
    public StreamChanges Changes(bool deletes) => Applied is { } done
        ? new(table.Label, table.Label) { Adds = done.Created, Updates = done.Updated, Deletes = done.Deleted, Unchanged = Source.Rows - done.Created - done.Updated, Cascades = done.Cascades }
        : new(table.Label, table.Label)
        {
            Adds = Adds,
            Updates = Updates,
            Deletes = deletes ? Deletes : 0,
            Unchanged = Source.Rows - Adds - Updates,
            Samples = [.. Shown.Where(change => deletes || change.Kind != ChangeKind.Delete)],
        };

    /// <summary>The figures so far.</summary>
    public StreamFigures Figures
    {
        get
        {
            lock (_counting)
            {
                var done = Applied;
                return new(table.Label, table.Label)
                {
                    Read = done is null ? _moved : Source.Rows,
                    Created = done?.Created ?? 0,
                    Updated = done?.Updated ?? 0,
                    Unchanged = done is null ? 0 : Source.Rows - done.Created - done.Updated,
                    Deleted = done?.Deleted ?? 0,
                    IsFull = IsWhole,
                    Seconds = (_lasted ?? clock.GetElapsedTime(_began)).TotalSeconds,
                    Error = Error,
                    Receipt = done is null ? null : new StreamReceipt(Source, Source - Differing + done.Found),
                };
            }
        }
    }

    /// <summary>Notes how the two ends differ.</summary>
    public void Compared(TableDifference found)
    {
        lock (_counting) Difference = found;
    }

    /// <summary>Notes rows that differ.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="samples">How many of each kind are remembered.</param>
    public void Differs(IReadOnlyList<RowDifference> rows, int samples)
    {
        lock (_counting)
        {
            foreach (var row in rows)
            {
                var before = row.Change switch
                {
                    ChangeKind.Add => Adds++,
                    ChangeKind.Update => Updates++,
                    _ => Deletes++,
                };
                if (before < samples) Samples.Add((row.Change, row.Key));
                if (row.Change != ChangeKind.Delete) Differing += Checksum.Of(row.Hash);
            }
        }
    }

    /// <summary>Every row of the source is moved: what of it differs is told by writing it.</summary>
    public void MovesAll()
    {
        lock (_counting) (IsWhole, Differing) = (true, Source);
    }

    /// <summary>Counts rows that have arrived at the target.</summary>
    public void Moved(long rows)
    {
        lock (_counting) _moved += rows;
    }

    public void Ended()
    {
        lock (_counting) _lasted ??= clock.GetElapsedTime(_began);
    }
}
