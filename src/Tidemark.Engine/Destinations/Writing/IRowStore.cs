using Tidemark.Engine.Errors;
using Tidemark.Engine.Records;

namespace Tidemark.Engine.Destinations.Writing;

/// <summary>
/// The rows of one stream in a database: the live table and, where rows are staged, the staging. It does what it is asked,
/// in bulk, inside the unit that is open, and decides nothing: <see cref="RowWriter"/> does.
/// </summary>
public interface IRowStore
{
    /// <summary>Begins a unit of work.</summary>
    /// <param name="mayBeLost">Whether a crash may lose the unit as a whole, which would only repeat a batch.</param>
    /// <param name="cancellationToken">Nothing has begun where it throws.</param>
    Task<IWriteUnit> BeginAsync(bool mayBeLost, CancellationToken cancellationToken);

    /// <summary>Why a row cannot be written, known before it is tried; null where nothing speaks against it.</summary>
    Problem? Refuses(RowBatch batch, int row);

    /// <summary>Whether the store can have a row of this one's key, whatever else it holds.</summary>
    bool CanHold(RowBatch batch, int row) => true;

    /// <summary>The reason where a failure is one of a row's content; null for every other failure.</summary>
    Problem? RowProblem(Exception failure);

    /// <summary>Tries an operation on rows of this store.</summary>
    /// <returns>Null where it succeeded; the reason where a row's content was refused, and then nothing of it is left.</returns>
    Task<Problem?> TryAsync(Func<Task> operation, CancellationToken cancellationToken);

    /// <summary>
    /// Whether the live table holds what is written into it, and nothing changes its other rows on the way. Where it is not so, rows that
    /// were found unchanged prove nothing any more once others are written.
    /// </summary>
    bool KeepsValues => true;

    /// <summary>Whether the store may take two keys for one that differ, e.g. in case.</summary>
    bool HasLooseKeys => false;

    /// <summary>
    /// The given rows whose keys are to the store one with a key that differs, of a row in a place or of an earlier one of them.
    /// Asked only where <see cref="HasLooseKeys"/>.
    /// </summary>
    Task<IReadOnlyList<KeyClash>> ClashesAsync(
        RowPlace place, RowBatch batch, ReadOnlyMemory<int> rows, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<KeyClash>>([]);

    /// <summary>Looks the given rows' keys up in the live table, and sets the states of those that it has.</summary>
    Task ClassifyAsync(RowBatch batch, ReadOnlyMemory<int> rows, RowState[] states, CancellationToken cancellationToken);

    /// <summary>Inserts rows, each with what <see cref="RowLayout.Content"/> says of its state.</summary>
    Task InsertAsync(
        RowPlace place, RowBatch batch, ReadOnlyMemory<int> rows, RowState[] states, RowStamp stamp, CancellationToken cancellationToken);

    /// <summary>Overwrites the live rows of the given keys, but for columns that the application owns.</summary>
    Task UpdateAsync(RowBatch batch, ReadOnlyMemory<int> rows, RowStamp stamp, CancellationToken cancellationToken);

    /// <summary>
    /// Deletes the rows of the given keys, live ones only where Tidemark wrote them; the checksum of the deleted rows that
    /// have a hash.
    /// </summary>
    Task<Checksum> DeleteAsync(RowPlace place, RowBatch batch, ReadOnlyMemory<int> rows, CancellationToken cancellationToken);

    /// <summary>What would go of other tables along with the live rows of the given keys.</summary>
    Task<IReadOnlyList<Cascade>> CascadesAsync(RowBatch batch, ReadOnlyMemory<int> rows, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Cascade>>([]);

    /// <summary>
    /// Marks the live rows of the given keys as deleted, where Tidemark wrote them and they are not marked yet; the checksum
    /// of the rows that it marked.
    /// </summary>
    Task<Checksum> MarkDeletedAsync(RowBatch batch, ReadOnlyMemory<int> rows, RowStamp stamp, CancellationToken cancellationToken);

    /// <summary>
    /// Empties the columns of the live rows of the given keys whose values must be unique, where they may be empty, so that rows
    /// can take each other's values. An update follows.
    /// </summary>
    Task ReleaseAsync(RowBatch batch, ReadOnlyMemory<int> rows, CancellationToken cancellationToken);

    /// <summary>
    /// Reads the live rows of the given keys back; the checksum of those that hold what the record says, and of those that
    /// should be gone.
    /// </summary>
    Task<Checksum> ReadBackAsync(RowBatch batch, ReadOnlyMemory<int> rows, CancellationToken cancellationToken);

    /// <summary>
    /// Keeps live rows that were proven to hold what their records say, where writing others may change them; and forgets those that are
    /// gone. Asked only where <see cref="KeepsValues"/> is false.
    /// </summary>
    Task KeepProvenAsync(
        RowBatch batch, ReadOnlyMemory<int> rows, ReadOnlyMemory<int> gone, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Reads back every live row that this run wrote; their checksum.</summary>
    Task<Checksum> WrittenAsync(CancellationToken cancellationToken);
}
