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

    /// <summary>Takes rows out whose keys are to the store those of others.</summary>
    public async Task SettleClashesAsync(RowBatch batch, StagingShape shape)
    {
        // What is read in full takes the place of what was live, its keys as well.
        var places = new List<RowPlace>();
        if (shape == StagingShape.Direct || (shape == StagingShape.Difference && plan.Mode == WriteMode.Merge)) places.Add(RowPlace.Live);
        if (shape != StagingShape.Direct) places.Add(RowPlace.Staging);
        foreach (var place in places)
            triage.SettleClashes(plan, batch, await store.ClashesAsync(place, batch, triage.Speaking(batch), cancellationToken));
    }

    /// <summary>Finds out which of the rows the live table has.</summary>
    public async Task ClassifyAsync(RowBatch batch)
    {
        var (found, refused) = await ApplyAsync(triage.Rows, async part =>
        {
            await store.ClassifyAsync(batch, part, triage.States, cancellationToken);
            return 0;
        });
        if (refused.Count > 0) triage.Refuse(found.Rows, refused);
        triage.SettleForeign(plan, batch);
    }

    /// <summary>Creates, updates and deletes rows of the live table, and reads back what it wrote.</summary>
    public async Task<WriteResult> MergeAsync(RowBatch batch)
    {
        var (fresh, changed, unchanged) = (triage.In(RowState.New), triage.In(RowState.Changed), triage.In(RowState.Unchanged));
        var cascades = triage.Deletions.Length == 0 || plan.Deletes.IsSoft ? [] : await store.CascadesAsync(batch, triage.Deletions, cancellationToken);
        var (deleted, undeleted) = await ApplyAsync(triage.Deletions, part => DeleteAsync(batch, part));
        var (created, uncreated) = await ApplyAsync(fresh, part => InsertAsync(RowPlace.Live, batch, part));
        var (updated, unchangeable) = await ApplyAsync(changed, part => UpdateAsync(batch, part));
        // A value that must be unique may have been let go by a row that was written later.
        if (uncreated.Count > 0) (created, uncreated) = await AgainAsync(created, uncreated, part => InsertAsync(RowPlace.Live, batch, part));
        if (unchangeable.Count > 0) (updated, unchangeable) = await AgainAsync(updated, unchangeable, part => UpdateAsync(batch, part));
        if (unchangeable.Count > 1) (updated, unchangeable) = await ExchangeAsync(batch, updated, unchangeable);
        triage.Refused.AddRange([.. undeleted, .. uncreated, .. unchangeable]);

        int[] written = [.. created.Rows.Span, .. updated.Rows.Span];
        if (Outbox is not null)
            await Outbox.EnqueueAsync(batch, Outbox.TakesUnchanged ? (int[])[.. written, .. unchanged.Span] : written, cancellationToken);
        // A trigger may have changed rows that were left alone as well.
        var isUntouched = store.KeepsValues || written.Length + deleted.Count == 0;
        if (!isUntouched) written = [.. written, .. unchanged.Span];
        var readBack = await store.ReadBackAsync(batch, written, cancellationToken);
        // A row that the database has kept all the same is one too many.
        if (!plan.Deletes.IsSoft) readBack += await store.ReadBackAsync(batch, deleted.Rows, cancellationToken);
        // What this batch proves, a later one may change.
        if (!store.KeepsValues)
        {
            var proven = isUntouched ? (int[])[.. written, .. unchanged.Span] : written;
            await store.KeepProvenAsync(batch, proven, deleted.Rows, cancellationToken);
        }

        return new WriteResult
        {
            Created = created.Rows.Length,
            Updated = updated.Rows.Length,
            Unchanged = unchanged.Length,
            Deleted = deleted.Count,
            Cascades = cascades,
            Verified = isUntouched ? Sum(batch, unchanged.Span) + readBack : readBack,
        };
    }

    /// <summary>Puts rows into the staging; later ones take the place of earlier ones of the same key.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="isDifference">Whether the staging will be compared with a live table.</param>
    public async Task<WriteResult> StageAsync(RowBatch batch, bool isDifference)
    {
        var replaced = await store.DeleteAsync(RowPlace.Staging, batch, triage.Rows, cancellationToken);
        var removed = await store.DeleteAsync(RowPlace.Staging, batch, triage.Deletions, cancellationToken);
        var (_, refused) = await ApplyAsync(triage.Rows, part => StageAsync(batch, part));
        triage.Refused.AddRange(refused);
        var unstaged = 0;
        if (isDifference)
        {
            var (former, unheld) = await StageUnfitAsync(batch);
            (removed, unstaged) = (removed + former, unheld);
        }

        // A key that the staging cannot hold is none that the live table has.
        if (plan.Mode == WriteMode.Merge && triage.Deletions.Length > 0) await ApplyAsync(triage.Deletions, part => StageAsync(batch, part));
        return new WriteResult { Replaced = replaced.Rows + removed.Rows, ReplacedChecksum = replaced + removed, Unstaged = unstaged };
    }

    /// <summary>Stages the bare keys of records that cannot be written, so that their live rows are not taken for gone.</summary>
    /// <returns>The checksum of what they take the place of, and how many of them have a key that the staging cannot hold.</returns>
    private async Task<(Checksum Replaced, int Unheld)> StageUnfitAsync(RowBatch batch)
    {
        var unfit = triage.Unfit(batch.Count);
        if (unfit.Length == 0) return (default, 0);
        var replaced = await store.DeleteAsync(RowPlace.Staging, batch, unfit, cancellationToken);
        var (_, refused) = await ApplyAsync(unfit, part => StageAsync(batch, part));
        return (replaced, refused.Count);
    }

    private Task<long> StageAsync(RowBatch batch, ReadOnlyMemory<int> rows) => InsertAsync(RowPlace.Staging, batch, rows);

    private async Task<long> InsertAsync(RowPlace place, RowBatch batch, ReadOnlyMemory<int> rows)
    {
        await store.InsertAsync(place, batch, rows, triage.States, stamp, cancellationToken);
        return rows.Length;
    }

    private async Task<long> UpdateAsync(RowBatch batch, ReadOnlyMemory<int> rows)
    {
        if (Images is not null) await Images.SaveAsync(batch, rows, isDeletion: false, cancellationToken);
        await store.UpdateAsync(batch, rows, stamp, cancellationToken);
        return rows.Length;
    }

    private async Task<long> DeleteAsync(RowBatch batch, ReadOnlyMemory<int> rows)
    {
        if (Images is not null) await Images.SaveAsync(batch, rows, isDeletion: true, cancellationToken);
        var deleted = plan.Deletes.IsSoft
            ? await store.MarkDeletedAsync(batch, rows, stamp, cancellationToken)
            : await store.DeleteAsync(RowPlace.Live, batch, rows, cancellationToken);
        return deleted.Rows;
    }

    /// <summary>Runs an operation on rows; where bisecting, without those that are refused.</summary>
    /// <returns>The rows that it was done to, with the sum of what it returned of them, and those that were refused.</returns>
    private async Task<(Applied Done, List<RefusedRow> Refused)> ApplyAsync(
        ReadOnlyMemory<int> rows, Func<ReadOnlyMemory<int>, Task<long>> operation)
    {
        var refused = new List<RefusedRow>();
        if (rows.Length == 0) return (new(rows, 0), refused);
        if (!isBisecting) return (new(rows, await operation(rows)), refused);

        var sum = await Bisection.RunAsync(
            work => store.TryAsync(work, cancellationToken), rows, operation, (row, reason) => refused.Add(new(row, reason)));
        var bad = refused.Select(each => each.Row).ToHashSet();
        return (new(bad.Count == 0 ? rows : rows.ToArray().Where(row => !bad.Contains(row)).ToArray(), sum), refused);
    }

    private async Task<(Applied Done, List<RefusedRow> Refused)> AgainAsync(
        Applied done, List<RefusedRow> refused, Func<ReadOnlyMemory<int>, Task<long>> operation)
    {
        var (more, still) = await ApplyAsync(refused.Select(each => each.Row).ToArray(), operation);
        return (done with { Rows = (int[])[.. done.Rows.Span, .. more.Rows.Span] }, still);
    }

    /// <summary>Updates rows that stand in each other's way: each has a value that must be unique and that another is to have.</summary>
    private async Task<(Applied Done, List<RefusedRow> Refused)> ExchangeAsync(RowBatch batch, Applied done, List<RefusedRow> refused)
    {
        var rows = refused.Select(each => each.Row).ToArray();
        var reason = await store.TryAsync(
            async () =>
            {
                if (Images is not null) await Images.SaveAsync(batch, rows, isDeletion: false, cancellationToken);
                await store.ReleaseAsync(batch, rows, cancellationToken);
                await store.UpdateAsync(batch, rows, stamp, cancellationToken);
            },
            cancellationToken);
        return reason is null ? (done with { Rows = (int[])[.. done.Rows.Span, .. rows] }, []) : (done, refused);
    }

    private static Checksum Sum(RowBatch batch, ReadOnlySpan<int> rows)
    {
        var sum = default(Checksum);
        foreach (var row in rows) sum += Checksum.Of(batch.Hash(row));
        return sum;
    }

    /// <summary>Rows that an operation was done to.</summary>
    /// <param name="Rows">Their numbers in the batch.</param>
    /// <param name="Count">The sum of what the operation returned of them.</param>
    private sealed record Applied(ReadOnlyMemory<int> Rows, long Count);
}
