using System.Globalization;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Records;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Sources;

namespace Tidemark.Engine.Pipeline.Guarding;

/// <summary>
/// Reads the keys of a stream once more before rows are deleted, where the end of its lists rests on the vendor's word
/// alone: a record that the second reading finds was not gone, and the first reading was cut short.
/// </summary>
internal sealed class SecondReading(SyncPlan plan, ILoad load, RunJournal journal)
{
    /// <param name="table">A staged table, of whose reading the end is not proven.</param>
    /// <param name="preview">Changes that publishing would make.</param>
    /// <param name="cancellationToken">Looked at between pages.</param>
    /// <exception cref="TidemarkException">Transient <c>source.readings_differ</c>: a record whose row would be deleted is there;
    /// nothing has changed. And what the source throws.</exception>
    public async Task RequireAsync(TablePlan table, PublishPreview preview, CancellationToken cancellationToken)
    {
        if (preview.Deletes == 0 || plan.IgnoresLimits) return;
        if (plan.Destination is not IComparing comparing) throw Unproven(table, preview);
        await journal.StepAsync("read again", table.Stream.Name, StepStatus.Running, null, cancellationToken);
        var gone = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var change in comparing.ChangesAsync(load, table.Table, cancellationToken))
        {
            if (change.Kind == ChangeKind.Delete) gone.Add(change.Key);
        }

        await foreach (var key in KeysAsync(table, cancellationToken))
        {
            if (!gone.Contains(key)) continue;
            await journal.StepAsync("read again", table.Stream.Name, StepStatus.Failed, $"It found {key}.", cancellationToken);
            throw Differ(table, preview, key);
        }

        await journal.StepAsync("read again", table.Stream.Name, StepStatus.Done, null, cancellationToken);
    }

    private async IAsyncEnumerable<string> KeysAsync(
        TablePlan table, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var batch = new RowBatch(table.Stream);
        var mapper = new RecordMapper(table.Stream, reportsNewFields: false, keepsRaw: false, keysOnly: true);
        var request = new ReadRequest(table.Stream, From: null) { IsFull = true, KeysOnly = true };
        await foreach (var page in plan.Source.ReadAsync(request, cancellationToken))
        {
            using (page)
            {
                batch.Clear();
                // Its changes say that a record is gone; what is asked here is whether one is there.
                foreach (var record in page.Records.Where(record => !record.IsDeletion))
                    mapper.Map(page.Bytes.Span.Slice(record.Start, record.Length), isDeletion: false, batch, record.Unfit);
            }

            for (var row = 0; row < batch.Count; row++)
            {
                var at = row;
                // As a comparison writes a key.
                yield return string.Join(", ", table.Stream.KeyPositions.Select(position => batch.Text(at, position)));
            }
        }
    }

    private static TidemarkException Differ(TablePlan table, PublishPreview preview, string key) =>
        new(FailureKind.Transient, "source.readings_differ",
            string.Create(CultureInfo.InvariantCulture,
                $"{preview.Deletes} rows of {table.Table} would be deleted, but a second reading finds the record {key} of one of them: the first was cut short."))
        {
            Hint = "Nothing has changed. Run again; everything is read anew.",
        };

    private static TidemarkException Unproven(TablePlan table, PublishPreview preview) =>
        new(FailureKind.Approval, "guard.unproven_end",
            string.Create(CultureInfo.InvariantCulture,
                $"{preview.Deletes} rows of {table.Table} would be deleted, and nothing but the vendor's word says that the reading was complete."))
        {
            Hint = "Look at the source; if the rows are to go, approve the run.",
            Next = new NextStep(NextAct.ApproveRun),
        };
}
