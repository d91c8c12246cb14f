using Tidemark.Engine.Records;

namespace Tidemark.Engine.Destinations;

/// <summary>The writing of one stream of a run.</summary>
public interface IStreamLoad : IAsyncDisposable
{
    /// <summary>What was found when the writing began.</summary>
    StreamStart Start { get; }

    /// <summary>Where the stream stands: the checkpoint that was found, then that of the last batch; null at the first run.</summary>
    Checkpoint? Checkpoint { get; }

    /// <summary>The table's columns as they are now: the declared fields and those that were inferred.</summary>
    StreamSchema Stream { get; }

    /// <summary>
    /// Writes a batch and its checkpoint, both or neither, also after a crash. Rows that a constraint refuses are isolated
    /// and returned; the others are written.
    /// </summary>
    /// <param name="batch">The rows, in the order of writing.</param>
    /// <param name="after">Where the stream stands then.</param>
    /// <param name="beforeCommit">Called with the outcome of a batch that does more than insert, before the commit: so that
    /// refused rows reach quarantine first, and too many changes can be stopped by throwing.</param>
    /// <param name="cancellationToken">Cancels before the commit; not during it.</param>
    Task<WriteResult> WriteAsync(
        RowBatch batch, Checkpoint after, Func<WriteResult, Task> beforeCommit, CancellationToken cancellationToken);

    /// <summary>
    /// Rows of the live table that Tidemark wrote and that are not marked as deleted. Asked before a batch is committed, it
    /// counts that batch's changes.
    /// </summary>
    Task<long> CountAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Adds columns for fields that were met in records, at most as many as there is room for. A field of a name that is there gives
    /// its column another type: <see cref="StreamStart.MayBecomeText"/>.
    /// </summary>
    Task EvolveAsync(IReadOnlyList<Field> fields, CancellationToken cancellationToken);

    /// <summary>
    /// The rows of the live table that a staging which an earlier run left holds as unchanged; none where there is no live table.
    /// Whether they still are, that run cannot have said.
    /// </summary>
    IAsyncEnumerable<StoredRow> UnchangedAsync(CancellationToken cancellationToken);

    /// <summary>
    /// The key of a live row that such a staging holds as unchanged, and that has other values by now or is gone; null where there is none.
    /// Only for tables without <c>raw</c>: the others can say more (<see cref="UnchangedAsync"/>).
    /// </summary>
    Task<string?> FindEditedAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Looks for a record among the given ones whose row publishing would delete, by what the destination takes for the same
    /// key. Changes nothing.
    /// </summary>
    /// <param name="records">Records of the stream as <see cref="Stream"/> has it; their keys count, and nothing else.</param>
    /// <param name="cancellationToken">Cancels between statements.</param>
    /// <returns>The key of one; null where there is none.</returns>
    Task<string?> FindGoneAsync(RowBatch records, CancellationToken cancellationToken);

    /// <summary>Makes the staging one that no later run resumes. Does nothing to a merge.</summary>
    Task AbandonAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Reads back what merge wrote in this run and has not read back yet, less what was right when it was read back and no longer is.
    /// Part of the receipt.
    /// </summary>
    Task<Checksum> VerifyAsync(CancellationToken cancellationToken);
}
