using Tidemark.Engine.Destinations.Sql.Undoing;
using Tidemark.Engine.Destinations.Sql.WritingBack;
using Tidemark.Engine.Destinations.Writing;
using Tidemark.Engine.Records;

namespace Tidemark.Engine.Destinations.Sql.Loading;

/// <summary>Moves rows in bulk, inside the transaction that is open on the connection.</summary>
public interface ISqlBulk
{
    /// <summary>
    /// Looks the given rows' keys up in a table and says of each row whether it is new, changed, unchanged or foreign. Unchanged is a row
    /// whose hash and whose values in the source's columns are those of the record.
    /// </summary>
    Task ClassifyAsync(SqlTable table, RowBatch batch, ReadOnlyMemory<int> rows, RowState[] states, CancellationToken cancellationToken);

    /// <inheritdoc cref="IRowStore.ClashesAsync"/>
    Task<IReadOnlyList<KeyClash>> ClashesAsync(
        SqlTable table, RowBatch batch, ReadOnlyMemory<int> rows, CancellationToken cancellationToken);

    /// <summary>
    /// Inserts rows, each with what <see cref="RowLayout.Content"/> says of its state.
    /// </summary>
    Task InsertAsync(
        SqlTable table, RowBatch batch, ReadOnlyMemory<int> rows, RowState[] states, RowStamp stamp, CancellationToken cancellationToken);

    /// <summary>Overwrites the rows of the given keys.</summary>
    Task UpdateAsync(SqlTable table, RowBatch batch, ReadOnlyMemory<int> rows, RowStamp stamp, CancellationToken cancellationToken);

    /// <summary>Sets columns of the rows of the given keys to null.</summary>
    Task EmptyAsync(
        SqlTable table, IReadOnlyList<SqlColumn> columns, RowBatch batch, ReadOnlyMemory<int> rows, CancellationToken cancellationToken);

    /// <summary>
    /// Deletes the rows of the given keys, of a live table only those that Tidemark wrote (<c>_hash</c> is not null);
    /// the checksum of the deleted rows that have a hash.
    /// </summary>
    Task<Checksum> DeleteAsync(SqlTable table, RowBatch batch, ReadOnlyMemory<int> rows, CancellationToken cancellationToken);

    /// <summary>Inserts what an expression gives of the rows of the given keys, aliased <c>l</c>, that Tidemark wrote.</summary>
    /// <param name="into">Table and columns.</param>
    /// <param name="values">SQL expressions.</param>
    /// <param name="table">The table of the rows.</param>
    /// <param name="batch">Holds the keys.</param>
    /// <param name="rows">Their numbers.</param>
    /// <param name="cancellationToken">Cancels between statements.</param>
    Task InsertOfAsync(
        string into, string values, SqlTable table, RowBatch batch, ReadOnlyMemory<int> rows, CancellationToken cancellationToken);

    /// <summary>
    /// Marks the rows of the given keys as deleted, those only that Tidemark wrote and that are not marked yet; the
    /// checksum of the rows that it marked.
    /// </summary>
    Task<Checksum> MarkDeletedAsync(
        SqlTable table, RowBatch batch, ReadOnlyMemory<int> rows, RowStamp stamp, CancellationToken cancellationToken);

    /// <summary>
    /// Saves before images of the rows of the given keys. Where they are deleted or marked, those only
    /// that Tidemark wrote and that are not marked yet.
    /// </summary>
    Task SaveImagesAsync(
        SqlBeforeImages images, SqlTable table, RowBatch batch, ReadOnlyMemory<int> rows, bool isDeletion,
        CancellationToken cancellationToken);

    /// <summary>Puts those of the given rows that are in the live table into the outbox.</summary>
    Task EnqueueAsync(
        SqlWriteBack writeBack, SqlTable table, RowBatch batch, ReadOnlyMemory<int> rows, CancellationToken cancellationToken);

    /// <summary>
    /// Reads the rows of the given keys back; the checksum of those whose values in the source's columns are those of the
    /// record, and of those that should be gone.
    /// </summary>
    Task<Checksum> ReadBackAsync(SqlTable table, RowBatch batch, ReadOnlyMemory<int> rows, CancellationToken cancellationToken);
}
