using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Catalog.Sqlite;

/// <summary>
/// The SQLite database <c>catalog.db</c> in Tidemark's home folder, for the processes of one machine. Statements run on
/// the calling thread, as SQLite does; cancellation is looked at between them. The number of the last migration is
/// SQLite's user_version.
/// </summary>
public sealed class SqliteCatalog : CatalogDatabase
{
    // Result codes of https://sqlite.org/rescode.html
    private const int BusyCode = 5, Locked = 6, ReadOnly = 8, IoError = 10, Corrupt = 11, Full = 13, CannotOpen = 14;
    private const int NotADatabase = 26;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly HomeFolder _home;
    private readonly string _connectionString;

    /// <param name="home">The folder that holds it; made by <see cref="PrepareAsync"/>.</param>
    public SqliteCatalog(HomeFolder home)
    {
        _home = home;
        Path = home.File("catalog.db");
        _connectionString = new SqliteConnectionStringBuilder
        {
            DataSource = Path,
            Mode = SqliteOpenMode.ReadWrite,
            ForeignKeys = true,
            DefaultTimeout = (int)Patience.TotalSeconds,
        }.ToString();
    }

    /// <summary>Full name of the database file.</summary>
    public string Path { get; }

    public override string Place => _home.Path;

    internal static CatalogMigrations Migrations { get; } =
        new(typeof(SqliteCatalog).Assembly, "Tidemark.Engine.Catalog.Sqlite.Migrations.");

    /// <summary>The catalog of a folder, ready for use.</summary>
    /// <exception cref="TidemarkException">As <see cref="PrepareAsync"/>.</exception>
    public static async Task<SqliteCatalog> OpenAsync(string folder, CancellationToken cancellationToken)
    {
        var catalog = new SqliteCatalog(new HomeFolder(folder));
        await catalog.PrepareAsync(cancellationToken);
        return catalog;
    }

    public override Task<bool> ExistsAsync(CancellationToken cancellationToken) => Task.FromResult(File.Exists(Path));

    public override async Task PrepareAsync(CancellationToken cancellationToken)
    {
        try
        {
            CreateFile();
            await using var connection = await OpenConnectionAsync(cancellationToken);
            await connection.ExecuteAsync("PRAGMA journal_mode = WAL");
            await MigrateAsync(connection, cancellationToken);
        }
        catch (SqliteException wrong) when (wrong.SqliteErrorCode is NotADatabase or Corrupt or CannotOpen)
        {
            throw Unreadable("is not a readable SQLite database", wrong);
        }
        catch (SqliteException failure) when (Explain(failure) is { } known)
        {
            throw known;
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            throw Unreadable("cannot be opened or created", wrong);
        }
    }

    public override async Task<DbConnection> ConnectAsync(CancellationToken cancellationToken) =>
        await OpenConnectionAsync(cancellationToken);

    protected override async Task<DbTransaction> BeginWriteAsync(DbConnection connection, CancellationToken cancellationToken) =>
        await SqliteWrite.BeginAsync((SqliteConnection)connection, Patience, cancellationToken);

    protected override TidemarkException? Explain(DbException failure) => (failure as SqliteException)?.SqliteErrorCode switch
    {
        BusyCode or Locked => Busy(failure),
        ReadOnly or IoError or Full => new(
            FailureKind.Configuration, "catalog.unwritable", $"The catalog {Path} cannot be written.", failure)
        {
            Hint = "Free some space on its disk, and look at its owner and permissions.",
        },
        _ => null,
    };

    private async Task<SqliteConnection> OpenConnectionAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var connection = new SqliteConnection(_connectionString);
        await connection.OpenAsync(cancellationToken);
        return connection;
    }

    /// <summary>Applies what is missing, all in one transaction: a crash leaves the old version.</summary>
    private async Task MigrateAsync(SqliteConnection connection, CancellationToken cancellationToken)
    {
        var newest = Migrations.Newest;
        if (await VersionAsync(connection) == newest) return; // without a lock: the case of nearly every start

        await using var transaction = await BeginWriteAsync(connection, cancellationToken);
        var version = await VersionAsync(connection);
        if (version > newest) throw Newer(version, newest, "set TIDEMARK_HOME, or name another folder", NextAct.ChooseHome);
        if (version == 0 && await connection.ExecuteScalarAsync<long>("SELECT count(*) FROM sqlite_schema") > 0)
        {
            throw new TidemarkException(FailureKind.Configuration, "catalog.unreadable",
                $"The file {Path} is the database of another program.")
            {
                Hint = "Set TIDEMARK_HOME, or name another folder.",
                Next = new(NextAct.ChooseHome),
            };
        }

        // No migration may hold a statement that returns rows: the driver keeps silent about errors after one.
        foreach (var script in Migrations.After(version)) await connection.ExecuteAsync(script);
        await connection.ExecuteAsync($"PRAGMA user_version = {newest}"); // a PRAGMA takes no parameters
        await transaction.CommitAsync(CancellationToken.None);
    }

    private static Task<long> VersionAsync(SqliteConnection connection) =>
        connection.ExecuteScalarAsync<long>("PRAGMA user_version");

    /// <summary>The folder and the file (mode 0600) where there are none.</summary>
    private void CreateFile()
    {
        _home.Create();
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite | FileShare.Delete,
        };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

        // SQLite gives its -wal and -shm files the mode of the database.
        using var created = new FileStream(Path, options);
    }

    private TidemarkException Unreadable(string what, Exception cause) =>
        new(FailureKind.Configuration, "catalog.unreadable", $"The catalog {Path} {what}.", cause)
        {
            Hint = "Put a copy of the catalog back in its place, set TIDEMARK_HOME, or name another folder.",
            Next = new(NextAct.ChooseHome),
        };
}
