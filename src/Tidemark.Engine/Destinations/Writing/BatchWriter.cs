using Tidemark.Engine.Records;

namespace Tidemark.Engine.Destinations.Writing;

/// <summary>Writes one batch after triage, inside the open unit.</summary>
internal sealed class BatchWriter(
    IRowStore store, BatchTriage triage, TablePlan plan, RowStamp stamp, bool isBisecting, CancellationToken cancellationToken)
{
    /// <summary>Where rows are saved as they were; null where no run can be undone.</summary>
    public IRowImages? Images { get; init; }

    /// <summary>Where values go back to the source; null where none do.</summary>
    public IRowOutbox? Outbox { get; init; }

    /// <summary>Checksum of the rows that were refused.</summary>
    public Checksum RefusedChecksum { get; private set; }

    /// <summary>Creates, updates and deletes rows of the live table, and reads back what it wrote.</summary>
    public async Task<WriteResult> MergeAsync(RowBatch batch)
    {
        CountRefused(batch);
        var (fresh, changed, unchanged) = (triage.In(RowState.New), triage.In(RowState.Changed), triage.In(RowState.Unchanged));
        if (Images is not null)
        {
            await Images.SaveAsync(batch, triage.Deletions, isDeletion: true, cancellationToken);
            await Images.SaveAsync(batch, changed, isDeletion: false, cancellationToken);
        }

        var deleted = plan.Deletes.IsSoft
            ? await store.MarkDeletedAsync(batch, triage.Deletions, stamp, cancellationToken)
            : await store.DeleteAsync(RowPlace.Live, batch, triage.Deletions, cancellationToken);
        var created = await ApplyAsync(batch, fresh, part =>
            store.InsertAsync(RowPlace.Live, batch, part, triage.States, stamp, cancellationToken));
        var updated = await ApplyAsync(batch, changed, part => store.UpdateAsync(batch, part, stamp, cancellationToken));
        if (Images is not null && triage.Refused.Count > 0) await Images.DropUntouchedAsync(cancellationToken);
        int[] written = [.. created.Span, .. updated.Span];
        if (Outbox is not null)
            await Outbox.EnqueueAsync(batch, Outbox.TakesUnchanged ? (int[])[.. written, .. unchanged.Span] : written, cancellationToken);
        var readBack = await store.ReadBackAsync(batch, written, cancellationToken);
        // A row that the database has kept all the same is one too many.
        if (!plan.Deletes.IsSoft) readBack += await store.ReadBackAsync(batch, triage.Deletions, cancellationToken);
        return new WriteResult
        {
            Created = created.Length,
            Updated = updated.Length,
            Unchanged = unchanged.Length,
            Deleted = deleted.Rows,
            Verified = Sum(batch, unchanged.Span) + readBack,
        };
    }

    /// <summary>Puts rows into the staging; later ones take the place of earlier ones of the same key.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="isDifference">Whether the staging will be compared with a live table.</param>
    public async Task<WriteResult> StageAsync(RowBatch batch, bool isDifference)
    {
        CountRefused(batch);
        var replaced = await store.DeleteAsync(RowPlace.Staging, batch, triage.Rows, cancellationToken);
        var removed = await store.DeleteAsync(RowPlace.Staging, batch, triage.Deletions, cancellationToken);
        await ApplyAsync(batch, triage.Rows, part => InsertAsync(batch, part));
        if (isDifference) removed += await StageUnfitAsync(batch);
        if (plan.Mode == WriteMode.Merge && triage.Deletions.Length > 0) await InsertAsync(batch, triage.Deletions);
        return new WriteResult { Replaced = replaced.Rows + removed.Rows, ReplacedChecksum = replaced + removed };
    }

    /// <summary>Stages the bare keys of records that cannot be written, so that their live rows are not taken for gone.</summary>
    private async Task<Checksum> StageUnfitAsync(RowBatch batch)
    {
        var unfit = triage.Unfit(batch.Count);
        if (unfit.Length == 0) return default;
        var replaced = await store.DeleteAsync(RowPlace.Staging, batch, unfit, cancellationToken);
        await InsertAsync(batch, unfit);
        return replaced;
    }

    private Task InsertAsync(RowBatch batch, ReadOnlyMemory<int> rows) =>
        store.InsertAsync(RowPlace.Staging, batch, rows, triage.States, stamp, cancellationToken);

    /// <summary>Runs an operation on rows; where bisecting, without those that are refused.</summary>
    /// <returns>The rows that it was done to.</returns>
    private async Task<ReadOnlyMemory<int>> ApplyAsync(
        RowBatch batch, ReadOnlyMemory<int> rows, Func<ReadOnlyMemory<int>, Task> operation)
    {
        if (rows.Length == 0) return rows;
        if (!isBisecting)
        {
            await operation(rows);
            return rows;
        }

        var bad = new HashSet<int>();
        await Bisection.RunAsync(work => store.TryAsync(work, cancellationToken), rows, operation, (row, reason) =>
        {
            triage.Refused.Add(new RefusedRow(row, reason));
            RefusedChecksum += Checksum.Of(batch.Hash(row));
            bad.Add(row);
        });
        return bad.Count == 0 ? rows : rows.ToArray().Where(row => !bad.Contains(row)).ToArray();
    }

    private void CountRefused(RowBatch batch)
    {
        foreach (var row in triage.Refused) RefusedChecksum += Checksum.Of(batch.Hash(row.Row));
    }

    private static Checksum Sum(RowBatch batch, ReadOnlySpan<int> rows)
    {
        var sum = default(Checksum);
        foreach (var row in rows) sum += Checksum.Of(batch.Hash(row));
        return sum;
    }
}
