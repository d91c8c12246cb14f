using System.Data.Common;
using System.Runtime.Versioning;
using Dapper;
using Microsoft.Data.Sqlite;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Catalog;

/// <summary>
/// The SQLite database <c>catalog.db</c> in Tidemark's home folder: definitions, secrets, runs. Any number of
/// processes of one machine may have it open. Statements run on the calling thread, as SQLite does; cancellation is
/// looked at between them.
/// </summary>
public sealed class CatalogDatabase
{
    // Result codes of https://sqlite.org/rescode.html
    private const int Busy = 5, Locked = 6, ReadOnly = 8, IoError = 10, Corrupt = 11, Full = 13, CannotOpen = 14;
    private const int NotADatabase = 26;

    private const string FileName = "catalog.db";

    private readonly string _connectionString;

    private CatalogDatabase(string home)
    {
        Home = home;
        Path = System.IO.Path.Combine(home, FileName);
        _connectionString = new SqliteConnectionStringBuilder
        {
            DataSource = Path,
            Mode = SqliteOpenMode.ReadWrite,
            ForeignKeys = true,
            DefaultTimeout = 30, // seconds to wait for another process's transaction
        }.ToString();
    }

    /// <summary>The folder that holds the catalog and, where no other key is given, the encryption key.</summary>
    public string Home { get; }

    /// <summary>Full name of the database file.</summary>
    public string Path { get; }

    /// <summary>Whether a folder has one, readable or not.</summary>
    public static bool IsIn(string home) => File.Exists(System.IO.Path.Combine(home, FileName));

    /// <summary>
    /// Opens the catalog, creating folders (mode 0700) and file (mode 0600) where there are none, and brings it up to
    /// this version. Processes that start at once wait for each other.
    /// </summary>
    /// <exception cref="TidemarkException"><c>catalog.unreadable</c>: no database, or no permission;
    /// <c>catalog.unwritable</c>: no space; <c>catalog.newer</c>: a newer Tidemark has been here. All are for the operator.</exception>
    public static async Task<CatalogDatabase> OpenAsync(string home, CancellationToken cancellationToken)
    {
        var catalog = new CatalogDatabase(System.IO.Path.GetFullPath(home));
        try
        {
            catalog.CreateFiles();
            await using var connection = await catalog.OpenAsync(cancellationToken);
            await connection.ExecuteAsync("PRAGMA journal_mode = WAL");
            await CatalogMigrations.ApplyAsync(connection, catalog.Path);
        }
        catch (SqliteException wrong) when (wrong.SqliteErrorCode is NotADatabase or Corrupt or CannotOpen)
        {
            throw catalog.Unreadable("is not a readable SQLite database", wrong);
        }
        catch (SqliteException refused) when (IsUnwritable(refused))
        {
            throw catalog.Unwritable(refused);
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            throw catalog.Unreadable("cannot be opened or created", wrong);
        }

        return catalog;
    }

    /// <summary>A pooled connection, to be disposed by the caller.</summary>
    public async Task<DbConnection> ConnectAsync(CancellationToken cancellationToken) => await OpenAsync(cancellationToken);

    private async Task<SqliteConnection> OpenAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var connection = new SqliteConnection(_connectionString);
        await connection.OpenAsync(cancellationToken);
        return connection;
    }

    /// <summary>
    /// Runs work in one transaction that takes the write lock at its start, so that what the work reads stays true
    /// until it commits. An exception rolls everything back.
    /// </summary>
    /// <exception cref="TidemarkException"><c>catalog.busy</c> (transient): another process held the lock for 30 s;
    /// <c>catalog.unwritable</c> (configuration): no space or no permission.</exception>
    public async Task<T> WriteAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await OpenAsync(cancellationToken);
            await using var transaction = connection.BeginTransaction(deferred: false);
            var result = await work(connection);
            await transaction.CommitAsync(cancellationToken);
            return result;
        }
        catch (SqliteException held) when (held.SqliteErrorCode is Busy or Locked)
        {
            throw new TidemarkException(FailureKind.Transient, "catalog.busy",
                $"Another process has been writing to the catalog {Path} for long.", held);
        }
        catch (SqliteException refused) when (IsUnwritable(refused))
        {
            throw Unwritable(refused);
        }
    }

    /// <inheritdoc cref="WriteAsync{T}"/>
    public Task WriteAsync(Func<DbConnection, Task> work, CancellationToken cancellationToken) =>
        WriteAsync(async connection =>
        {
            await work(connection);
            return true;
        }, cancellationToken);

    private void CreateFiles()
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite | FileShare.Delete,
        };
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(Home);
        }
        else
        {
            CreateFolder(Home);
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        // SQLite gives its -wal and -shm files the mode of the database.
        using var created = new FileStream(Path, options);
    }

    /// <summary>With those above it that are missing: .NET would give the mode to the last one alone.</summary>
    [UnsupportedOSPlatform("windows")]
    private static void CreateFolder(string folder)
    {
        if (Directory.Exists(folder)) return;
        if (System.IO.Path.GetDirectoryName(folder) is { } above) CreateFolder(above);
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static bool IsUnwritable(SqliteException refused) => refused.SqliteErrorCode is ReadOnly or IoError or Full;

    private TidemarkException Unwritable(SqliteException cause) =>
        new(FailureKind.Configuration, "catalog.unwritable", $"The catalog {Path} cannot be written.", cause)
        {
            Hint = "Free some space on its disk, and look at its owner and permissions.",
        };

    private TidemarkException Unreadable(string what, Exception cause) =>
        new(FailureKind.Configuration, "catalog.unreadable", $"The catalog {Path} {what}.", cause)
        {
            Hint = "Put a copy of the catalog back in its place, set TIDEMARK_HOME, or name another folder.",
            Next = new(NextAct.ChooseHome),
        };
}
