using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Transfers;

/// <summary>One end of a transfer: a PostgreSQL database that is reached from here, or one behind a peer.</summary>
public interface ITransferEnd : IUndoing, IWaiting, IAsyncDisposable
{
    /// <summary>What the database is, and what its tables look like. Changes nothing.</summary>
    /// <exception cref="TidemarkException">It cannot be reached, or refuses the credentials: <c>postgres.unreachable</c>…</exception>
    Task<DatabaseShape> DescribeAsync(CancellationToken cancellationToken);

    /// <summary>Opens tables to be read as they are at one moment.</summary>
    /// <param name="tables">What is read of them: columns, filters and masks.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    Task<ITransferSource> ReadAsync(IReadOnlyList<TransferTable> tables, CancellationToken cancellationToken);

    /// <summary>Opens tables to be written. Nothing of them changes before it is applied.</summary>
    /// <param name="write">What is written, and how.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    /// <exception cref="TidemarkException"><c>destination.in_use</c> (transient): another run writes the tables.</exception>
    Task<ITransferTarget> WriteAsync(TransferWrite write, CancellationToken cancellationToken);
}

/// <summary>Rows of some tables, to be compared with those of the other end.</summary>
public interface ITransferRows
{
    /// <summary>Count and sum of the rows of each bucket that has any, in the order of the buckets. A whole reading of the table.</summary>
    IAsyncEnumerable<BucketDigest> DigestAsync(TransferTable table, CancellationToken cancellationToken);

    /// <summary>Key and hash of the rows of some buckets, in the order of bucket and key (by the bytes of its parts); equal keys together.</summary>
    /// <param name="table">The table.</param>
    /// <param name="buckets">In their order, at most <see cref="Bucketing.MaxAsked"/>.</param>
    /// <param name="cancellationToken">Looked at between rows.</param>
    IAsyncEnumerable<RowDigest> RowsAsync(TransferTable table, IReadOnlyList<long> buckets, CancellationToken cancellationToken);

    /// <summary>Some rows by their keys, each column as text, to be shown. Rows that are not there are left out.</summary>
    Task<IReadOnlyList<SampledRow>> SampleAsync(TransferTable table, IReadOnlyList<RowKey> keys, CancellationToken cancellationToken);
}

/// <summary>The tables of the source, as they are at one moment for as long as this is open.</summary>
public interface ITransferSource : ITransferRows, IAsyncDisposable
{
    /// <summary>A whole table in parts of about 64 MB, to be copied at the same time and in any order. At least one.</summary>
    Task<IReadOnlyList<RowSelection>> PartsAsync(TransferTable table, CancellationToken cancellationToken);

    /// <summary>Rows in PostgreSQL's COPY format: binary, or text where <see cref="TransferTable.InText"/>.</summary>
    /// <param name="table">The table.</param>
    /// <param name="rows">Which.</param>
    /// <param name="cancellationToken">Ends the copy.</param>
    /// <returns>The bytes as the server sends them. Disposed of before its end, it cancels the rest.</returns>
    Task<Stream> CopyAsync(TransferTable table, RowSelection rows, CancellationToken cancellationToken);

    /// <summary>Where the sequences stand.</summary>
    Task<IReadOnlyList<SequenceValue>> SequencesAsync(CancellationToken cancellationToken);
}

/// <summary>The tables of the target. Disposed of without applying, it leaves them as they were.</summary>
public interface ITransferTarget : ITransferRows, IAsyncDisposable
{
    /// <summary>Keeps rows aside, until they are applied. Durable when it returns.</summary>
    /// <param name="table">The table.</param>
    /// <param name="rows">Which they are; equal rows that were kept before by a run that was interrupted are overwritten.</param>
    /// <param name="copy">The rows, as <see cref="ITransferSource.CopyAsync"/> gives them.</param>
    /// <param name="cancellationToken">Ends it: nothing of this selection is kept then.</param>
    /// <returns>How many rows.</returns>
    Task<long> StageAsync(TransferTable table, RowSelection rows, Stream copy, CancellationToken cancellationToken);

    /// <summary>Count and sum of the rows that are kept aside, bucket by bucket: of an earlier attempt too.</summary>
    IAsyncEnumerable<BucketDigest> StagedAsync(TransferTable table, CancellationToken cancellationToken);

    /// <summary>Drops what is kept aside of some buckets; of all where null.</summary>
    Task DropStagedAsync(TransferTable table, IReadOnlyList<long>? buckets, CancellationToken cancellationToken);

    /// <summary>Notes rows that the source lacks, to be deleted when it is applied.</summary>
    Task StageDeletesAsync(TransferTable table, IReadOnlyList<RowKey> keys, CancellationToken cancellationToken);

    /// <summary>Writes all that is kept aside into the tables, in one transaction, in the order of the foreign keys; keeps the rows as they were.</summary>
    /// <param name="apply">What comes with the rows.</param>
    /// <param name="beforeCommit">Is told what it comes to; throwing takes all back.</param>
    /// <param name="cancellationToken">Takes all back.</param>
    /// <exception cref="TidemarkException">A constraint refuses rows: <c>transfer.rows_refused</c>, with the rows; <c>postgres.locked</c> (transient).</exception>
    Task<IReadOnlyList<AppliedTable>> ApplyAsync(
        TransferApply apply, Func<IReadOnlyList<AppliedTable>, Task> beforeCommit, CancellationToken cancellationToken);

    /// <summary>Puts the source's rows in the place of the tables' own, over several connections: indexes and foreign keys are made anew after the rows.</summary>
    /// <param name="apply">What comes with the rows.</param>
    /// <param name="parts">The rows of a table, part by part, each as <see cref="ITransferSource.CopyAsync"/> gives it.</param>
    /// <param name="beforeCommit">Is told what it comes to; throwing takes all back.</param>
    /// <param name="cancellationToken">Takes all back.</param>
    Task<IReadOnlyList<AppliedTable>> ReplaceAsync(
        TransferApply apply, Func<TransferTable, IAsyncEnumerable<Stream>> parts, Func<IReadOnlyList<AppliedTable>, Task> beforeCommit,
        CancellationToken cancellationToken);
}
