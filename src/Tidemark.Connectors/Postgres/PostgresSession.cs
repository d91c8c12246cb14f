using System.Data.Common;
using System.Diagnostics;
using Npgsql;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Destinations.Sql.Backups;
using Tidemark.Engine.Destinations.Sql.Loading;
using Tidemark.Engine.Errors;

namespace Tidemark.Connectors.Postgres;

/// <summary>Work on PostgreSQL that has a connection where it has a turn, and one that holds its locks until it ends.</summary>
/// <param name="dialect">PostgreSQL's words.</param>
/// <param name="connections">Where the connections come from.</param>
/// <param name="name">What the server shows them as; null for what the address says.</param>
/// <param name="waiting">Hears of waits for locks.</param>
internal sealed class PostgresSession(
    PostgresDialect dialect, PostgresConnections connections, string? name, Action<Wait> waiting) : ISqlSession
{
    private static readonly TimeSpan PauseBetweenTurns = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan TurnEvery = PauseBetweenTurns + TimeSpan.FromSeconds(PostgresDatabase.ShortLockSeconds);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly SemaphoreSlim _locking = new(1, 1);
    private PostgresLink? _link;
    private PostgresLocks? _locks;

    public DbConnection Connection => Npgsql;

    public ISqlBulk Bulk => Link.Bulk;

    public ISqlRows Rows => Link.Rows;

    private PostgresLink Link => _link ?? throw new InvalidOperationException("A turn is taken first.");

    private NpgsqlConnection Npgsql => Link.Connection;

    public async Task<IDisposable> EnterAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            _link = await connections.LendAsync(name, cancellationToken);
            return new Turn(this);
        }
        catch
        {
            _turn.Release();
            throw;
        }
    }

    public Task CommitAsync(DbTransaction transaction) => transaction.CommitAsync(CancellationToken.None);

    public async Task LockAsync(SqlName table, CancellationToken cancellationToken)
    {
        var locks = await LocksAsync(cancellationToken);
        await TableLock.TakeAsync(
            table, () => locks.TryTakeAsync(table, cancellationToken), () => locks.HolderAsync(table, cancellationToken), waiting, cancellationToken);
    }

    public async Task<bool> HoldsAsync(SqlName table, DbConnection writer, CancellationToken cancellationToken) =>
        _locks is not null && await _locks.HoldsAsync(table, (NpgsqlConnection)writer, cancellationToken);

    public async Task UnlockAsync(CancellationToken cancellationToken)
    {
        if (_locks is not null) await _locks.ReleaseAllAsync(cancellationToken);
    }

    public async Task AlterAsync(SqlName table, string statement, CancellationToken cancellationToken)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            await Npgsql.ExecuteAsync(
                $"SAVEPOINT tidemark_alter; SET LOCAL lock_timeout = '{PostgresDatabase.ShortLockSeconds}s'", cancellationToken);
            try
            {
                await Npgsql.ExecuteAsync(statement, cancellationToken);
                await Npgsql.ExecuteAsync(
                    $"RELEASE SAVEPOINT tidemark_alter; SET LOCAL lock_timeout = '{PostgresDatabase.LockSeconds}s'", cancellationToken);
                return;
            }
            catch (PostgresException locked) when (locked.SqlState == PostgresErrorCodes.LockNotAvailable)
            {
                await Npgsql.ExecuteAsync("ROLLBACK TO SAVEPOINT tidemark_alter; RELEASE SAVEPOINT tidemark_alter", cancellationToken);
                if (waited.Elapsed.TotalSeconds > PostgresDatabase.LockSeconds)
                {
                    throw PostgresErrors.Explain(locked, await PostgresActivity.HoldersAsync(
                        Npgsql, "l.locktype = 'relation' AND l.relation = to_regclass(@table)", cancellationToken, ("table", table.ToString())));
                }
            }

            waiting(new(WaitKind.Lock, $"The columns of {table.Name} are changed as soon as nobody uses the table.", TurnEvery * 1.2));
            await Task.Delay(PauseBetweenTurns, cancellationToken);
        }
    }

    /// <remarks>A table is a type of its name as well, so that no other type may have it.</remarks>
    public async Task<string?> KindAsync(SqlName name, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT coalesce(
                (SELECT CASE c.relkind
                    WHEN 'r' THEN CASE WHEN EXISTS (SELECT 1 FROM pg_inherits AS h WHERE h.inhparent = c.oid) THEN 'table that others inherit from' ELSE 'table' END
                    WHEN 'p' THEN 'table' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view'
                    WHEN 'i' THEN 'index' WHEN 'I' THEN 'index' WHEN 'S' THEN 'sequence' WHEN 'f' THEN 'foreign table' ELSE 'type' END
                 FROM pg_class AS c WHERE c.relnamespace = n.oid AND c.relname = @name),
                (SELECT 'type' FROM pg_type AS t WHERE t.typnamespace = n.oid AND t.typname = @name AND t.typcategory <> 'A'))
            FROM pg_namespace AS n WHERE n.nspname = @schema
            """,
            Npgsql);
        command.Parameters.AddWithValue("schema", name.Schema!);
        command.Parameters.AddWithValue("name", name.Name);
        return await command.ExecuteScalarAsync(cancellationToken) as string;
    }

    public async Task<IReadOnlyDictionary<string, TableColumn>> ColumnsAsync(SqlName table, CancellationToken cancellationToken) =>
        (await PostgresColumns.ReadAsync(Npgsql, table, PostgresColumns.Readable, cancellationToken))
        .ToDictionary(column => column.Name, StringComparer.Ordinal);

    public Task<IReadOnlySet<string>> HeldColumnsAsync(SqlName table, CancellationToken cancellationToken) => NamesAsync(
        """
        SELECT DISTINCT a.attname
        FROM pg_depend AS d JOIN pg_class AS c ON c.oid = d.refobjid JOIN pg_namespace AS n ON n.oid = c.relnamespace
        JOIN pg_attribute AS a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
        WHERE n.nspname = @schema AND c.relname = @table AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0
            AND d.classid IN ('pg_rewrite'::regclass, 'pg_trigger'::regclass, 'pg_policy'::regclass, 'pg_constraint'::regclass)
        """,
        table, cancellationToken);

    public Task<IReadOnlySet<string>> ReleasableAsync(SqlName table, CancellationToken cancellationToken) => NamesAsync(
        """
        SELECT DISTINCT a.attname
        FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
            JOIN pg_attribute AS a ON a.attrelid = c.oid AND (a.attnum = ANY (i.indkey) OR EXISTS (
                SELECT 1 FROM pg_depend AS d
                WHERE d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid AND d.refobjid = c.oid AND d.refobjsubid = a.attnum))
        WHERE n.nspname = @schema AND c.relname = @table AND (i.indisunique OR i.indisexclusion) AND NOT a.attnotnull
        """,
        table, cancellationToken);

    public async Task<bool> MayChangeOthersAsync(SqlName table, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT c.relkind <> 'r' OR EXISTS (SELECT 1 FROM pg_rewrite AS r WHERE r.ev_class = c.oid)
                OR EXISTS (SELECT 1 FROM pg_trigger AS t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal AND t.tgenabled <> 'D')
            FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
            WHERE n.nspname = @schema AND c.relname = @table
            """,
            Npgsql);
        command.Parameters.AddWithValue("schema", table.Schema!);
        command.Parameters.AddWithValue("table", table.Name);
        return await command.ExecuteScalarAsync(cancellationToken) is not false;
    }

    public async Task<bool> KeepsValuesAsync(SqlTable table, CancellationToken cancellationToken)
    {
        if (await MayChangeOthersAsync(table.Name, cancellationToken)) return false;
        await using var command = new NpgsqlCommand(
            """
            SELECT (SELECT count(*) FROM pg_attribute AS a JOIN unnest(@columns, @types) AS o (name, type) ON o.name = a.attname
                     WHERE a.attrelid = c.oid AND NOT a.attisdropped AND a.attgenerated = ''
                         AND format_type(a.atttypid, a.atttypmod) = o.type) = cardinality(@columns)
            FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
            WHERE n.nspname = @schema AND c.relname = @table
            """,
            Npgsql);
        command.Parameters.AddWithValue("schema", table.Name.Schema!);
        command.Parameters.AddWithValue("table", table.Name.Name);
        command.Parameters.AddWithValue("columns", table.LiveColumns.Select(column => column.Name).ToArray());
        command.Parameters.AddWithValue("types", table.LiveColumns.Select(column => dialect.TypeOf(column)).ToArray());
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    public async Task<SqlTableState?> StateAsync(SqlName table, CancellationToken cancellationToken)
    {
        var holders = await PostgresActivity.HoldersAsync(
            Npgsql,
            "l.locktype = 'relation' AND l.relation = to_regclass(@table) AND l.mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')",
            cancellationToken, ("table", table.ToString()));
        // The size of a table that somebody has for himself is waited for.
        await using var command = new NpgsqlCommand(
            """
            SELECT greatest(c.reltuples, 0)::bigint, CASE WHEN @isFree THEN pg_total_relation_size(c.oid) END,
                array(SELECT p FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS p WHERE NOT has_table_privilege(c.oid, p)),
                pg_has_role(c.relowner, 'USAGE')
            FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
            WHERE n.nspname = @schema AND c.relname = @table AND c.relkind IN ('r', 'p')
            """,
            Npgsql);
        command.Parameters.AddWithValue("schema", table.Schema!);
        command.Parameters.AddWithValue("table", table.Name);
        command.Parameters.AddWithValue("isFree", holders.Length == 0);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return !await reader.ReadAsync(cancellationToken) ? null
            : new(
                reader.GetInt64(0), await reader.IsDBNullAsync(1, cancellationToken) ? null : reader.GetInt64(1),
                await reader.GetFieldValueAsync<string[]>(2, cancellationToken), reader.GetBoolean(3), holders);
    }

    // Where the server keeps its files, it does not tell.
    public (long Taken, long Free)? Room() => null;

    public async Task<bool> HasUniqueKeyAsync(SqlName table, IReadOnlySet<string> columns, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT EXISTS (
                SELECT 1 FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
                WHERE n.nspname = @schema AND c.relname = @table AND i.indisunique AND i.indisvalid AND i.indpred IS NULL
                    AND (SELECT array_agg(a.attname::text ORDER BY a.attname::text COLLATE "C")
                         FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attnum = ANY (i.indkey)) = @columns)
            """,
            Npgsql);
        command.Parameters.AddWithValue("schema", table.Schema!);
        command.Parameters.AddWithValue("table", table.Name);
        command.Parameters.AddWithValue("columns", columns.Order(StringComparer.Ordinal).ToArray());
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    private async Task<IReadOnlySet<string>> NamesAsync(string sql, SqlName table, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, Npgsql);
        command.Parameters.AddWithValue("schema", table.Schema!);
        command.Parameters.AddWithValue("table", table.Name);
        var names = new HashSet<string>(StringComparer.Ordinal);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken)) names.Add(reader.GetString(0));
        return names;
    }

    public async ValueTask DisposeAsync()
    {
        if (_locks is not null) await _locks.DisposeAsync();
        await connections.LeaveAsync();
        _turn.Dispose();
        _locking.Dispose();
    }

    private async Task<PostgresLocks> LocksAsync(CancellationToken cancellationToken)
    {
        await _locking.WaitAsync(cancellationToken);
        try
        {
            return _locks ??= new PostgresLocks(await connections.TakeAsync(name, cancellationToken), () => connections.Processes, waiting);
        }
        finally
        {
            _locking.Release();
        }
    }

    private void Leave()
    {
        connections.GiveBack(Link);
        _link = null;
        _turn.Release();
    }

    private sealed class Turn(PostgresSession session) : IDisposable
    {
        public void Dispose() => session.Leave();
    }
}
