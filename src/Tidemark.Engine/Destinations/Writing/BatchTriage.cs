using System.Globalization;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Records;

namespace Tidemark.Engine.Destinations.Writing;

/// <summary>Tells the rows of a batch apart before any of them is written. Reused from batch to batch.</summary>
/// <param name="store">The store, which may refuse a row that it has not tried.</param>
/// <param name="limits">The destination's limits.</param>
internal sealed class BatchTriage(IRowStore store, DestinationLimits limits)
{
    private int[] _rows = [];
    private int[] _deletions = [];

    /// <summary>A state a row; new until the live table has been looked at.</summary>
    public RowState[] States { get; private set; } = [];

    /// <summary>Rows to write.</summary>
    public ReadOnlyMemory<int> Rows { get; private set; }

    /// <summary>Rows whose records the source says to be gone.</summary>
    public ReadOnlyMemory<int> Deletions { get; private set; }

    /// <summary>Rows that cannot be written, each with its reason; writing adds those that the store refuses.</summary>
    public List<RefusedRow> Refused { get; private set; } = [];

    /// <summary>Whether the batch does nothing but insert, if none of its keys is there.</summary>
    public bool IsPlain { get; private set; }

    public void Sort(RowBatch batch)
    {
        if (States.Length < batch.Count)
        {
            States = new RowState[batch.Count];
            (_rows, _deletions) = (new int[batch.Count], new int[batch.Count]);
        }

        Refused = [];
        var (rows, deletions, hasUnfit) = (0, 0, false);
        for (var row = 0; row < batch.Count; row++)
        {
            States[row] = RowState.Passed;
            if (batch.IsSuperseded(row)) continue;
            var isBarred = !store.CanHold(batch, row);
            if (isBarred && batch.Kind(row) != RowKind.Record) States[row] = RowState.Barred;
            else if (batch.Kind(row) == RowKind.Deletion)
            {
                States[row] = RowState.Deletion;
                _deletions[deletions++] = row;
            }
            else if (batch.Kind(row) == RowKind.Unfit)
            {
                States[row] = RowState.Unfit;
                hasUnfit = true;
            }
            else if ((TooLarge(batch, row) ?? store.Refuses(batch, row)) is { } reason)
            {
                Refused.Add(new(row, reason));
                if (isBarred) States[row] = RowState.Barred;
            }
            else
            {
                States[row] = RowState.New;
                _rows[rows++] = row;
            }
        }

        (Rows, Deletions) = (_rows.AsMemory(0, rows), _deletions.AsMemory(0, deletions));
        IsPlain = deletions == 0 && Refused.Count == 0 && !hasUnfit;
    }

    /// <summary>Checksum of the records that were refused.</summary>
    public Checksum RefusedChecksum(RowBatch batch)
    {
        var sum = default(Checksum);
        foreach (var refused in Refused.Where(each => batch.Kind(each.Row) == RowKind.Record)) sum += Checksum.Of(batch.Hash(refused.Row));
        return sum;
    }

    /// <summary>Takes rows out that were refused.</summary>
    /// <param name="left">The rows to write that are left.</param>
    /// <param name="refused">The others.</param>
    public void Refuse(ReadOnlyMemory<int> left, IEnumerable<RefusedRow> refused)
    {
        left.CopyTo(_rows);
        Rows = _rows.AsMemory(0, left.Length);
        Refused.AddRange(refused);
    }

    /// <summary>
    /// Takes the rows out whose keys the application's own rows have, unless the stream adopts these; then they are changed.
    /// </summary>
    /// <returns>Whether there were any.</returns>
    public bool SettleForeign(TablePlan plan, RowBatch batch)
    {
        var count = 0;
        foreach (var row in Rows.Span)
        {
            if (States[row] != RowState.Foreign) _rows[count++] = row;
            else if (plan.Adopts)
            {
                States[row] = RowState.Changed;
                _rows[count++] = row;
            }
            else Refused.Add(new(row, RowOfApplication(plan, batch, row)));
        }

        var hadForeign = count < Rows.Length;
        Rows = _rows.AsMemory(0, count);
        return hadForeign;
    }

    /// <summary>All rows that speak of a record, whatever becomes of them, in their order.</summary>
    public ReadOnlyMemory<int> Speaking(RowBatch batch) =>
        Enumerable.Range(0, batch.Count).Where(row => !batch.IsSuperseded(row) && States[row] != RowState.Barred).ToArray();

    /// <summary>
    /// Takes the rows out whose keys are to the store those of others: of two records the second waits, and a deletion says nothing
    /// of the other's row.
    /// </summary>
    public void SettleClashes(TablePlan plan, RowBatch batch, IReadOnlyList<KeyClash> clashes)
    {
        // What becomes of a row is known before it is asked for as the earlier one.
        foreach (var clash in clashes.OrderBy(each => each.Earlier ?? -1).ThenBy(each => each.Row))
        {
            if (States[clash.Row] == RowState.Barred) continue;
            if (clash.Earlier is { } earlier && States[earlier] is RowState.Barred or RowState.Deletion) continue;
            States[clash.Row] = RowState.Barred;
            if (batch.Kind(clash.Row) == RowKind.Record && Refused.TrueForAll(refused => refused.Row != clash.Row))
                Refused.Add(new(clash.Row, SameKey(plan, batch, clash)));
        }

        Rows = Left(_rows, Rows);
        Deletions = Left(_deletions, Deletions);

        ReadOnlyMemory<int> Left(int[] into, ReadOnlyMemory<int> rows)
        {
            var count = 0;
            foreach (var row in rows.Span)
            {
                if (States[row] != RowState.Barred) into[count++] = row;
            }

            return into.AsMemory(0, count);
        }
    }

    /// <summary>The rows to write that are in a state.</summary>
    public ReadOnlyMemory<int> In(RowState state)
    {
        var chosen = new List<int>();
        foreach (var row in Rows.Span)
        {
            if (States[row] == state) chosen.Add(row);
        }

        return chosen.ToArray();
    }

    /// <summary>The rows of records that exist and cannot be written, those that were refused among them.</summary>
    public ReadOnlyMemory<int> Unfit(int count)
    {
        foreach (var refused in Refused.Where(each => States[each.Row] is not (RowState.Deletion or RowState.Barred))) States[refused.Row] = RowState.Unfit;
        return Enumerable.Range(0, count).Where(row => States[row] == RowState.Unfit).ToArray();
    }

    private static Problem SameKey(TablePlan plan, RowBatch batch, KeyClash clash) =>
        new("destination.key_not_distinct", $"stream {batch.Stream.Name}",
            $"To {plan.Table} the key {batch.KeyText(clash.Row)} is the same as {clash.Other}, which another record has.",
            "Give the table's key a type and a collation that tell the two apart. If the other record is gone, a full reading settles it.");

    private static Problem RowOfApplication(TablePlan plan, RowBatch batch, int row) =>
        new("destination.row_of_application", $"stream {batch.Stream.Name}",
            $"{plan.Table} has a row with the key {batch.KeyText(row)} that Tidemark did not write.",
            "Remove the row, or set adopt: true of the stream: then such rows become those of the records.");

    private Problem? TooLarge(RowBatch batch, int row)
    {
        var bytes = batch.Raw(row).Length;
        return bytes <= limits.MaxRecordBytes ? null : new Problem(
            "destination.record_too_large", $"stream {batch.Stream.Name}",
            string.Create(CultureInfo.InvariantCulture, $"The record has {bytes} bytes; the destination takes {limits.MaxRecordBytes}."));
    }
}
