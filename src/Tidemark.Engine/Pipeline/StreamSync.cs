using System.Globalization;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Destinations.Writing;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Pipeline.Comparing;
using Tidemark.Engine.Pipeline.Guarding;
using Tidemark.Engine.Quarantine;
using Tidemark.Engine.Records;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Sources;

namespace Tidemark.Engine.Pipeline;

/// <summary>
/// One stream of one run: read, map, write, with the reading two pages and the mapping one batch ahead of the writing.
/// </summary>
internal sealed class StreamSync(SyncPlan run, ILoad load, RunJournal journal, TimeProvider clock)
{
    // Source and destination wait on different machines: two pages in hand keep both busy and bound the memory.
    private const int PagesInHand = 2;
    private const int BatchesInHand = 1;

    // With so many records, a column without a value is worth a line.
    private const int LongReading = 1_000;

    private readonly Guard _guard = new(run);

    /// <summary>Reads a stream to its end. The figures of a staged stream are settled by publishing.</summary>
    public async Task RunAsync(TablePlan plan, StreamLedger ledger, Action report, CancellationToken cancellationToken)
    {
        var table = plan;
        if (!run.MayNarrow && !table.KeysOnly)
        {
            var earlier = await load.EarlierColumnsAsync(table, cancellationToken);
            if (Guard.Narrowed(table.Table, earlier, table.ColumnNames) is { } narrowed)
                throw new TidemarkException(FailureKind.Approval, narrowed.Code, narrowed.Message) { Hint = narrowed.Hint, Next = narrowed.Next };
        }

        var stream = await load.OpenAsync(table, cancellationToken);
        if (run.Range is not null) await RequireWholeAsync(stream, table);
        if (table.Mode == WriteMode.Merge && await WhyComparedAsync(stream, table, cancellationToken) is { } why)
        {
            // What no change will tell any more can only be seen by comparing everything, deletions included.
            await stream.DisposeAsync();
            await journal.LogAsync(
                RunLogLevel.Warning, table.Stream.Name, $"{why} Everything is read and compared.", cancellationToken);
            table = table with { Mode = WriteMode.Replace };
            stream = await load.OpenAsync(table, cancellationToken);
        }

        if (table.Mode == WriteMode.Replace && stream.Checkpoint is { } staged && await IsOutdatedAsync(stream, table, staged, cancellationToken))
        {
            await stream.AbandonAsync(cancellationToken);
            await stream.DisposeAsync();
            stream = await load.OpenAsync(table, cancellationToken);
        }

        foreach (var remark in stream.Start.Remarks) await journal.LogAsync(RunLogLevel.Warning, table.Stream.Name, remark, cancellationToken);
        ledger.Opened(stream, table);
        var found = stream.Checkpoint;
        if (table.KeysOnly && !stream.Start.HasLive)
        {
            throw new TidemarkException(
                FailureKind.Usage, "deletions.no_table", $"There is no table {table.Table} yet, and so nothing that could be gone.")
            {
                Hint = "A scan for deletions finds what is gone once the stream has been synced.",
                Next = new(NextAct.RunPipeline),
            };
        }

        if (table.Staging == Staging.Resumable && stream.Checkpoint is { IsComplete: true })
        {
            await journal.LogAsync(RunLogLevel.Info, table.Stream.Name, "Everything is staged already.", cancellationToken);
            return;
        }

        await ReadAsync(stream, table, ledger, report, cancellationToken);
        if (ledger.TooManyQuarantined(isEnd: true) is { } tooMany)
        {
            // The records may be mended at the source: what was staged of them must not be published later.
            await stream.AbandonAsync(cancellationToken);
            throw tooMany;
        }

        foreach (var remark in run.Source.Remarks) await journal.LogAsync(RunLogLevel.Warning, ledger.Stream, remark, cancellationToken);
        foreach (var cascade in ledger.Cascades) await journal.LogAsync(RunLogLevel.Warning, ledger.Stream, cascade.Describe(table.Table), cancellationToken);
        if (!table.IsStaged) ledger.Verified(await stream.VerifyAsync(cancellationToken));
        if (ledger.Figures.Read == 0 && (table.Mode == WriteMode.Replace || found is null))
            await ExplainAsync(ledger, cancellationToken);
    }

    /// <summary>A range is read beside the stream's own reading, of which there must be a place; else its rows would look like all there are.</summary>
    private static async Task RequireWholeAsync(IStreamLoad stream, TablePlan table)
    {
        var why = stream.Start.Compares;
        if (table.Mode != WriteMode.Merge) why ??= $"The stream {table.Stream.Name} is read whole every time.";
        else if (stream.Checkpoint is null) why ??= $"The table {table.Table} is empty: the stream was not read yet, or its rows are gone.";
        if (why is null) return;
        await stream.DisposeAsync();
        throw new TidemarkException(FailureKind.Usage, "backfill.not_whole", why)
        {
            Hint = "A sync reads all of it; a range can be read again afterwards.",
            Next = new(NextAct.RunPipeline),
        };
    }

    /// <summary>Why a merge must compare everything; null where it can read what changed since the checkpoint.</summary>
    private async Task<string?> WhyComparedAsync(IStreamLoad stream, TablePlan table, CancellationToken cancellationToken)
    {
        const string Outdated = "The last sync is too long ago for the source's changes feed, or asked the source for something else.";
        const string Extended = "The source is asked for other records than before: all of those are read, and rows that are not among them stay.";
        if (stream.Start.Compares is { } why) return why;
        if (run.IsAside || stream.Checkpoint is not { } old || run.Source.CanResume(table.Stream.Name, old.Cursor)) return null;
        if (!run.Source.CanExtend(table.Stream.Name, old.Cursor)) return Outdated;
        await journal.LogAsync(RunLogLevel.Warning, table.Stream.Name, Extended, cancellationToken);
        return null;
    }

    /// <summary>
    /// Whether what an earlier run has staged must not be published: it was asked for otherwise, or rows that it found unchanged
    /// have been changed since.
    /// </summary>
    /// <exception cref="TidemarkException">It was to be published: <c>run.staging_gone</c>, <c>approve.changed_since</c>.</exception>
    private async Task<bool> IsOutdatedAsync(IStreamLoad stream, TablePlan table, Checkpoint staged, CancellationToken cancellationToken)
    {
        try
        {
            if (!run.Source.CanResume(table.Stream.Name, staged.Cursor))
                return run.Continues is { } parked ? throw StagingChoice.Refusal(parked, table.Stream.Name) : true;
            if (!stream.Start.HasLive) return false;
            if (await EditedAsync(stream, table, cancellationToken) is not { } key) return false;
            if (run.Approved?.Edited(table.Table, key) is { } problem)
                throw new TidemarkException(FailureKind.Usage, problem.Code, problem.Message) { Hint = problem.Hint, Next = problem.Next };
            return true;
        }
        catch (TidemarkException)
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    /// <summary>The key of a row that the staging holds as unchanged and somebody has changed since; null where there is none.</summary>
    private static async Task<string?> EditedAsync(IStreamLoad stream, TablePlan table, CancellationToken cancellationToken)
    {
        if (!table.KeepsRaw) return await stream.FindEditedAsync(cancellationToken);
        var unchanged = new StoredTable(stream.Stream, stream.UnchangedAsync(cancellationToken));
        var edited = await TableComparison.RowsAsync(table, unchanged, cancellationToken)
            .FirstOrDefaultAsync(row => row.Differences.Count > 0, cancellationToken);
        return edited?.Key;
    }

    /// <summary>Somebody will wonder why there is nothing.</summary>
    private async Task ExplainAsync(StreamLedger ledger, CancellationToken cancellationToken)
    {
        try
        {
            ledger.WhyEmpty = await run.Source.ExplainEmptyAsync(ledger.Stream, cancellationToken);
        }
        catch (TidemarkException)
        {
            return; // what was read stands without the reason
        }

        if (ledger.WhyEmpty is { } why) await journal.LogAsync(RunLogLevel.Warning, ledger.Stream, why, cancellationToken);
    }

    private async Task ReadAsync(
        IStreamLoad stream, TablePlan table, StreamLedger ledger, Action report, CancellationToken cancellationToken)
    {
        var isFull = table.Mode == WriteMode.Replace;
        var found = stream.Checkpoint;
        var startedAt = found is not null && isFull ? found.StartedAt : clock.GetUtcNow();
        var reader = new BatchReader(stream.Stream, table, stream.Start, clock);
        // A dry run looks at what the source has now, and leaves the quarantine alone.
        var quarantine = run.IsDryRun ? null : journal.QuarantineOf(table.Stream.Name);
        var counted = found is not null && table.IsStaged ? found.Staged : StagedCounts.None;
        if (quarantine is not null)
        {
            var isResumed = found is not null && isFull;
            var own = await quarantine.OpenAsync(isResumed ? startedAt : DateTimeOffset.MaxValue, cancellationToken);
            if (isResumed) counted = counted.WithQuarantined(own);
        }

        // A reading of everything meets the records in quarantine anyway, and a plan is held to what it was made from.
        var readsAll = found is null || (run.Range is null && run.Source.ReadsAll(table.Stream.Name, found.Cursor));
        if (quarantine is not null && !table.IsStaged && !readsAll)
        {
            // Settled at once, this cannot be left to a commit that may be lost: hence complete.
            var here = found! with { IsComplete = true };
            await foreach (var batch in reader.RetryAsync(quarantine.PagesAsync(found!.Cursor, cancellationToken), cancellationToken))
                await WriteAsync(batch, here);
            await quarantine.SettleRetriedAsync(cancellationToken);
            ledger.Retried();
        }

        // What is read beside the pipeline's own reading moves the place of that one nowhere; its rows are newer than that place says.
        var kept = run.IsAside && !table.IsStaged && found is not null ? found with { Cursor = run.Source.Beside(found.Cursor) } : null;
        var pages = run.Source.ReadAsync(
            new ReadRequest(stream.Stream, kept is null ? stream.Checkpoint?.Cursor : null) { IsFull = isFull, KeysOnly = table.KeysOnly, Range = run.Range }, cancellationToken);
        var batches = reader
            .ReadAsync(pages.ReadAhead(PagesInHand, page => page.Dispose(), cancellationToken), cancellationToken)
            .ReadAhead(BatchesInHand, _ => { }, cancellationToken);
        await foreach (var batch in batches)
        {
            var read = quarantine is null
                ? batch : batch with { Overtaken = await quarantine.OvertakeAsync(batch.Rows, batch.Unfit, cancellationToken) };
            var staged = table.IsStaged ? StreamLedger.Staged(counted, read) : StagedCounts.None;
            await WriteAsync(read, kept is not null ? kept with { IsComplete = true } : new Checkpoint(batch.After, staged, startedAt) { IsComplete = batch.IsLast });
            if (table.IsStaged) counted = stream.Checkpoint!.Staged;
            if (quarantine is null || table.IsStaged) continue; // a staging settles its quarantine when it is published
            await quarantine.SettleOvertakenAsync(cancellationToken);
            if (ledger.TooManyQuarantined(isEnd: false) is { } tooMany) throw tooMany;
        }

        if (!table.KeysOnly) await NameUnmetAsync(reader, ledger, cancellationToken);
        if ((isFull || found is null) && !table.KeysOnly) await NameEmptyColumnsAsync(reader, ledger, cancellationToken);
        if (quarantine is null || table.IsStaged) return;
        if (readsAll)
        {
            await quarantine.RetireUnmetAsync(startedAt, cancellationToken);
            await quarantine.SettlePublishedAsync(isComplete: true, cancellationToken);
        }

        ledger.StillWaiting = await quarantine.StillWaitingAsync(cancellationToken);

        async Task WriteAsync(Batch batch, Checkpoint after)
        {
            if (batch.NewFields.Count + batch.LeftOut.Count + batch.Widened.Count > 0)
            {
                await EvolveAsync(stream, batch, cancellationToken);
                ledger.Evolved(batch);
            }

            if (quarantine is not null) await quarantine.AddAsync(batch.Unfit, cancellationToken);
            var written = await stream.WriteAsync(batch.Rows, after, result => BeforeCommitAsync(batch, result), cancellationToken);
            ledger.Wrote(batch, written, stream.Checkpoint!.Staged);
            reader.Return(batch);
            report();
        }

        async Task BeforeCommitAsync(Batch batch, WriteResult result)
        {
            if (quarantine is not null) await quarantine.AddAsync(Refused(table, batch.Rows, result.Refused), cancellationToken);
            if (table.IsStaged) return;
            var counts = ledger.Figures;
            await _guard.RequireAsync(
                stream, table.Table, counts.Deleted + result.Deleted, counts.Updated + result.Updated,
                Cascade.Sum(ledger.Cascades, result.Cascades), cancellationToken);
        }
    }

    private async Task NameUnmetAsync(BatchReader reader, StreamLedger ledger, CancellationToken cancellationToken)
    {
        if (reader.Count == 0) return;
        var records = string.Create(CultureInfo.InvariantCulture, $"none of the {reader.Count} records read has");
        var remarks = reader.UnmetColumns.Select(column => $"The column {column.Name} is null: {records} {column.Path}.")
            .Concat(reader.UnmetMasks.Select(mask =>
                $"The pipeline {(mask.Masking == Masking.Exclude ? "excludes" : "masks")} {mask.Name}: {records} {mask.Path}.")).ToList();
        foreach (var remark in remarks)
        {
            ledger.Remark(remark);
            await journal.LogAsync(RunLogLevel.Warning, ledger.Stream, remark, cancellationToken);
        }
    }

    private async Task NameEmptyColumnsAsync(BatchReader reader, StreamLedger ledger, CancellationToken cancellationToken)
    {
        if (reader.Count < LongReading || string.Join(", ", reader.EmptyColumns) is not { Length: > 0 } columns) return;
        await journal.LogAsync(
            RunLogLevel.Warning, ledger.Stream,
            string.Create(CultureInfo.InvariantCulture, $"None of {reader.Count} records of {ledger.Stream} has a value for {columns}."),
            cancellationToken);
    }

    private async Task EvolveAsync(IStreamLoad stream, Batch batch, CancellationToken cancellationToken)
    {
        List<Field> columns = [.. batch.NewFields, .. batch.Widened.Select(widened => widened.Field)];
        if (columns.Count > 0) await stream.EvolveAsync(columns, cancellationToken);
        if (batch.NewFields.Count > 0)
        {
            await journal.LogAsync(
                RunLogLevel.Info, stream.Stream.Name,
                $"New columns: {string.Join(", ", batch.NewFields.Select(field => $"{field.Name} ({field.Type})"))}.", cancellationToken);
        }

        if (batch.Widened.Count > 0)
        {
            await journal.LogAsync(
                RunLogLevel.Warning, stream.Stream.Name,
                $"Columns that become text, since a record has a value that their type does not hold: {string.Join(", ", batch.Widened.Select(widened => $"{widened.Field.Name} (was {widened.Was})"))}.",
                cancellationToken);
        }

        if (batch.LeftOut.Count == 0) return;
        await journal.LogAsync(
            RunLogLevel.Warning, stream.Stream.Name,
            $"These new fields become no columns, since the table or one of its rows is full, or their names have control characters; raw has them: {string.Join(", ", batch.LeftOut.Select(field => field.Path))}.",
            cancellationToken);
    }

    private static List<QuarantinedRecord> Refused(TablePlan table, RowBatch rows, IReadOnlyList<RefusedRow> refusedRows) =>
        [.. refusedRows.Select(refused => new QuarantinedRecord(
            table.Stream.Name, System.Text.Encoding.UTF8.GetString(rows.Raw(refused.Row)), refused.Reason)
        {
            Key = rows.KeyText(refused.Row),
            // Written again, the record that is gone would come back.
            CanRetry = rows.Kind(refused.Row) != RowKind.Deletion,
        })];
}
