using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Destinations;

/// <summary>A destination whose tables can be read whole, and brought back.</summary>
public interface IBackedUp
{
    /// <summary>Streams that a pipeline has written here, in order, whether or not their tables are still there.</summary>
    Task<IReadOnlyList<string>> StreamsAsync(string pipeline, CancellationToken cancellationToken);

    /// <summary>
    /// Reads all rows and columns of tables, the application's too, as they are at one moment. Tables that are not
    /// there are passed over.
    /// </summary>
    /// <param name="tables">Names, unquoted.</param>
    /// <param name="read">Called with one table after the other, and its rows to go through once; a row is a JSON array
    /// with one value a column, valid until the next is asked for.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    Task ReadTablesAsync(
        IReadOnlyList<string> tables, Func<TableShape, IAsyncEnumerable<ReadOnlyMemory<byte>>, Task> read,
        CancellationToken cancellationToken);

    /// <summary>
    /// Brings rows back, all tables or none, also after a crash, and makes the next run read their streams from the beginning. A trial
    /// comes to the same figures or the same refusal, and leaves all as it was.
    /// </summary>
    /// <returns>One result a table, those that others refer to first.</returns>
    /// <exception cref="TidemarkException"><c>restore.table_missing</c>, <c>restore.column_missing</c>,
    /// <c>restore.column_type</c>, <c>restore.no_key</c>; <c>restore.refused</c>: a constraint does not allow it. Nothing
    /// has changed then.</exception>
    Task<IReadOnlyList<RestoredTable>> RestoreAsync(RestorePlan plan, CancellationToken cancellationToken);
}
