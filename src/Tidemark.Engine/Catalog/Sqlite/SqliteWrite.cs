using System.Data;
using System.Data.Common;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Tidemark.Engine.Catalog.Sqlite;

/// <summary>
/// A transaction that has the write lock from its start. The driver's own would hold a thread of the pool while it waits
/// for the lock; this one lets go of it.
/// </summary>
internal sealed class SqliteWrite : DbTransaction
{
    private static readonly TimeSpan RetryEvery = TimeSpan.FromMilliseconds(20);

    private static readonly TimeSpan TellEvery = TimeSpan.FromSeconds(1);

    private readonly SqliteConnection _connection;

    private SqliteWrite(SqliteConnection connection) => _connection = connection;

    public override IsolationLevel IsolationLevel => IsolationLevel.Serializable;

    protected override DbConnection DbConnection => _connection;

    /// <param name="connection">An open connection without a transaction.</param>
    /// <param name="patience">The time to wait for another process's transaction.</param>
    /// <param name="waiting">Hears, about every second, that it waits, and for how long it will do so before it says so again.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="SqliteException">SQLITE_BUSY after that time, and whatever else SQLite says.</exception>
    public static async Task<SqliteWrite> BeginAsync(
        SqliteConnection connection, TimeSpan patience, Action<TimeSpan> waiting, CancellationToken cancellationToken)
    {
        var told = TimeSpan.Zero;
        for (var waited = TimeSpan.Zero; ; waited += RetryEvery)
        {
            var result = raw.sqlite3_exec(connection.Handle!, "BEGIN IMMEDIATE");
            if (result == raw.SQLITE_OK) return new SqliteWrite(connection);
            if (result is not (raw.SQLITE_BUSY or raw.SQLITE_LOCKED) || waited >= patience)
                SqliteException.ThrowExceptionForRC(result, connection.Handle);
            if (waited - told >= TellEvery)
            {
                told = waited;
                waiting(TellEvery * 1.2);
            }

            await Task.Delay(RetryEvery, cancellationToken);
        }
    }

    public override void Commit() => Execute("COMMIT");

    public override void Rollback() => Execute("ROLLBACK");

    /// <summary>Rolls back what was not committed. SQLite itself has done so after some failures, e.g. of a full disk.</summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing && _connection.State == ConnectionState.Open && raw.sqlite3_get_autocommit(_connection.Handle!) == 0) Rollback();
        base.Dispose(disposing);
    }

    private void Execute(string statement) =>
        SqliteException.ThrowExceptionForRC(raw.sqlite3_exec(_connection.Handle!, statement), _connection.Handle);
}
