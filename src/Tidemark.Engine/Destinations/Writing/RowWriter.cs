using Tidemark.Engine.Records;

namespace Tidemark.Engine.Destinations.Writing;

/// <summary>
/// Writes the batches of one stream into any store. A batch is first written in the fast way, which supposes that its keys
/// are new; where that proves wrong, its keys are looked up; where its content is refused, it is halved until the bad rows
/// are alone.
/// </summary>
/// <param name="store">The stream's rows in the database.</param>
/// <param name="plan">The stream's policies.</param>
/// <param name="shape">Where rows are written.</param>
/// <param name="limits">The destination's limits.</param>
/// <param name="run">Id of the run.</param>
/// <param name="clock">The time that rows are stamped with.</param>
public sealed class RowWriter(
    IRowStore store, TablePlan plan, StagingShape shape, DestinationLimits limits, string run, TimeProvider clock)
{
    private readonly BatchTriage _triage = new(store, limits);

    // True as long as the table holds nothing but rows that this run has inserted: then keys need no look-up, and all
    // rows are read back in one scan at the end.
    private bool _isFresh;
    private bool _hasUnverifiedRows;

    /// <summary>Where rows are saved as they were; null where no run can be undone.</summary>
    public IRowImages? Images { get; init; }

    /// <summary>Where values go back to the source; null where none do.</summary>
    public IRowOutbox? Outbox { get; init; }

    /// <summary>Whether the table that is written is empty.</summary>
    public required bool BeginsEmpty
    {
        init => _isFresh = value;
    }

    /// <summary>Where the stream stands.</summary>
    public Checkpoint? Checkpoint { get; set; }

    private bool IsDirect => shape == StagingShape.Direct;

    private RowPlace Place => IsDirect ? RowPlace.Live : RowPlace.Staging;

    /// <inheritdoc cref="IStreamLoad.WriteAsync"/>
    public async Task<WriteResult> WriteAsync(
        RowBatch batch, Checkpoint after, Func<WriteResult, Task> beforeCommit, CancellationToken cancellationToken)
    {
        if (_isFresh && await TryFreshAsync(batch, after, cancellationToken) is { } quick) return quick;
        var settled = await SettleAsync(cancellationToken);
        try
        {
            return await WriteCarefullyAsync(batch, after, settled, beforeCommit, isBisecting: false, cancellationToken);
        }
        catch (Exception failure) when (store.RowProblem(failure) is not null)
        {
            return await WriteCarefullyAsync(batch, after, settled, beforeCommit, isBisecting: true, cancellationToken);
        }
    }

    /// <summary>Reads back in one scan what the fast way has written so far, and ends the fast way.</summary>
    public async Task<Checksum> SettleAsync(CancellationToken cancellationToken)
    {
        _isFresh = false;
        if (!_hasUnverifiedRows || !IsDirect) return default;
        _hasUnverifiedRows = false;
        return await store.WrittenAsync(cancellationToken);
    }

    /// <summary>Inserts the batch as it is; null where that failed, and then nothing is written.</summary>
    private async Task<WriteResult?> TryFreshAsync(RowBatch batch, Checkpoint after, CancellationToken cancellationToken)
    {
        _triage.Sort(batch);
        if (!_triage.IsPlain || store.HasLooseKeys) return null;
        var rows = _triage.Rows;
        await using var unit = await store.BeginAsync(mayBeLost: !after.IsComplete, cancellationToken);
        try
        {
            if (shape == StagingShape.Difference)
            {
                await store.ClassifyAsync(batch, rows, _triage.States, cancellationToken);
                if (_triage.SettleForeign(plan, batch)) return null;
            }

            await store.InsertAsync(Place, batch, rows, _triage.States, Stamp(), cancellationToken);
            if (Outbox is not null && IsDirect) await Outbox.EnqueueAsync(batch, rows, cancellationToken);
            await SaveAsync(unit, after, hasChanged: rows.Length > 0, cancellationToken);
        }
        catch (Exception failure) when (store.RowProblem(failure) is not null)
        {
            return null;
        }

        _hasUnverifiedRows = true;
        return new WriteResult { Created = rows.Length };
    }

    private async Task<WriteResult> WriteCarefullyAsync(
        RowBatch batch, Checkpoint after, Checksum settled, Func<WriteResult, Task> beforeCommit, bool isBisecting,
        CancellationToken cancellationToken)
    {
        _triage.Sort(batch);
        await using var unit = await store.BeginAsync(mayBeLost: !after.IsComplete, cancellationToken);
        var writer = new BatchWriter(store, _triage, plan, Stamp(), isBisecting, cancellationToken) { Images = Images, Outbox = Outbox };
        if (store.HasLooseKeys) await writer.SettleClashesAsync(batch, shape);
        if (shape is StagingShape.Direct or StagingShape.Difference) await writer.ClassifyAsync(batch);
        var result = IsDirect
            ? await writer.MergeAsync(batch)
            : await writer.StageAsync(batch, shape is StagingShape.Difference or StagingShape.DifferenceWithoutLive);
        after = after with
        {
            Staged = after.Staged with
            {
                Skipped = after.Staged.Skipped + result.Replaced,
                Quarantined = after.Staged.Quarantined + _triage.Refused.Count,
                Unidentified = after.Staged.Unidentified + result.Unstaged,
                Checksum = after.Staged.Checksum - result.ReplacedChecksum - _triage.RefusedChecksum(batch),
            },
        };
        var refused = _triage.Refused.ConvertAll(each => each with { Reason = RefusedValues.In(each.Reason, batch, each.Row) });
        result = result with { Verified = result.Verified + settled, Refused = refused };
        await beforeCommit(result);
        await SaveAsync(unit, after, result.Created + result.Updated + result.Deleted > 0, cancellationToken);
        return result;
    }

    private async Task SaveAsync(IWriteUnit unit, Checkpoint after, bool hasChanged, CancellationToken cancellationToken)
    {
        // What is staged changes nothing until it is published.
        await unit.SaveAsync(after, hasChanged && IsDirect, cancellationToken);
        Checkpoint = after;
    }

    private RowStamp Stamp() => new(run, clock.GetUtcNow());
}
