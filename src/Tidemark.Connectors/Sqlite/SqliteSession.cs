using System.Data.Common;
using Microsoft.Data.Sqlite;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Destinations.Sql.Backups;
using Tidemark.Engine.Destinations.Sql.Loading;
using Tidemark.Engine.Errors;

namespace Tidemark.Connectors.Sqlite;

/// <summary>A turn-taker on the only connection to a SQLite file.</summary>
internal sealed class SqliteSession(
    SqliteDialect dialect, SqliteConnection connection, SqliteBulk bulk, SemaphoreSlim turn, Action<Wait> waiting) : ISqlSession
{
    private readonly SqliteLocks _locks = new(SqliteFile.PathOf(connection));

    public DbConnection Connection => connection;

    public ISqlBulk Bulk => bulk;

    public ISqlRows Rows { get; } = new SqliteRows(connection);

    public async Task<IDisposable> EnterAsync(CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            SqliteFile.RequireInPlace(connection);
            return new Turn(turn);
        }
        catch
        {
            turn.Release();
            throw;
        }
    }

    public async Task CommitAsync(DbTransaction transaction)
    {
        SqliteFile.RequireInPlace(connection);
        await transaction.CommitAsync(CancellationToken.None);
        SqliteFile.RequireInPlace(connection); // or the rows went where nobody finds them
    }

    /// <remarks>SQLite's own locks are of the whole file and end with a transaction; a run has many.</remarks>
    public Task LockAsync(SqlName table, CancellationToken cancellationToken) =>
        TableLock.TakeAsync(table, () => Task.FromResult(_locks.TryTake(table)), () => Task.FromResult(""), waiting, cancellationToken);

    /// <remarks>The files are this process's for as long as it lives.</remarks>
    public Task<bool> HoldsAsync(SqlName table, DbConnection writer, CancellationToken cancellationToken) => Task.FromResult(true);

    public Task UnlockAsync(CancellationToken cancellationToken)
    {
        _locks.Dispose();
        return Task.CompletedTask;
    }

    // There is one writer, and readers are in nobody's way.
    public Task AlterAsync(SqlName table, string statement, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(statement, cancellationToken);

    public async Task<string?> KindAsync(SqlName name, CancellationToken cancellationToken)
    {
        await using var command = SqlCommands.Command(
            connection, "SELECT type FROM sqlite_schema WHERE name = @name COLLATE NOCASE AND type <> 'trigger'", ("name", name.Name));
        return await command.ExecuteScalarAsync(cancellationToken) as string;
    }

    /// <remarks>Hidden are 2 and 3, virtual and stored, of the columns that are computed: https://www.sqlite.org/pragma.html#pragma_table_xinfo.</remarks>
    public async Task<IReadOnlyDictionary<string, TableColumn>> ColumnsAsync(SqlName table, CancellationToken cancellationToken)
    {
        var columns = new Dictionary<string, TableColumn>(StringComparer.OrdinalIgnoreCase);
        await using var command = SqlCommands.Command(
            connection, "SELECT name, type, hidden > 1 FROM pragma_table_xinfo(@table) WHERE hidden <> 1 ORDER BY cid", ("table", table.Name));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var name = reader.GetString(0);
            columns[name] = SqliteCollation.Of(connection, table, new(name, reader.GetString(1)) { IsComputed = reader.GetBoolean(2) });
        }

        return columns;
    }

    // No statement changes the type of a column here.
    public Task<IReadOnlySet<string>> HeldColumnsAsync(SqlName table, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlySet<string>>(System.Collections.ObjectModel.ReadOnlySet<string>.Empty);

    /// <remarks>Of an index on an expression (-2) it is not told which columns that is made of: https://www.sqlite.org/pragma.html#pragma_index_info.</remarks>
    public async Task<IReadOnlySet<string>> ReleasableAsync(SqlName table, CancellationToken cancellationToken)
    {
        await using var command = SqlCommands.Command(
            connection,
            """
            SELECT DISTINCT t.name FROM pragma_index_list(@table) AS i, pragma_index_info(i.name) AS c, pragma_table_info(@table) AS t
            WHERE i."unique" = 1 AND (t.name = c.name OR c.cid = -2) AND t."notnull" = 0
            """,
            ("table", table.Name));
        var columns = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken)) columns.Add(reader.GetString(0));
        return columns;
    }

    public async Task<bool> MayChangeOthersAsync(SqlName table, CancellationToken cancellationToken) =>
        await connection.CountAsync(
            "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = @table COLLATE NOCASE", cancellationToken,
            ("table", table.Name)) > 0;

    /// <remarks>The declared type of a column changes what is written by its affinity: https://www.sqlite.org/datatype3.html.</remarks>
    public async Task<bool> KeepsValuesAsync(SqlTable table, CancellationToken cancellationToken)
    {
        if (await MayChangeOthersAsync(table.Name, cancellationToken)) return false;
        var columns = await ColumnsAsync(table.Name, cancellationToken);
        return table.LiveColumns.All(column =>
            columns.TryGetValue(column.Name, out var there) && there.Type.Equals(dialect.TypeOf(column), StringComparison.OrdinalIgnoreCase));
    }

    public async Task<SqlTableState?> StateAsync(SqlName table, CancellationToken cancellationToken) =>
        await KindAsync(table, cancellationToken) == "table" ? new(Rows: null, Bytes: null, [], CanAlter: true, "") : null;

    public (long Taken, long Free)? Room()
    {
        var path = SqliteFile.PathOf(connection);
        return path.Length == 0 ? null : (new FileInfo(path).Length, new DriveInfo(Path.GetDirectoryName(path)!).AvailableFreeSpace);
    }

    public async Task<bool> HasUniqueKeyAsync(SqlName table, IReadOnlySet<string> columns, CancellationToken cancellationToken)
    {
        // The primary key first: one that is the row id has no index.
        await using var command = SqlCommands.Command(
            connection,
            """
            SELECT -1, name FROM pragma_table_info(@table) WHERE pk > 0
            UNION ALL
            SELECT i.seq, c.name FROM pragma_index_list(@table) AS i, pragma_index_info(i.name) AS c
            WHERE i."unique" = 1 AND i.partial = 0
            """,
            ("table", table.Name));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var keys = new Dictionary<long, HashSet<string>>();
        while (await reader.ReadAsync(cancellationToken))
        {
            if (!keys.TryGetValue(reader.GetInt64(0), out var key)) keys[reader.GetInt64(0)] = key = new(StringComparer.OrdinalIgnoreCase);
            if (!await reader.IsDBNullAsync(1, cancellationToken)) key.Add(reader.GetString(1));
        }

        return keys.Values.Any(key => key.SetEquals(columns));
    }

    public ValueTask DisposeAsync()
    {
        _locks.Dispose();
        return ValueTask.CompletedTask;
    }

    private sealed class Turn(SemaphoreSlim turn) : IDisposable
    {
        public void Dispose() => turn.Release();
    }
}
