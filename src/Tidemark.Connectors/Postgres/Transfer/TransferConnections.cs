using Npgsql;
using Tidemark.Engine.Errors;

namespace Tidemark.Connectors.Postgres.Transfer;

/// <summary>Opens the connections of a transfer to one database. Each is its own: locks, snapshots and copies are not shared.</summary>
/// <param name="options">Settings of the database.</param>
/// <param name="parallel">Connections that work at the same time, at most; at least 1.</param>
internal sealed class TransferConnections(PostgresOptions options, int parallel) : IAsyncDisposable
{
    private const int OldestMajor = 14;
    private const int FirstAnswerSeconds = 5;
    private const int CopyBytes = 64 * 1024;

    // The text of a value must be the same at both ends, whatever a server, a database or a role has set.
    private const string Session =
        "SET statement_timeout = 0; SET idle_session_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET lock_timeout = '60s'; "
        + "SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'postgres'; SET extra_float_digits = 1; SET bytea_output = 'hex'; "
        + "SET standard_conforming_strings = on; SET xmloption = content; SET lc_monetary = 'C'; SET row_security = off; SET client_min_messages = warning; "
        + "SELECT set_config(name, '0', FALSE) FROM pg_settings WHERE name = 'transaction_timeout'";

    private readonly SemaphoreSlim _opening = new(1, 1);
    private NpgsqlDataSource? _source;
    private bool _isOwn;

    /// <summary>Connections that work at the same time, at most.</summary>
    public int Parallel => parallel;

    /// <summary>Hears of waits; null where nobody does.</summary>
    public Action<Wait>? OnWait { get; set; }

    /// <summary>Host and database, to be shown: no user, no password.</summary>
    public string Label
    {
        get
        {
            var address = PostgresAddress.Parse(options.Url!.Reveal());
            return $"{address.Database ?? address.Username} at {address.Host}";
        }
    }

    /// <summary>A connection with the settings of a transfer, to dispose of.</summary>
    /// <exception cref="TidemarkException"><c>postgres.unreachable</c>, <c>postgres.too_old</c>, <c>postgres.pooler_mode</c>…</exception>
    public async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var address = PostgresAddress.ForWork(options.Url!, $"{PostgresDatabase.Program} transfer");
        NpgsqlConnection? connection = null;
        try
        {
            var source = await SourceAsync(address, cancellationToken);
            connection = await source.OpenConnectionAsync(cancellationToken);
            // Before anything is set: a pooler would pass the settings on to other programs.
            if (!_isOwn) await PostgresPooler.RequireOwnConnectionAsync(connection, source.OpenConnectionAsync, cancellationToken);
            _isOwn = true;
            if (connection.PostgreSqlVersion.Major < OldestMajor)
            {
                throw new TidemarkException(
                    FailureKind.Configuration, "postgres.too_old",
                    $"PostgreSQL {connection.PostgreSqlVersion} is too old; {OldestMajor} or newer is needed.");
            }

            await using var set = new NpgsqlCommand(Session, connection) { CommandTimeout = FirstAnswerSeconds };
            await set.ExecuteNonQueryAsync(cancellationToken);
            return connection;
        }
        catch (Exception failure)
        {
            if (connection is not null) await connection.DisposeAsync();
            if (failure is OperationCanceledException or TidemarkException) throw;
            throw PostgresErrors.Unreachable(address, failure, isConnected: connection is not null);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_source is not null) await _source.DisposeAsync();
        _opening.Dispose();
    }

    private async Task<NpgsqlDataSource> SourceAsync(NpgsqlConnectionStringBuilder address, CancellationToken cancellationToken)
    {
        await _opening.WaitAsync(cancellationToken);
        try
        {
            // A copy or an index of a large table takes as long as it takes.
            address.CommandTimeout = 0;
            // A copy's rows come in many small messages; a reading of the socket is to bring thousands of them.
            address.ReadBufferSize = CopyBytes;
            return _source ??= new NpgsqlDataSourceBuilder(address.ConnectionString).Build();
        }
        finally
        {
            _opening.Release();
        }
    }
}
