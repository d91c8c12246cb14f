using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Records;

namespace Tidemark.Engine.Pipeline.Comparing;

/// <summary>
/// Compares the rows of a live table with the records that they were made from, which are kept beside them in <c>raw</c>:
/// each is mapped once more, and its content hash and every column of the source must be what they were.
/// </summary>
public sealed class TableComparison(IDestination destination, TablePlan table)
{
    /// <summary>Rows that differ from their record, e.g. because somebody changed them since.</summary>
    /// <param name="run">Only the rows that this run wrote last; null for all that Tidemark wrote.</param>
    /// <param name="cancellationToken">Looked at between rows.</param>
    public IAsyncEnumerable<ComparedRow> DifferingAsync(string? run, CancellationToken cancellationToken) =>
        RowsAsync(run, cancellationToken).Where(row => row.Differences.Count > 0);

    /// <summary>Every row in the order of keys, one in memory at a time; none where there is no such table.</summary>
    /// <param name="run">Only the rows that this run wrote last; null for all that Tidemark wrote.</param>
    /// <param name="cancellationToken">Looked at between rows.</param>
    public async IAsyncEnumerable<ComparedRow> RowsAsync(
        string? run, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (await destination.OpenTableAsync(table, run, cancellationToken) is not { } stored) yield break;
        await foreach (var row in RowsAsync(table, stored, cancellationToken)) yield return row;
    }

    /// <summary>Every row of those given.</summary>
    /// <param name="table">How records become rows.</param>
    /// <param name="stored">The rows.</param>
    /// <param name="cancellationToken">Looked at between rows.</param>
    internal static async IAsyncEnumerable<ComparedRow> RowsAsync(
        TablePlan table, StoredTable stored, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var batch = new RowBatch(stored.Stream);
        var mapper = new RecordMapper(stored.Stream, reportsNewFields: false, table.KeepsRaw) { EmptyIsNull = table.EmptyText == EmptyText.Null };
        var shared = SharedColumns(stored.Stream);
        await foreach (var row in stored.Rows.WithCancellation(cancellationToken))
        {
            batch.Clear();
            var key = CellText.OfKey([.. stored.Stream.KeyPositions.Select(position => row.Values[position] ?? "")]);
            yield return new ComparedRow(key, row.Run, row.Hash, row.Raw is null ? [] : [.. Differences(row, row.Raw, mapper, batch)])
            {
                IsCompared = row.Raw is not null,
                Overwritten = batch.Count == 0 ? [] : [.. shared
                    .Where(column => column.Rule.Holds(batch, batch.Row(0))
                        && !ValueText.AreSame(stored.Stream.Fields[column.At].Type, row.Values[column.At], batch.Text(0, column.At)))
                    .Select(column => stored.Stream.Fields[column.At].Name)],
            };
        }
    }

    private static IEnumerable<ColumnDifference> Differences(StoredRow row, string raw, RecordMapper mapper, RowBatch batch)
    {
        if (Wrong(raw, mapper, batch) is { } wrong)
        {
            yield return new ColumnDifference("raw", raw, wrong);
            yield break;
        }

        if (batch.Hash(0) != row.Hash)
            yield return new ColumnDifference(ColumnNames.Hash, Hex(row.Hash), Hex(batch.Hash(0)));
        foreach (var (at, field) in mapper.Stream.Fields.Index().Where(entry => IsSources(entry.Item)))
        {
            var recorded = batch.Text(0, at);
            if (!ValueText.AreSame(field.Type, row.Values[at], recorded))
                yield return new ColumnDifference(field.Name, row.Values[at], recorded);
        }
    }

    /// <summary>Whether a column can only be what the record says; the application's own may be anything.</summary>
    private static bool IsSources(Field field) => field is { IsDerived: false, Ownership: null or { Owner: ColumnOwner.Source } };

    /// <summary>Columns that are the application's, and that the source may write nevertheless; a rule without conditions always holds.</summary>
    private static List<(int At, ColumnRule Rule)> SharedColumns(StreamSchema stream) =>
    [
        .. stream.Fields.Index()
            .Where(entry => entry.Item.Ownership is { Owner: ColumnOwner.FillIfNull } or { IsConditional: true })
            .Select(entry => (entry.Index, new ColumnRule(stream, entry.Item.Ownership!))),
    ];

    /// <summary>Why the record cannot be mapped; null if it was added to the batch.</summary>
    private static string? Wrong(string raw, RecordMapper mapper, RowBatch batch)
    {
        try
        {
            var mapped = mapper.Map(Encoding.UTF8.GetBytes(raw), isDeletion: false, batch);
            return mapped.Problem?.Message;
        }
        catch (JsonException)
        {
            return "The record is not JSON.";
        }
    }

    private static string Hex(long hash) => hash.ToString("x16", CultureInfo.InvariantCulture);
}

/// <summary>A row of a live table, compared with its record.</summary>
/// <param name="Key">As text, the parts of a compound key as a JSON array.</param>
/// <param name="Run">The run that wrote it last.</param>
/// <param name="Hash">Content hash in the table.</param>
/// <param name="Differences">Empty where it is what the record says.</param>
public sealed record ComparedRow(string Key, string Run, long Hash, IReadOnlyList<ColumnDifference> Differences)
{
    /// <summary>False where the record is not kept, so that nothing can be said of the columns.</summary>
    public bool IsCompared { get; init; }

    /// <summary>Names of the application's columns that the source may write as well and that are not what the record says.</summary>
    public IReadOnlyList<string> Overwritten { get; init; } = [];
}

/// <summary>A column that is not what the record says; values as <see cref="CellText"/> has them.</summary>
/// <param name="Column">Name of the column.</param>
/// <param name="Found">Value in the table.</param>
/// <param name="Recorded">What the record says; for <c>_hash</c> the hash that the record has, for <c>raw</c> what is wrong with it.</param>
public sealed record ColumnDifference(string Column, string? Found, string? Recorded);
