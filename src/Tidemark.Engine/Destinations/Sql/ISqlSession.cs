using System.Data.Common;
using Tidemark.Engine.Destinations.Sql.Backups;
using Tidemark.Engine.Destinations.Sql.Loading;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Destinations.Sql;

/// <summary>One connection to a SQL database.</summary>
public interface ISqlSession : IAsyncDisposable
{
    DbConnection Connection { get; }

    ISqlBulk Bulk { get; }

    ISqlRows Rows { get; }

    /// <summary>Waits for the right to write; disposing gives it back. One writer at a time holds it.</summary>
    Task<IDisposable> EnterAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Commits, come what may: a cancellation in between would leave in doubt whether it happened. Fails where the rows would be,
    /// or are, in a database that nobody finds any more, e.g. a file that was deleted meanwhile.
    /// </summary>
    Task CommitAsync(DbTransaction transaction);

    /// <summary>
    /// Keeps other processes from writing this table until the session ends. A process that was killed lets go when
    /// the database has noticed; up to 30 seconds are waited for that.
    /// </summary>
    /// <exception cref="TidemarkException"><c>destination.in_use</c>.</exception>
    Task LockAsync(SqlName table, CancellationToken cancellationToken);

    /// <summary>Lets go of every lock of this session.</summary>
    Task UnlockAsync(CancellationToken cancellationToken);

    /// <summary>What has a name: <c>table</c>, <c>view</c>, <c>index</c> and the like; null where the name is free.</summary>
    Task<string?> KindAsync(SqlName name, CancellationToken cancellationToken);

    /// <summary>The columns of a table or view in its order, by name; empty where there is none of this name.</summary>
    Task<IReadOnlyDictionary<string, TableColumn>> ColumnsAsync(SqlName table, CancellationToken cancellationToken);

    /// <summary>Columns whose type cannot change, since a view, a rule, a trigger or a constraint is made of them.</summary>
    Task<IReadOnlySet<string>> HeldColumnsAsync(SqlName table, CancellationToken cancellationToken);

    /// <summary>Columns of a table that are in a unique index, and may be null.</summary>
    Task<IReadOnlySet<string>> ReleasableAsync(SqlName table, CancellationToken cancellationToken);

    /// <summary>
    /// Whether what is written into the table is what it holds then: no trigger and no rule stands between, and its columns
    /// have the types that new ones get. Where it is not, only values that were read back prove anything.
    /// </summary>
    Task<bool> KeepsValuesAsync(SqlTable table, CancellationToken cancellationToken);

    /// <summary>Whether a primary key, a unique constraint or a unique index covers exactly these columns.</summary>
    Task<bool> HasUniqueKeyAsync(SqlName table, IReadOnlySet<string> columns, CancellationToken cancellationToken);
}
