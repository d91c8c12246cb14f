using System.Data;
using System.Data.Common;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Catalog;

/// <summary>
/// The database of one Tidemark: definitions, secrets, runs, quarantine. Any number of processes may have it open.
/// What is stored as text goes through <see cref="CatalogText"/> where it may hold any letter.
/// </summary>
public abstract class CatalogDatabase : IAsyncDisposable
{
    /// <summary>Where it is, for messages: a folder, or a database and its server. Holds no secret.</summary>
    public abstract string Place { get; }

    /// <summary>How long a writer waits for another.</summary>
    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // PostgreSQL takes zero for "for ever"; and a lock that is held longer than this is held for long.
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(20);

    private readonly Lock _hearing = new();
    private Action<Wait>? _waiting;

    /// <summary>Whether there is a catalog, readable or not.</summary>
    /// <exception cref="TidemarkException">The database cannot be asked.</exception>
    public abstract Task<bool> ExistsAsync(CancellationToken cancellationToken);

    /// <summary>Creates the catalog if it does not exist, and migrates it to this version. Processes that start at once wait for each other.</summary>
    /// <exception cref="TidemarkException"><c>catalog.newer</c>: a newer Tidemark has been here; <c>catalog.unreadable</c>,
    /// <c>catalog.unwritable</c>; and what a database server may refuse. All are for the operator.</exception>
    public abstract Task PrepareAsync(CancellationToken cancellationToken);

    /// <summary>A pooled connection, to be disposed by the caller. For reading; writing is for <see cref="WriteAsync{T}"/>.</summary>
    public abstract Task<DbConnection> ConnectAsync(CancellationToken cancellationToken);

    /// <summary>Runs work that only reads, and makes of the rows what they are.</summary>
    /// <exception cref="TidemarkException"><c>catalog.connection_lost</c> (transient), where a server is asked;
    /// <c>catalog.unreadable</c> (configuration): it is damaged, or holds what no Tidemark has written.</exception>
    public async Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await ConnectAsync(cancellationToken);
            return await work(connection);
        }
        catch (DbException failure) when (Explain(failure) is { } known)
        {
            throw known;
        }
        catch (Exception wrong) when (IsNonsense(wrong))
        {
            throw Damaged(wrong);
        }
    }

    /// <summary>As reading, row by row as they are asked for.</summary>
    /// <exception cref="TidemarkException">As for reading.</exception>
    public async IAsyncEnumerable<T> EachAsync<T>(
        Func<DbConnection, IAsyncEnumerable<T>> work, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var connection = await ConnectAsync(cancellationToken);
        await using var rows = work(connection).GetAsyncEnumerator(cancellationToken);
        while (await NextAsync(rows)) yield return rows.Current;
    }

    /// <summary>
    /// Runs work in one transaction that takes the catalog's write lock at its start, so that what the work reads stays
    /// true until it commits. An exception rolls everything back.
    /// </summary>
    /// <exception cref="TidemarkException"><c>catalog.busy</c> (transient): somebody else held the lock for 30 s;
    /// <c>catalog.unwritable</c> (configuration): no space or no permission.</exception>
    public Task<T> WriteAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken cancellationToken) =>
        InTransactionAsync(work, Patience, cancellationToken);

    private async Task<T> InTransactionAsync<T>(Func<DbConnection, Task<T>> work, TimeSpan patience, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await ConnectAsync(cancellationToken);
            await using var transaction = await BeginWriteAsync(connection, patience, cancellationToken);
            var result = await work(connection);
            await transaction.CommitAsync(CancellationToken.None); // cancelled now, nobody would know whether it is committed
            return result;
        }
        catch (DbException failure) when (Explain(failure) is { } known)
        {
            throw known;
        }
    }

    /// <inheritdoc cref="WriteAsync{T}"/>
    public Task WriteAsync(Func<DbConnection, Task> work, CancellationToken cancellationToken) =>
        WriteAsync(async connection =>
        {
            await work(connection);
            return true;
        }, cancellationToken);

    /// <summary>
    /// Writes what is worth noting and not worth waiting for: where the lock is not to be had in a moment, or nothing can be written, it is
    /// left out, and nobody hears of it.
    /// </summary>
    public async Task NoteAsync(Func<DbConnection, Task> work, CancellationToken cancellationToken)
    {
        try
        {
            await InTransactionAsync(async connection =>
            {
                await work(connection);
                return true;
            }, Moment, cancellationToken);
        }
        catch (TidemarkException)
        {
            // The next caller notes it.
        }
    }

    /// <summary>Calls somebody, from any thread, while work waits for another process that writes; it must return fast.</summary>
    public void Hear(Action<Wait> waiting)
    {
        lock (_hearing) _waiting += waiting;
    }

    /// <summary>Calls it no longer.</summary>
    public void HearNoMore(Action<Wait> waiting)
    {
        lock (_hearing) _waiting -= waiting;
    }

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>Begins a transaction that holds the write lock.</summary>
    /// <param name="connection">An open connection without a transaction.</param>
    /// <param name="patience">The time to wait for the lock, at least a millisecond.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    protected abstract Task<DbTransaction> BeginWriteAsync(DbConnection connection, TimeSpan patience, CancellationToken cancellationToken);

    /// <summary>What a failure means for the operator; null where it is a defect.</summary>
    protected abstract TidemarkException? Explain(DbException failure);

    /// <summary>How to go on without the old catalog, up to the colon after which stands how definitions are saved.</summary>
    public abstract string BeginAnew { get; }

    /// <summary>The hint of a catalog that is lost.</summary>
    public string WaysOut =>
        "Put a copy of it back. Without one: the tables and their checkpoints are in the destinations, and files of exported definitions and backups still stand; "
        + $"secrets, the history of runs and the quarantine are lost. To begin anew, {BeginAnew}, and save the definitions again; runs go on from their checkpoints";

    /// <summary>The catalog can be opened, and something in it cannot be read.</summary>
    protected TidemarkException Damaged(Exception cause) =>
        new(FailureKind.Configuration, "catalog.unreadable", $"The catalog in {Place} is damaged: something in it is not what was written.", cause)
        {
            Hint = WaysOut,
            Next = new(NextAct.SaveDefinitions),
        };

    private async Task<bool> NextAsync<T>(IAsyncEnumerator<T> rows)
    {
        try
        {
            return await rows.MoveNextAsync();
        }
        catch (DbException failure) when (Explain(failure) is { } known)
        {
            throw known;
        }
        catch (Exception wrong) when (IsNonsense(wrong))
        {
            throw Damaged(wrong);
        }
    }

    /// <summary>Whether what is stored cannot be what was stored.</summary>
    private static bool IsNonsense(Exception wrong) =>
        wrong is JsonException or FormatException or DataException or InvalidCastException or OverflowException;

    protected void SayWaiting(TimeSpan length) =>
        Volatile.Read(ref _waiting)?.Invoke(new(WaitKind.Lock, $"Another process writes to the catalog in {Place}.", length));

    protected TidemarkException Busy(DbException cause) =>
        new(FailureKind.Transient, "catalog.busy", $"Another process has been writing to the catalog in {Place} for long.", cause);

    protected TidemarkException Newer(long version, long newest, string otherwise, NextAct? next) =>
        new(FailureKind.Configuration, "catalog.newer",
            $"The catalog in {Place} has version {version}; this Tidemark knows versions up to {newest}.")
        {
            Hint = $"Use the newer Tidemark that wrote it; or {otherwise}.",
            Next = next is { } act ? new(act) : null,
        };
}
