using Tidemark.Engine.Records;

namespace Tidemark.Engine.Destinations.Sql;

/// <summary>Writes one batch whose rows have been told apart, inside the transaction that is open.</summary>
internal sealed class BatchWriter(
    SqlDialect dialect, ISqlSession session, SqlStaging staging, RowStamp stamp, bool isBisecting, List<RefusedRow> refused,
    CancellationToken cancellationToken)
{
    /// <summary>Where rows are kept as they were; null where no run can be undone.</summary>
    public SqlBeforeImages? Images { get; init; }

    /// <summary>Where values go back to the source; null where none do.</summary>
    public SqlWriteBack? WriteBack { get; init; }

    /// <summary>Checksum of the rows that were refused.</summary>
    public Checksum RefusedChecksum { get; private set; }

    /// <summary>Creates, updates and deletes rows of the live table, and reads back what it wrote.</summary>
    public async Task<WriteResult> MergeAsync(
        RowBatch batch, ReadOnlyMemory<int> rows, ReadOnlyMemory<int> deletions, RowState[] states)
    {
        CountRefused(batch);
        var unchanged = default(Checksum);
        foreach (var row in rows.Span)
        {
            if (states[row] == RowState.Unchanged) unchanged += Checksum.Of(batch.Hash(row));
        }

        var changed = Of(RowState.Changed);
        if (Images is { } images)
        {
            await session.Bulk.RememberAsync(images, staging.Live, batch, deletions, isDeletion: true, cancellationToken);
            await session.Bulk.RememberAsync(images, staging.Live, batch, changed, isDeletion: false, cancellationToken);
        }

        var deleted = staging.Plan.Deletes.KeepsRow
            ? await session.Bulk.MarkDeletedAsync(staging.Live, batch, deletions, stamp, cancellationToken)
            : await session.Bulk.DeleteAsync(staging.Live, batch, deletions, cancellationToken);
        var created = await ApplyAsync(batch, Of(RowState.New), part =>
            session.Bulk.InsertAsync(staging.Live, batch, part, states, stamp, cancellationToken));
        var updated = await ApplyAsync(batch, changed, part =>
            session.Bulk.UpdateAsync(staging.Live, batch, part, stamp, cancellationToken));
        if (Images is not null && refused.Count > 0) await Images.ForgetUntouchedAsync(session, cancellationToken);
        if (WriteBack is { } back)
        {
            var written = created.Concat(updated).Concat(back.TakesUnchanged ? Of(RowState.Unchanged).ToArray() : []);
            await session.Bulk.EnqueueAsync(back, staging.Live, batch, written.ToArray(), cancellationToken);
        }

        var readBack = await session.Bulk.ReadBackAsync(
            staging.Live, batch, created.Concat(updated).ToArray(), cancellationToken);
        // A row that the database has kept all the same is one too many.
        if (!staging.Plan.Deletes.KeepsRow) readBack += await session.Bulk.ReadBackAsync(staging.Live, batch, deletions, cancellationToken);
        return new WriteResult
        {
            Created = created.Count,
            Updated = updated.Count,
            Unchanged = unchanged.Rows,
            Deleted = deleted.Rows,
            Verified = unchanged + readBack,
        };

        ReadOnlyMemory<int> Of(RowState state)
        {
            var chosen = new List<int>();
            foreach (var row in rows.Span)
            {
                if (states[row] == state) chosen.Add(row);
            }

            return chosen.ToArray();
        }
    }

    /// <summary>Puts rows into the staging; later ones take the place of earlier ones of the same key.</summary>
    public async Task<WriteResult> StageAsync(
        RowBatch batch, ReadOnlyMemory<int> rows, ReadOnlyMemory<int> deletions, RowState[] states)
    {
        CountRefused(batch);
        var replaced = await session.Bulk.DeleteAsync(staging.Target, batch, rows, cancellationToken);
        var removed = await session.Bulk.DeleteAsync(staging.Target, batch, deletions, cancellationToken);
        await ApplyAsync(batch, rows, part =>
            session.Bulk.InsertAsync(staging.Target, batch, part, states, stamp, cancellationToken));
        if (staging.IsDifference) removed += await KeepAsync(batch, states);
        if (staging.Plan.Mode == WriteMode.Merge && deletions.Length > 0)
            await session.Bulk.InsertAsync(staging.Target, batch, deletions, states, stamp, cancellationToken);
        return new WriteResult { Replaced = replaced.Rows + removed.Rows, ReplacedChecksum = replaced + removed };
    }

    /// <summary>Stages the bare keys of records that cannot be written, so that their live rows are not taken for gone.</summary>
    private async Task<Checksum> KeepAsync(RowBatch batch, RowState[] states)
    {
        foreach (var row in refused) states[row.Row] = RowState.Kept;
        ReadOnlyMemory<int> kept = Enumerable.Range(0, batch.Count).Where(row => states[row] == RowState.Kept).ToArray();
        if (kept.Length == 0) return default;
        var replaced = await session.Bulk.DeleteAsync(staging.Target, batch, kept, cancellationToken);
        await session.Bulk.InsertAsync(staging.Target, batch, kept, states, stamp, cancellationToken);
        return replaced;
    }

    /// <summary>Runs an operation on rows; where bisecting, without those that are refused. The rows that it was done to.</summary>
    private async Task<IReadOnlyCollection<int>> ApplyAsync(
        RowBatch batch, ReadOnlyMemory<int> rows, Func<ReadOnlyMemory<int>, Task> operation)
    {
        if (rows.Length == 0) return [];
        var done = new HashSet<int>(rows.ToArray());
        if (!isBisecting) await operation(rows);
        else
        {
            await SqlBisection.RunAsync(
                session.Connection, rows, operation,
                failure => dialect.RowProblem(failure, staging.Live.Name.Name),
                (row, reason) =>
                {
                    refused.Add(new RefusedRow(row, reason));
                    RefusedChecksum += Checksum.Of(batch.Hash(row));
                    done.Remove(row);
                },
                cancellationToken);
        }

        return done;
    }

    private void CountRefused(RowBatch batch)
    {
        foreach (var row in refused) RefusedChecksum += Checksum.Of(batch.Hash(row.Row));
    }
}
