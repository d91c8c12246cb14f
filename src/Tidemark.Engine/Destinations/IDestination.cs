using Tidemark.Engine.Errors;
using Tidemark.Engine.Records;
using Tidemark.Engine.Sources;

namespace Tidemark.Engine.Destinations;

/// <summary>Writes rows into one database.</summary>
public interface IDestination : IAsyncDisposable
{
    /// <summary>
    /// Everything that would stop a load: not reachable, no permission, a column of another type, too many columns.
    /// Changes nothing.
    /// </summary>
    Task<IReadOnlyList<Problem>> CheckAsync(IReadOnlyList<TablePlan> tables, CancellationToken cancellationToken);

    /// <summary>
    /// The tables that a run wrote, with the columns that it gave them; empty where nothing is kept of it. Those of a
    /// restore are not among them: what it left is kept whole, and needs no records to tell a later change.
    /// </summary>
    Task<IReadOnlyList<TablePlan>> UndoableAsync(string pipeline, string run, CancellationToken cancellationToken);

    /// <summary>
    /// Takes a run back in one transaction: what it updated and deleted is as it was, what it created is gone, and its
    /// streams stand where they stood. Rows that have changed since are left and listed.
    /// </summary>
    /// <exception cref="TidemarkException"><c>undo.unknown</c>, <c>undo.already</c> (usage).</exception>
    Task<IReadOnlyList<UndoneTable>> UndoAsync(UndoPlan plan, CancellationToken cancellationToken);

    /// <summary>Opens a live table to read back what is in it; null where there is no such table. Changes nothing.</summary>
    /// <param name="table">Which, with the stream that it was made for.</param>
    /// <param name="run">Only the rows that this run wrote last; null for all that Tidemark wrote.</param>
    /// <param name="cancellationToken">Of the opening; the rows take their own.</param>
    Task<StoredTable?> OpenTableAsync(TablePlan table, string? run, CancellationToken cancellationToken);

    /// <summary>Begins the writing of one run.</summary>
    Task<ILoad> BeginAsync(LoadPlan plan, CancellationToken cancellationToken);

    /// <summary>Streams that a pipeline has written here, in order, whether or not their tables are still there.</summary>
    Task<IReadOnlyList<string>> StreamsAsync(string pipeline, CancellationToken cancellationToken);

    /// <summary>
    /// Reads all rows and columns of tables, the application's too, as they are at one moment. Tables that are not
    /// there are passed over.
    /// </summary>
    /// <param name="tables">Names, unquoted.</param>
    /// <param name="read">Given one table after the other, and its rows to go through once; a row is a JSON array with
    /// one value a column, valid until the next is asked for.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    Task ReadTablesAsync(
        IReadOnlyList<string> tables, Func<TableShape, IAsyncEnumerable<ReadOnlyMemory<byte>>, Task> read,
        CancellationToken cancellationToken);

    /// <summary>
    /// Brings rows back, all tables in one transaction, and makes the next run read their streams from the beginning.
    /// </summary>
    /// <returns>Per table, those that others refer to first.</returns>
    /// <exception cref="TidemarkException"><c>restore.table_missing</c>, <c>restore.column_missing</c>,
    /// <c>restore.column_type</c>, <c>restore.no_key</c>; <c>restore.refused</c>: a constraint does not allow it. Nothing
    /// has changed then.</exception>
    Task<IReadOnlyList<RestoredTable>> RestoreAsync(RestorePlan plan, CancellationToken cancellationToken);
}

/// <summary>The writing of one run.</summary>
/// <param name="Pipeline">Name of the pipeline; checkpoints are kept under it.</param>
/// <param name="Run">Id of the run, written into <c>_run</c> of every row that it touches.</param>
public sealed record LoadPlan(string Pipeline, string Run)
{
    /// <summary>Whether values of any stream go back to the source.</summary>
    public bool WritesBack { get; init; }

    /// <summary>The parked run whose staging, and no other, this one publishes; null where it reads for itself.</summary>
    public string? Approves { get; init; }
}

/// <summary>One run's writing. Disposing without publishing leaves live tables as they were and staged rows to resume.</summary>
public interface ILoad : IAsyncDisposable
{
    /// <summary>
    /// Columns that the pipeline's earlier runs filled, whether or not they can be undone; empty where nothing is known of
    /// them. Columns that were inferred from records and are still there are left out: they follow the records.
    /// </summary>
    Task<IReadOnlyList<string>> EarlierColumnsAsync(TablePlan table, CancellationToken cancellationToken);

    /// <summary>Makes a stream ready for writing. Streams are written at the same time, each by one writer.</summary>
    /// <exception cref="TidemarkException"><c>destination.in_use</c>: another run writes this stream.</exception>
    Task<IStreamLoad> OpenAsync(TablePlan table, CancellationToken cancellationToken);

    /// <summary>What publishing would change, per staged table. Changes nothing.</summary>
    Task<IReadOnlyList<PublishPreview>> PreviewAsync(CancellationToken cancellationToken);

    /// <summary>The rows of a staged table that publishing would change. Changes nothing.</summary>
    /// <param name="table">Name of the live table.</param>
    /// <param name="cancellationToken">Cancels between rows.</param>
    IAsyncEnumerable<RowChange> ChangesAsync(string table, CancellationToken cancellationToken);

    /// <summary>
    /// Makes all staged streams live in one transaction: readers see the old rows or the new ones, never a mix.
    /// Streams that were merged are live already and are not spoken of.
    /// </summary>
    /// <param name="beforeCommit">Told what a table's publishing comes to while it can still be undone, so that refused
    /// records are in quarantine whatever happens.</param>
    /// <param name="cancellationToken">Before the commit; not during it.</param>
    Task<IReadOnlyList<PublishResult>> PublishAsync(
        Func<PublishResult, Task> beforeCommit, CancellationToken cancellationToken);

    /// <summary>
    /// Keeps what is staged for a run that approves of it. No other goes on with it: what somebody has looked at is
    /// published, or everything is read anew.
    /// </summary>
    Task ParkAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Values that are still to be written back to the source, of this run and of earlier ones: up to 100 of a stream, in
    /// the order of their keys, after a key. Entries are made in the transactions that write the rows.
    /// </summary>
    Task<IReadOnlyList<OutboxEntry>> ReadOutboxAsync(string stream, string after, CancellationToken cancellationToken);

    /// <summary>Removes entries that the source has confirmed, and keeps the others with the reason; how many it removed.</summary>
    Task<int> SettleOutboxAsync(string stream, IReadOnlyList<SettledEntry> settled, CancellationToken cancellationToken);
}

/// <summary>The writing of one stream of a run.</summary>
public interface IStreamLoad : IAsyncDisposable
{
    /// <summary>What an earlier run left to go on from; null at the first run.</summary>
    Checkpoint? Checkpoint { get; }

    /// <summary>
    /// Where the live rows stood when the writing began, whatever is gone on from; null where nothing is known of them.
    /// </summary>
    Cursor? Before { get; }

    /// <summary>The table's columns as they are now: the declared fields and those that earlier runs inferred.</summary>
    StreamSchema Stream { get; }

    /// <summary>
    /// Writes a batch and its checkpoint in one transaction. Rows that a constraint refuses are isolated and returned;
    /// the others are written.
    /// </summary>
    /// <param name="batch">Rows in the order in which they are to be written.</param>
    /// <param name="after">Where the stream stands then.</param>
    /// <param name="beforeCommit">Told what becomes of a batch that does more than insert, while it can still be undone: so
    /// that refused rows are in quarantine whatever happens, and that too many changes can be stopped by throwing.</param>
    /// <param name="cancellationToken">Before the commit; not during it.</param>
    Task<WriteResult> WriteAsync(
        RowBatch batch, Checkpoint after, Func<WriteResult, Task> beforeCommit, CancellationToken cancellationToken);

    /// <summary>
    /// Rows of the live table that Tidemark wrote and that are not marked as deleted; for use before a batch is committed,
    /// whose changes it sees.
    /// </summary>
    Task<long> CountAsync(CancellationToken cancellationToken);

    /// <summary>Whether there was a live table when the writing began.</summary>
    bool HasLive { get; }

    /// <summary>Columns that the table can still take.</summary>
    int Room { get; }

    /// <summary>Adds columns for fields that were met in records, at most as many as there is room for.</summary>
    Task EvolveAsync(IReadOnlyList<Field> fields, CancellationToken cancellationToken);

    /// <summary>Makes a staging one that no later run goes on with. Does nothing to a merge.</summary>
    Task AbandonAsync(CancellationToken cancellationToken);

    /// <summary>Reads back what merge wrote in this run and has not read back yet. Part of the receipt.</summary>
    Task<Checksum> VerifyAsync(CancellationToken cancellationToken);
}
