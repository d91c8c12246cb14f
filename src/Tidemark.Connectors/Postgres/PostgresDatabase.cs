using System.Text;
using Npgsql;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Errors;

namespace Tidemark.Connectors.Postgres;

/// <summary>A PostgreSQL database, and the connections of a run to it.</summary>
internal sealed class PostgresDatabase : ISqlDatabase
{
    /// <summary>How long a statement waits for a lock, with others queueing behind it.</summary>
    public const int LockSeconds = 60;

    /// <summary>How long a statement waits for it that lets all others wait behind it; then they have a turn.</summary>
    public const int ShortLockSeconds = 2;

    private static readonly TimeSpan HoldersPatience = TimeSpan.FromSeconds(5);

    /// <summary>What the server shows a session as where nothing else is said.</summary>
    public const string Program = "tidemark";
    private const int MostNameBytes = 63;
    private const int OldestMajor = 14;

    // A pooler that has no connection to lend lets the first statement wait.
    private const int FirstAnswerSeconds = 5;

    // What a server or a role sets for people's statements would end a publish, or a connection that waits for a slow source.
    private static readonly string Session =
        $"SET statement_timeout = 0; SET idle_session_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET lock_timeout = '{LockSeconds}s'; SET TimeZone = 'UTC'; SET extra_float_digits = 1; SET standard_conforming_strings = on; "
        // The answer, and a timeout that servers have from PostgreSQL 17 on.
        + "SELECT pg_backend_pid(); SELECT set_config(name, '0', FALSE) FROM pg_settings WHERE name = 'transaction_timeout'";

    private readonly PostgresOptions _options;
    private readonly PostgresDialect _dialect;
    private readonly PostgresConnections _connections;
    private readonly SemaphoreSlim _opening = new(1, 1);
    private NpgsqlDataSource? _source;
    private bool _isOwn;
    private bool _isPrepared;
    private bool _isNamed;

    public PostgresDatabase(PostgresOptions options)
    {
        _options = options;
        _dialect = new PostgresDialect(options.Schema, options.Json, options.OwnSchema) { Holders = HoldersAsync };
        _connections = new PostgresConnections(ConnectAsync);
    }

    public SqlDialect Dialect => _dialect;

    public Action<Wait>? OnWait { get; set; }

    public async Task<ISqlSession> OpenAsync(string? work, CancellationToken cancellationToken)
    {
        _connections.Enter();
        try
        {
            await PrepareAsync(cancellationToken);
            return new PostgresSession(_dialect, _connections, _isNamed ? null : NameOf(work), wait => OnWait?.Invoke(wait));
        }
        catch
        {
            await _connections.LeaveAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _connections.DisposeAsync();
        if (_source is not null) await _source.DisposeAsync();
        _opening.Dispose();
    }

    /// <summary>What the server shows a session as; of a long name of a pipeline, the run's id behind it is not cut.</summary>
    internal static string NameOf(string? work)
    {
        if (work is null) return Program;
        var name = Encoding.ASCII.GetString(Encoding.ASCII.GetBytes($"{Program} {work}"));
        var end = name[name.LastIndexOf(' ')..];
        return name.Length <= MostNameBytes ? name : name[..Math.Max(0, MostNameBytes - end.Length)] + end;
    }

    /// <summary>Looks at the server, and makes the schema where it is missing.</summary>
    private async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await _opening.WaitAsync(cancellationToken);
        try
        {
            if (_isPrepared) return;
            var address = PostgresAddress.ForWork(_options.Url!, Program);
            _source ??= new NpgsqlDataSourceBuilder(address.ConnectionString).Build();
            _isNamed = address.ApplicationName != Program;
            var link = await _connections.LendAsync(name: null, cancellationToken);
            try
            {
                if (link.Connection.PostgreSqlVersion.Major < OldestMajor)
                {
                    throw new TidemarkException(
                        FailureKind.Configuration, "postgres.too_old",
                        $"PostgreSQL {link.Connection.PostgreSqlVersion} is too old; {OldestMajor} or newer is needed.");
                }

                await EnsureSchemaAsync(link.Connection, _options.Schema, cancellationToken);
                await MoveOwnTablesAsync(link.Connection, cancellationToken);
            }
            finally
            {
                _connections.GiveBack(link);
            }

            _isPrepared = true;
        }
        finally
        {
            _opening.Release();
        }
    }

    private async Task<PostgresLink> ConnectAsync(CancellationToken cancellationToken)
    {
        NpgsqlConnection? connection = null;
        try
        {
            connection = await _source!.OpenConnectionAsync(cancellationToken);
            // Before anything is set: a pooler would pass the settings on to other programs.
            if (!_isOwn) await PostgresPooler.RequireOwnConnectionAsync(connection, _source.OpenConnectionAsync, cancellationToken);
            _isOwn = true;
            await using var set = new NpgsqlCommand(Session, connection) { CommandTimeout = FirstAnswerSeconds };
            return new PostgresLink(_dialect, connection, (int)(await set.ExecuteScalarAsync(cancellationToken))!);
        }
        catch (Exception failure)
        {
            if (connection is not null) await connection.DisposeAsync();
            if (failure is OperationCanceledException or TidemarkException) throw;
            throw PostgresErrors.Unreachable(PostgresAddress.ForWork(_options.Url!, Program), failure, isConnected: connection is not null);
        }
    }

    /// <summary>Whoever has been at the schema's tables for as long as a lock is waited for; of other users' sessions it is not known since when.</summary>
    private async Task<string> HoldersAsync()
    {
        // Where the server allows no further connection, the one that would be given back may wait for this answer.
        using var patience = new CancellationTokenSource(HoldersPatience);
        try
        {
            var link = await _connections.LendAsync(name: null, patience.Token);
            try
            {
                return await PostgresActivity.HoldersAsync(
                    link.Connection,
                    $"""
                    l.locktype = 'relation' AND l.mode <> 'AccessShareLock' AND l.relation IN (
                        SELECT c.oid FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE n.nspname = @schema)
                    AND coalesce(a.xact_start < clock_timestamp() - make_interval(secs => {LockSeconds}), TRUE)
                    """,
                    patience.Token, ("schema", _options.Schema));
            }
            finally
            {
                _connections.GiveBack(link);
            }
        }
        catch (Exception failure) when (failure is TidemarkException or NpgsqlException or OperationCanceledException)
        {
            return ""; // what is told is that something is locked
        }
    }

    private static async Task EnsureSchemaAsync(NpgsqlConnection connection, string schema, CancellationToken cancellationToken)
    {
        try
        {
            if (await HasSchemaAsync(connection, schema, cancellationToken)) return;
            await connection.ExecuteAsync($"CREATE SCHEMA IF NOT EXISTS {SqlName.Column(schema)}", cancellationToken);
        }
        catch (NpgsqlException refused)
        {
            throw PostgresErrors.Explain(refused);
        }
    }

    /// <summary>Brings the engine's own tables to where the settings want them, from where they wanted them before.</summary>
    private async Task MoveOwnTablesAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var apart = PostgresDialect.NameApart(_options.Schema);
        if (_options.OwnSchema) await EnsureSchemaAsync(connection, apart, cancellationToken);
        else if (!await HasSchemaAsync(connection, apart, cancellationToken)) return;
        var (from, to) = _options.OwnSchema ? (_options.Schema, apart) : (apart, _options.Schema);
        try
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await connection.ExecuteAsync(
                "SELECT pg_advisory_xact_lock(hashtextextended(@name, 0))", cancellationToken, ("name", $"own tables of {_options.Schema}"));
            foreach (var name in await OwnTablesAsync(connection, from, to, cancellationToken))
                await connection.ExecuteAsync($"ALTER TABLE {new SqlName(from, name)} SET SCHEMA {SqlName.Column(to)}", cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
        catch (NpgsqlException refused)
        {
            throw PostgresErrors.Explain(refused);
        }
    }

    private static async Task<List<string>> OwnTablesAsync(
        NpgsqlConnection connection, string from, string to, CancellationToken cancellationToken)
    {
        await using var command = SqlCommands.Command(
            connection,
            """
            SELECT c.relname::text FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
            WHERE n.nspname = @from AND c.relkind = 'r' AND starts_with(c.relname, '_tidemark_') AND NOT EXISTS (
                SELECT 1 FROM pg_class AS o JOIN pg_namespace AS s ON s.oid = o.relnamespace WHERE s.nspname = @to AND o.relname = c.relname)
            """,
            ("from", from), ("to", to));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var names = new List<string>();
        while (await reader.ReadAsync(cancellationToken)) names.Add(reader.GetString(0));
        return names;
    }

    private static async Task<bool> HasSchemaAsync(NpgsqlConnection connection, string schema, CancellationToken cancellationToken) =>
        await connection.CountAsync("SELECT count(*) FROM pg_namespace WHERE nspname = @schema", cancellationToken, ("schema", schema)) == 1;
}
