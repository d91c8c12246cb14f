using System.Text;
using Microsoft.Data.Sqlite;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Errors;

namespace Tidemark.Connectors.Sqlite;

/// <summary>A SQLite file. It has one writer at a time, so all streams of a run take turns on one connection.</summary>
internal sealed class SqliteDatabase(SqliteOptions options) : ISqlDatabase
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private SqliteConnection? _connection;
    private SqliteBulk? _bulk;
    private SqlitePatience? _patience;

    public SqlDialect Dialect { get; } = new SqliteDialect();

    public Action<Wait>? OnWait { get; set; }

    public async Task<ISqlSession> OpenAsync(string? work, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            _connection ??= await ConnectAsync(cancellationToken);
            _bulk ??= new SqliteBulk(_connection);
            return new SqliteSession((SqliteDialect)Dialect, _connection, _bulk, _turn, wait => OnWait?.Invoke(wait));
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _bulk?.Dispose();
        if (_connection is not null) await _connection.DisposeAsync();
        _turn.Dispose();
    }

    private async Task<SqliteConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        var address = new SqliteConnectionStringBuilder
        {
            DataSource = options.Path,
            Pooling = false, // the file must be let go when the run ends
            ForeignKeys = true,
        };
        SqliteFile.Prepare(options.Path);
        var connection = new SqliteConnection(address.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            connection.CreateFunction(
                SqliteDialect.Utf8Function, (string? text) => text is null ? null : Encoding.UTF8.GetBytes(text), isDeterministic: true);
            _patience = new SqlitePatience(connection, wait => OnWait?.Invoke(wait));
            // One by one: the driver swallows what fails behind a statement that gives a row.
            // Write-ahead logging: readers keep the old rows while new ones are written.
            await connection.ExecuteAsync("PRAGMA journal_mode = WAL", cancellationToken);
            await connection.ExecuteAsync("PRAGMA synchronous = FULL", cancellationToken);
            SqliteFile.RequireWritable(connection);
            return connection;
        }
        catch (Exception failure)
        {
            await connection.DisposeAsync();
            if (failure is SqliteException refused) throw SqliteErrors.Explain(refused);
            throw;
        }
    }
}
