using System.Data;
using System.Data.Common;
using System.Globalization;
using Dapper;
using Npgsql;
using Tidemark.Engine.Catalog;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Errors;

namespace Tidemark.Connectors.Postgres.Catalog;

/// <summary>
/// The catalog in a schema of a PostgreSQL database, for the processes of any number of machines. The number of the last
/// migration is the fact <c>catalog_version</c>.
/// </summary>
internal sealed class PostgresCatalog : CatalogDatabase
{
    private const int OldestMajor = 14;

    // Tidemark's locks differ from those of others in the first of their two numbers: "tide".
    private const int LockClass = 0x74696465;

    // A server that is restarted is back within these, and a run goes on; together they are shorter than a lease.
    private static readonly TimeSpan[] Delays = [.. new[] { 0.2, 1, 3, 6 }.Select(TimeSpan.FromSeconds)];

    private readonly PostgresCatalogAddress _address;
    private readonly NpgsqlDataSource _source;
    private bool _isPrepared;

    /// <param name="address">Not yet asked for.</param>
    public PostgresCatalog(PostgresCatalogAddress address)
    {
        _address = address;
        _source = new NpgsqlDataSourceBuilder(address.Connection.ConnectionString).Build();
    }

    public override string Place => string.Create(CultureInfo.InvariantCulture,
        $"the schema {_address.Schema} of the database {_address.Connection.Database} on {_address.Connection.Host}:{_address.Connection.Port}");

    public override string BeginAnew => "name another schema in TIDEMARK_CATALOG, move the file key out of the home";

    internal static CatalogMigrations Migrations { get; } =
        new(typeof(PostgresCatalog).Assembly, "Tidemark.Connectors.Postgres.Catalog.Migrations.");

    public override Task<bool> ExistsAsync(CancellationToken cancellationToken) =>
        ReadAsync(async connection => await IsThereAsync(connection, "facts"), cancellationToken);

    public override async Task PrepareAsync(CancellationToken cancellationToken)
    {
        var isCurrent = await ReadAsync(async connection =>
        {
            await CheckServerAsync((NpgsqlConnection)connection);
            return await VersionAsync(connection) == Migrations.Newest;
        }, cancellationToken);
        if (!isCurrent) await WriteAsync(MigrateAsync, cancellationToken);
        _isPrepared = true;
    }

    public override async Task<DbConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            var connection = _source.CreateConnection();
            try
            {
                await connection.OpenAsync(cancellationToken);
                // A pooled connection may have died with its server; whoever uses it next would hear of that.
                if (_isPrepared) await connection.ExecuteAsync("SELECT 1");
                return connection;
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                await connection.DisposeAsync();
                if (!_isPrepared || attempt == Delays.Length || !PostgresCatalogErrors.MayPass(failure))
                    throw PostgresCatalogErrors.Unreachable(failure, Place, _isPrepared);
            }

            await Task.Delay(Delays[attempt], cancellationToken);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        await base.DisposeAsync();
    }

    /// <remarks>
    /// READ COMMITTED, whatever the database's default is: each statement sees what was committed before it, and the lock
    /// keeps the other writers of this catalog out. https://www.postgresql.org/docs/18/explicit-locking.html#ADVISORY-LOCKS
    /// </remarks>
    protected override async Task<DbTransaction> BeginWriteAsync(DbConnection connection, TimeSpan patience, CancellationToken cancellationToken)
    {
        var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
        var timeout = ((long)patience.TotalMilliseconds).ToString(CultureInfo.InvariantCulture); // SET takes no parameters
        await connection.ExecuteAsync(new CommandDefinition(
            $"SET LOCAL lock_timeout = '{timeout}ms'; SELECT pg_advisory_xact_lock(@LockClass, @lockId)",
            new { LockClass, lockId = _address.LockId }, commandTimeout: 40, cancellationToken: cancellationToken));
        return transaction;
    }

    protected override TidemarkException? Explain(DbException failure) =>
        failure is PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected }
            ? Busy(failure) : IsDamaged(failure) ? Damaged(failure) : PostgresCatalogErrors.Explain(failure, Place);

    /// <summary>Tables or columns of ours are gone, or the server finds its files damaged.</summary>
    private bool IsDamaged(DbException failure) => failure is PostgresException
    {
        SqlState: PostgresErrorCodes.DataCorrupted or PostgresErrorCodes.IndexCorrupted,
    } || (_isPrepared && failure is PostgresException { SqlState: PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn });

    private static async Task CheckServerAsync(NpgsqlConnection connection)
    {
        if (connection.PostgreSqlVersion.Major < OldestMajor)
        {
            throw new TidemarkException(FailureKind.Configuration, "catalog.server_too_old",
                $"PostgreSQL {connection.PostgreSqlVersion} is too old for the catalog; {OldestMajor} or newer is needed.");
        }

        if (connection.PostgresParameters.GetValueOrDefault("server_encoding") is { } encoding and not "UTF8")
        {
            throw new TidemarkException(FailureKind.Configuration, "catalog.not_utf8",
                $"The database {connection.Database} keeps text as {encoding}; a catalog needs UTF8.")
            {
                Hint = "Name another database in TIDEMARK_CATALOG: CREATE DATABASE tidemark ENCODING 'UTF8' TEMPLATE template0.",
            };
        }
    }

    /// <summary>Within a transaction that has the write lock: a crash leaves the old version.</summary>
    private async Task MigrateAsync(DbConnection connection)
    {
        var version = await VersionAsync(connection);
        if (version > Migrations.Newest) throw Newer(version, Migrations.Newest, "name another schema in TIDEMARK_CATALOG", next: null);
        var hasSchema = await connection.ExecuteScalarAsync<long>(
            "SELECT count(*) FROM pg_namespace WHERE nspname = @Schema", new { _address.Schema }) > 0;
        if (!hasSchema) await connection.ExecuteAsync($"CREATE SCHEMA {SqlName.Column(_address.Schema)}");
        foreach (var script in Migrations.After(version)) await connection.ExecuteAsync(script);
        await connection.ExecuteAsync("""
            INSERT INTO facts (name, value) VALUES ('catalog_version', @version)
            ON CONFLICT (name) DO UPDATE SET value = excluded.value
            """, new { version = Migrations.Newest.ToString(CultureInfo.InvariantCulture) });
    }

    private async Task<long> VersionAsync(DbConnection connection) =>
        await IsThereAsync(connection, "facts")
        && await connection.QuerySingleOrDefaultAsync<string>("SELECT value FROM facts WHERE name = 'catalog_version'") is { } version
            ? long.Parse(version, CultureInfo.InvariantCulture) : 0;

    private async Task<bool> IsThereAsync(DbConnection connection, string table) =>
        await connection.ExecuteScalarAsync<long>(
            "SELECT count(*) FROM pg_tables WHERE schemaname = @Schema AND tablename = @table", new { _address.Schema, table }) > 0;
}
