using System.Data.Common;
using Tidemark.Engine.Destinations.Sql.Backups;
using Tidemark.Engine.Destinations.Sql.Loading;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Destinations.Sql;

/// <summary>Work on a SQL database, on one connection at a time.</summary>
public interface ISqlSession : IAsyncDisposable
{
    /// <summary>The connection of this turn, and only of this: the next one may have another.</summary>
    DbConnection Connection { get; }

    ISqlBulk Bulk { get; }

    ISqlRows Rows { get; }

    /// <summary>Waits for the right to use a connection; disposing gives it back. What was begun on it has ended by then.</summary>
    Task<IDisposable> EnterAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Commits, come what may: a cancellation in between would leave in doubt whether it happened. Fails where the rows would be,
    /// or are, in a database that nobody finds any more, e.g. a file that was deleted meanwhile.
    /// </summary>
    Task CommitAsync(DbTransaction transaction);

    /// <summary>
    /// Keeps other processes from writing this table until the session ends. A process that was killed lets go when
    /// the database has noticed, and one that was stopped where the database can tell; up to 40 seconds are waited for that.
    /// </summary>
    /// <exception cref="TidemarkException"><c>destination.in_use</c>.</exception>
    Task LockAsync(SqlName table, CancellationToken cancellationToken);

    /// <summary>
    /// Whether this session still has a table's lock: asked in the transaction of a connection that writes the table, as others wait for its end.
    /// </summary>
    Task<bool> HoldsAsync(SqlName table, DbConnection writer, CancellationToken cancellationToken);

    /// <summary>Lets go of every lock of this session.</summary>
    Task UnlockAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Runs, in the transaction that is open, a statement that needs a table for itself. Where others use the table it waits in short turns, between
    /// which they go on: nobody queues behind it for long. A minute is waited in all.
    /// </summary>
    /// <exception cref="TidemarkException">The table is in use by another program (transient).</exception>
    Task AlterAsync(SqlName table, string statement, CancellationToken cancellationToken);

    /// <summary>What has a name: <c>table</c>, <c>view</c>, <c>index</c> and the like; null where the name is free.</summary>
    Task<string?> KindAsync(SqlName name, CancellationToken cancellationToken);

    /// <summary>The columns of a table or view in its order, by name; empty where there is none of this name.</summary>
    Task<IReadOnlyDictionary<string, TableColumn>> ColumnsAsync(SqlName table, CancellationToken cancellationToken);

    /// <summary>Columns whose type cannot change, since a view, a rule, a trigger or a constraint is made of them.</summary>
    Task<IReadOnlySet<string>> HeldColumnsAsync(SqlName table, CancellationToken cancellationToken);

    /// <summary>Columns of a table that a unique index, or an exclusion, is made of or may be, and that may be null.</summary>
    Task<IReadOnlySet<string>> ReleasableAsync(SqlName table, CancellationToken cancellationToken);

    /// <summary>
    /// Whether what is written into the table is what it holds then: no trigger and no rule stands between, and its columns
    /// have the types that new ones get. Where it is not, only values that were read back prove anything.
    /// </summary>
    Task<bool> KeepsValuesAsync(SqlTable table, CancellationToken cancellationToken);

    /// <summary>Whether the table may change rows while others are written: it has a trigger or a rule, or is made of other tables.</summary>
    Task<bool> MayChangeOthersAsync(SqlName table, CancellationToken cancellationToken);

    /// <summary>A table as whoever wants to write it meets it; null where it is not there.</summary>
    Task<SqlTableState?> StateAsync(SqlName table, CancellationToken cancellationToken);

    /// <summary>Bytes that the database takes, and that are free beside it; null where that is not known.</summary>
    (long Taken, long Free)? Room();

    /// <summary>Whether a primary key, a unique constraint or a unique index covers exactly these columns.</summary>
    Task<bool> HasUniqueKeyAsync(SqlName table, IReadOnlySet<string> columns, CancellationToken cancellationToken);
}
