using System.Data.Common;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Records;

namespace Tidemark.Engine.Destinations.Sql;

/// <summary>A SQL database, and what it does its own way. Everything else is written once, for all of them.</summary>
public interface ISqlDatabase : IAsyncDisposable
{
    SqlDialect Dialect { get; }

    /// <summary>A connection of its own, or a turn on the only one where the database has one writer.</summary>
    /// <exception cref="TidemarkException">The database cannot be reached, or refuses the credentials.</exception>
    Task<ISqlSession> OpenAsync(CancellationToken cancellationToken);
}

/// <summary>One connection to a SQL database.</summary>
public interface ISqlSession : IAsyncDisposable
{
    DbConnection Connection { get; }

    ISqlBulk Bulk { get; }

    ISqlRows Rows { get; }

    /// <summary>Waits for the right to write; disposing gives it back. One writer at a time holds it.</summary>
    Task<IDisposable> EnterAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Keeps other processes from writing this table until the session ends. A process that was killed lets go when
    /// the database has noticed; up to 30 seconds are waited for that.
    /// </summary>
    /// <exception cref="TidemarkException"><c>destination.in_use</c>.</exception>
    Task LockAsync(SqlName table, CancellationToken cancellationToken);

    /// <summary>Lets go of every lock of this session.</summary>
    Task UnlockAsync(CancellationToken cancellationToken);

    /// <summary>The table's columns with their types as the database names them; empty where there is no such table.</summary>
    Task<IReadOnlyDictionary<string, string>> ColumnsAsync(SqlName table, CancellationToken cancellationToken);

    /// <summary>Whether a primary key, a unique constraint or a unique index covers exactly these columns.</summary>
    Task<bool> HasUniqueKeyAsync(SqlName table, IReadOnlySet<string> columns, CancellationToken cancellationToken);
}

/// <summary>Moves rows in bulk, inside the transaction that is open on the connection.</summary>
public interface ISqlBulk
{
    /// <summary>
    /// Looks the given rows' keys up in a table and says of each row whether it is new, changed or unchanged.
    /// </summary>
    Task ClassifyAsync(SqlTable table, RowBatch batch, ReadOnlyMemory<int> rows, RowState[] states, CancellationToken cancellationToken);

    /// <summary>
    /// Inserts rows. In a difference staging, unchanged rows are written with their key and hash alone, kept ones with
    /// their key alone.
    /// </summary>
    Task InsertAsync(
        SqlTable table, RowBatch batch, ReadOnlyMemory<int> rows, RowState[] states, RowStamp stamp, CancellationToken cancellationToken);

    /// <summary>Overwrites the rows of the given keys.</summary>
    Task UpdateAsync(SqlTable table, RowBatch batch, ReadOnlyMemory<int> rows, RowStamp stamp, CancellationToken cancellationToken);

    /// <summary>
    /// Deletes the rows of the given keys, of a live table only those that Tidemark wrote (<c>_hash</c> is not null);
    /// the checksum of the deleted rows that have a hash.
    /// </summary>
    Task<Checksum> DeleteAsync(SqlTable table, RowBatch batch, ReadOnlyMemory<int> rows, CancellationToken cancellationToken);

    /// <summary>
    /// Marks the rows of the given keys as deleted, those only that Tidemark wrote and that are not marked yet; the
    /// checksum of the rows that it marked.
    /// </summary>
    Task<Checksum> MarkDeletedAsync(
        SqlTable table, RowBatch batch, ReadOnlyMemory<int> rows, RowStamp stamp, CancellationToken cancellationToken);

    /// <summary>
    /// Keeps the rows of the given keys as they are, before they are changed. Where they are deleted or marked, those only
    /// that Tidemark wrote and that are not marked yet.
    /// </summary>
    Task RememberAsync(
        SqlBeforeImages images, SqlTable table, RowBatch batch, ReadOnlyMemory<int> rows, bool isDeletion,
        CancellationToken cancellationToken);

    /// <summary>Puts those of the given rows that are in the live table into the outbox.</summary>
    Task EnqueueAsync(
        SqlWriteBack writeBack, SqlTable table, RowBatch batch, ReadOnlyMemory<int> rows, CancellationToken cancellationToken);

    /// <summary>Reads the rows of the given keys back; the checksum of what the table holds.</summary>
    Task<Checksum> ReadBackAsync(SqlTable table, RowBatch batch, ReadOnlyMemory<int> rows, CancellationToken cancellationToken);
}

/// <summary>What a SQL database calls things, and how its failures are told apart.</summary>
public abstract class SqlDialect
{
    /// <summary>Connector name, which begins its error codes.</summary>
    public abstract string Name { get; }

    /// <summary>Schema that tables are in.</summary>
    public abstract string Schema { get; }

    public abstract DestinationLimits Limits { get; }

    /// <summary>Words that make a table that need not survive a crash of the database server.</summary>
    public abstract string CreateStaging { get; }

    /// <summary>Schema of the tables that end with the session.</summary>
    public abstract string TemporarySchema { get; }

    /// <summary>
    /// Statements that make the rows of a filled temporary table be found by their key. Nobody else gathers statistics of
    /// it, and without them the database looks at every row for each.
    /// </summary>
    /// <param name="table">The table.</param>
    /// <param name="columns">Quoted.</param>
    public abstract string IndexTemporary(SqlName table, string columns);

    /// <summary>A statement that makes an index of a name in the table's schema; null is different from null.</summary>
    public abstract string UniqueIndex(SqlName table, string name, string columns);

    /// <summary>Statements that give a column another type, and its values with it; none where values have their own.</summary>
    public virtual string Retype(SqlName table, SqlName column, string type) => "";

    /// <summary>Compares two values of a key.</summary>
    public virtual string SameKey => "=";

    /// <summary>That two aliases hold the same in columns, which are quoted and of any type.</summary>
    public virtual string SameRow(IEnumerable<string> columns, string left, string right) =>
        SqlBeforeImages.Same(columns, left, right);

    /// <summary>What an INSERT says so that the database takes values for columns that it counts by itself.</summary>
    public virtual string InsertAsGiven => "";

    /// <summary>Type of a new column.</summary>
    public abstract string TypeOf(FieldType type);

    /// <summary>An instant as the value of a parameter.</summary>
    public abstract object Instant(DateTimeOffset instant);

    /// <summary>The function that makes a JSON object of names and values in turn.</summary>
    public abstract string JsonObject { get; }

    /// <summary>A table as a foreign key names it.</summary>
    public virtual string Reference(SqlName table) => table.ToString();

    /// <summary>
    /// Expression for what a column holds, in the form of <see cref="CellText"/>; numbers and truth values may stay what
    /// they are. A value that the column should never have must not fail the statement.
    /// </summary>
    public abstract string ReadBack(SqlColumn column);

    /// <summary>Whether values of a field can be written into an existing column of a type.</summary>
    public abstract bool Accepts(string columnType, FieldType type);

    /// <summary>Why a row cannot be written, known before it is tried; null where nothing speaks against it.</summary>
    public abstract Problem? Refuses(SqlTable table, RowBatch batch, int row);

    /// <summary>The reason where the failure is one of a row's content: a constraint, or a value out of range.</summary>
    public abstract Problem? RowProblem(DbException failure, string table);

    /// <summary>Any other failure, told for a person.</summary>
    public abstract TidemarkException Explain(DbException failure);

    /// <summary>Does work on the database and tells whatever fails in it for a person.</summary>
    /// <exception cref="TidemarkException">As <see cref="Explain"/> says.</exception>
    public async Task<T> ExplainedAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (DbException failure)
        {
            throw Explain(failure);
        }
    }

    /// <summary>Statements that rename a staging's own objects after the table itself was renamed.</summary>
    public virtual string AfterRename(SqlName staging, SqlName live) => "";

    /// <summary>Statements that speed a transaction up whose loss would only repeat a batch.</summary>
    public virtual string MayBeLost => "";
}
