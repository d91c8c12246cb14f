using System.Runtime.CompilerServices;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Quarantine;
using Tidemark.Engine.Records;
using Tidemark.Engine.Sources;

namespace Tidemark.Engine.Pipeline.Planning;

/// <summary>Shows the streams of a source as the tables that they become, and their first records as rows. Writes and stores nothing.</summary>
/// <param name="source">The source.</param>
/// <param name="pipeline">The pipeline whose tables are shown.</param>
/// <param name="clock">Where "now" comes from.</param>
internal sealed class StreamPreview(ISource source, PipelineDefinition pipeline, TimeProvider clock)
{
    /// <summary>The tables, in the order of the pipeline.</summary>
    /// <param name="stream">Only this stream; null for all.</param>
    /// <param name="cancellationToken">Cancels the asking.</param>
    /// <exception cref="TidemarkException">Every problem at once (configuration); <c>stream.unknown</c> (usage).</exception>
    public async Task<IReadOnlyList<TablePlan>> TablesAsync(string? stream, CancellationToken cancellationToken)
    {
        var problems = new List<Problem>();
        var tables = await SyncPlanner.TablesAsync(
            ResolvedSync.ForLooking(pipeline, stream is null ? [] : [stream]), source, problems, cancellationToken);
        return problems.Count == 0 ? tables
            : throw TidemarkException.ForAll(problems, problems.TrueForAll(problem => problem.Code == "stream.unknown") ? FailureKind.Usage : FailureKind.Configuration);
    }

    /// <summary>The first records of a table's stream, mapped as a run would map them.</summary>
    /// <param name="table">The table.</param>
    /// <param name="count">How many records at most.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public async Task<PreviewedRows> RowsAsync(TablePlan table, int count, CancellationToken cancellationToken)
    {
        var reader = new BatchReader(table.Stream, table, new StreamStart(null, null, HasLive: false, Room: int.MaxValue), clock);
        var rows = new List<IReadOnlyList<string?>>();
        var unfit = new List<QuarantinedRecord>();
        IReadOnlyList<Field> fields = table.Stream.Fields;
        var pages = source.ReadAsync(new ReadRequest(table.Stream, null) { IsFull = true }, cancellationToken);
        await foreach (var batch in reader.ReadAsync(FirstAsync(pages, count, cancellationToken), cancellationToken))
        {
            fields = batch.Rows.Stream.Fields;
            for (var row = 0; row < batch.Rows.Count && rows.Count < count; row++)
            {
                if (batch.Rows.Kind(row) != RowKind.Record || batch.Rows.IsSuperseded(row)) continue;
                var at = row;
                List<string?> values = [.. fields.Select((_, position) => batch.Rows.Text(at, position))];
                if (table.KeepsRaw) values.Add(System.Text.Encoding.UTF8.GetString(batch.Rows.Raw(row)));
                rows.Add(values);
            }

            unfit.AddRange(batch.Unfit.Take(count - unfit.Count));
        }

        return new(fields, table.KeepsRaw, rows, unfit);
    }

    /// <summary>Pages until so many records are in them; the last one is the end of this reading.</summary>
    private static async IAsyncEnumerable<Page> FirstAsync(
        IAsyncEnumerable<Page> pages, int count, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var seen = 0;
        await foreach (var page in pages.WithCancellation(cancellationToken))
        {
            // The page belongs to whoever takes it: it is asked before.
            var records = page.Records.Count;
            yield return page;
            seen += records;
            if (seen >= count) yield break;
        }
    }
}

/// <summary>Records as the rows that they would become.</summary>
/// <param name="Fields">The columns, those included that the records brought along.</param>
/// <param name="HasRaw">Whether each row ends with the whole record.</param>
/// <param name="Rows">Values as text, in the order of the columns; null for nothing.</param>
/// <param name="Unfit">Records that would wait in quarantine.</param>
public sealed record PreviewedRows(
    IReadOnlyList<Field> Fields, bool HasRaw, IReadOnlyList<IReadOnlyList<string?>> Rows, IReadOnlyList<QuarantinedRecord> Unfit);

/// <summary>A stream as the table that it becomes.</summary>
/// <param name="Table">The table.</param>
/// <param name="Preview">Its first records; null where none were asked for.</param>
public sealed record PreviewedStream(TablePlan Table, PreviewedRows? Preview);
