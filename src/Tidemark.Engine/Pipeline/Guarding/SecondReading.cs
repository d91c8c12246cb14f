using System.Globalization;
using System.Runtime.CompilerServices;
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
/// <remarks>The destination says whose row a key is: what it holds may be written otherwise than the vendor writes it.</remarks>
internal sealed class SecondReading(SyncPlan plan, RunJournal journal)
{
    /// <param name="table">A staged table, of whose reading the end is not proven.</param>
    /// <param name="stream">Its staging.</param>
    /// <param name="preview">Changes that publishing would make.</param>
    /// <param name="cancellationToken">Looked at between pages.</param>
    /// <exception cref="TidemarkException">Transient <c>source.readings_differ</c>: a record whose row would be deleted is there;
    /// nothing has changed. And what the source throws.</exception>
    public async Task RequireAsync(TablePlan table, IStreamLoad stream, PublishPreview preview, CancellationToken cancellationToken)
    {
        if (preview.Deletes == 0 || plan.IgnoresLimits) return;
        await journal.StepAsync("read again", table.Stream.Name, StepStatus.Running, null, cancellationToken);
        await foreach (var records in KeysAsync(table, stream.Stream, cancellationToken))
        {
            if (await stream.FindGoneAsync(records, cancellationToken) is not { } key) continue;
            await journal.StepAsync("read again", table.Stream.Name, StepStatus.Failed, $"It found {key}.", cancellationToken);
            throw Differ(table, preview, key);
        }

        await journal.StepAsync("read again", table.Stream.Name, StepStatus.Done, null, cancellationToken);
    }

    private async IAsyncEnumerable<RowBatch> KeysAsync(
        TablePlan table, StreamSchema stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var batch = new RowBatch(stream);
        var mapper = new RecordMapper(stream, reportsNewFields: false, keepsRaw: false, keysOnly: true);
        var mask = table.NewMask();
        var request = new ReadRequest(table.Stream, From: null) { IsFull = true, KeysOnly = true };
        await foreach (var page in plan.Source.ReadAsync(request, cancellationToken))
        {
            using (page)
            {
                batch.Clear();
                // Its changes say that a record is gone; what is asked here is whether one is there.
                foreach (var place in page.Records.Where(place => !place.IsDeletion))
                {
                    var record = page.Bytes.Span.Slice(place.Start, place.Length);
                    if (mask is null || mask.TryApply(record, out record)) mapper.Map(record, isDeletion: false, batch, place.Unfit);
                }
            }

            if (batch.Count > 0) yield return batch;
        }
    }

    private static TidemarkException Differ(TablePlan table, PublishPreview preview, string key) =>
        new(FailureKind.Transient, "source.readings_differ",
            string.Create(CultureInfo.InvariantCulture,
                $"{preview.Deletes} rows of {table.Table} would be deleted, but a second reading finds the record {key} of one of them: the first was cut short."))
        {
            Hint = "Nothing has changed. Run again; everything is read anew.",
        };
}
