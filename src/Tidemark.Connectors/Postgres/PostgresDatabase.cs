using Npgsql;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Errors;

namespace Tidemark.Connectors.Postgres;

/// <summary>A PostgreSQL database, as a pool of connections.</summary>
internal sealed class PostgresDatabase(PostgresOptions options) : ISqlDatabase
{
    /// <summary>How long a statement waits for a lock, with others queueing behind it.</summary>
    public const int LockSeconds = 60;

    private const int OldestMajor = 14;
    private const int KeepAliveSeconds = 30;

    // What a server or a role sets for people's statements would end a publish, or a connection that waits for a slow source.
    private static readonly string Session =
        $"SET statement_timeout = 0; SET idle_session_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET lock_timeout = '{LockSeconds}s'; SET TimeZone = 'UTC'; SET extra_float_digits = 1";

    private readonly SemaphoreSlim _opening = new(1, 1);
    private NpgsqlDataSource? _source;

    public SqlDialect Dialect { get; } = new PostgresDialect(options.Schema, options.Json, options.OwnSchema);

    public async Task<ISqlSession> OpenAsync(CancellationToken cancellationToken)
    {
        var source = await SourceAsync(cancellationToken);
        return new PostgresSession((PostgresDialect)Dialect, await ConnectAsync(source, cancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        if (_source is not null) await _source.DisposeAsync();
        _opening.Dispose();
    }

    /// <summary>The pool, once the server has answered and the schema is there.</summary>
    private async Task<NpgsqlDataSource> SourceAsync(CancellationToken cancellationToken)
    {
        await _opening.WaitAsync(cancellationToken);
        try
        {
            if (_source is not null) return _source;
            var source = new NpgsqlDataSourceBuilder(Address().ConnectionString).Build();
            await RequireOwnConnectionAsync(source, cancellationToken);
            await using var connection = await ConnectAsync(source, cancellationToken);
            if (connection.PostgreSqlVersion.Major < OldestMajor)
            {
                throw new TidemarkException(
                    FailureKind.Configuration, "postgres.too_old",
                    $"PostgreSQL {connection.PostgreSqlVersion} is too old; {OldestMajor} or newer is needed.");
            }

            await EnsureSchemaAsync(connection, options.Schema, cancellationToken);
            await MoveOwnTablesAsync(connection, cancellationToken);
            return _source = source;
        }
        finally
        {
            _opening.Release();
        }
    }

    private NpgsqlConnectionStringBuilder Address()
    {
        var address = PostgresAddress.Parse(options.Url!.Reveal());
        address.ApplicationName ??= "tidemark";
        // A connection that is given back is closed for good: its locks and temporary tables must not live on.
        address.Pooling = false;
        address.IncludeErrorDetail = false;
        // A firewall forgets a connection that is silent while the source is slow.
        if (address.KeepAlive == 0) address.KeepAlive = KeepAliveSeconds;
        address.TcpKeepAlive = true;
        return address;
    }

    private async Task<NpgsqlConnection> ConnectAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        try
        {
            var connection = await source.OpenConnectionAsync(cancellationToken);
            await connection.ExecuteAsync(Session, cancellationToken);
            return connection;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            throw PostgresErrors.Unreachable(Address(), failure);
        }
    }

    /// <summary>Before anything is set: a pooler would pass the settings on to other programs.</summary>
    private async Task RequireOwnConnectionAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await source.OpenConnectionAsync(cancellationToken);
            await PostgresPooler.RequireOwnConnectionAsync(connection, source.OpenConnectionAsync, cancellationToken);
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or TidemarkException))
        {
            throw PostgresErrors.Unreachable(Address(), failure);
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
        var apart = PostgresDialect.NameApart(options.Schema);
        if (options.OwnSchema) await EnsureSchemaAsync(connection, apart, cancellationToken);
        else if (!await HasSchemaAsync(connection, apart, cancellationToken)) return;
        var (from, to) = options.OwnSchema ? (options.Schema, apart) : (apart, options.Schema);
        try
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await connection.ExecuteAsync(
                "SELECT pg_advisory_xact_lock(hashtextextended(@name, 0))", cancellationToken, ("name", $"own tables of {options.Schema}"));
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
