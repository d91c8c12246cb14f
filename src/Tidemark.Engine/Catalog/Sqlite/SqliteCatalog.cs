using System.Data.Common;
using System.Globalization;
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
    private const int SqlError = 1, NotADatabase = 26;

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

    public override string BeginAnew => $"move catalog.db, catalog.db-wal and key out of {_home.Path}";

    public override Task<bool> ExistsAsync(CancellationToken cancellationToken)
    {
        _home.Require();
        return Task.FromResult(File.Exists(Path));
    }

    public override async Task PrepareAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (!File.Exists(Path)) await CreateAsync(cancellationToken);
            RequireFile();
            await using var connection = await OpenConnectionAsync(cancellationToken);
            await connection.ExecuteAsync("PRAGMA journal_mode = WAL");
            if (await MigrateAsync(connection, cancellationToken)) await connection.ExecuteAsync("PRAGMA wal_checkpoint(TRUNCATE)");
        }
        catch (SqliteException wrong) when (wrong.SqliteErrorCode is NotADatabase)
        {
            throw Lost("is not a readable SQLite database", wrong);
        }
        catch (SqliteException failure) when (Explain(failure) is { } known)
        {
            throw known;
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(wrong);
        }
    }

    public override async Task<DbConnection> ConnectAsync(CancellationToken cancellationToken) =>
        await OpenConnectionAsync(cancellationToken);

    protected override async Task<DbTransaction> BeginWriteAsync(DbConnection connection, TimeSpan patience, CancellationToken cancellationToken) =>
        await SqliteWrite.BeginAsync((SqliteConnection)connection, patience, SayWaiting, cancellationToken);

    protected override TidemarkException? Explain(DbException failure) => (failure as SqliteException)?.SqliteErrorCode switch
    {
        BusyCode or Locked => Busy(failure),
        ReadOnly or IoError or Full or CannotOpen => Unwritable(failure),
        Corrupt or NotADatabase => Damaged(failure),
        // A table or a column is gone: the schema is not what the migrations have made of it.
        SqlError when failure.Message.Contains("no such ", StringComparison.Ordinal) => Damaged(failure),
        _ => null,
    };

    private TidemarkException Unwritable(Exception cause) =>
        new(FailureKind.Configuration, "catalog.unwritable", $"The catalog {Path} cannot be opened or written by the user {Environment.UserName}.", cause)
        {
            Hint = "Look at its owner and permissions and those of its folder, and free some space on its disk.",
        };

    private async Task<SqliteConnection> OpenConnectionAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var connection = new SqliteConnection(_connectionString);
        await connection.OpenAsync(cancellationToken);
        // What is removed leaves no bytes in the file.
        await connection.ExecuteAsync("PRAGMA secure_delete = ON");
        return connection;
    }

    /// <summary>Applies what is missing, all in one transaction: a crash leaves the old version. False where nothing was.</summary>
    private async Task<bool> MigrateAsync(SqliteConnection connection, CancellationToken cancellationToken)
    {
        var newest = Migrations.Newest;
        if (await VersionAsync(connection) == newest) return false; // without a lock: the case of nearly every start

        await using var transaction = await BeginWriteAsync(connection, Patience, cancellationToken);
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
        return true;
    }

    private static Task<long> VersionAsync(SqliteConnection connection) =>
        connection.ExecuteScalarAsync<long>("PRAGMA user_version");

    /// <summary>
    /// The folder and the file (mode 0600). Under its name it is whole: a file that is empty is one that somebody has emptied. Of
    /// processes that start at once, one is the first.
    /// </summary>
    private async Task CreateAsync(CancellationToken cancellationToken)
    {
        _home.Create();
        var made = $"{Path}.{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}-{Environment.CurrentManagedThreadId.ToString(CultureInfo.InvariantCulture)}.new";
        File.Delete(made);
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            // SQLite gives its -wal and -shm files the mode of the database.
            await using (var file = new FileStream(made, options)) await file.FlushAsync(cancellationToken);
            await using (var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = made, Mode = SqliteOpenMode.ReadWrite, Pooling = false }.ToString()))
            {
                await connection.OpenAsync(cancellationToken);
                await MigrateAsync(connection, cancellationToken);
            }

            File.Move(made, Path, overwrite: false);
        }
        catch (IOException) when (File.Exists(Path))
        {
            // Another process was faster.
        }
        finally
        {
            File.Delete(made);
        }
    }

    /// <summary>A file that this user may write, with something in it.</summary>
    private void RequireFile()
    {
        var share = FileShare.ReadWrite | FileShare.Delete;
        using var file = new FileStream(Path, FileMode.Open, FileAccess.ReadWrite, share);
        if (file.Length == 0) throw Lost("has been emptied", cause: null);
    }

    private TidemarkException Lost(string what, Exception? cause) =>
        new(FailureKind.Configuration, "catalog.unreadable", $"The catalog {Path} {what}.", cause)
        {
            Hint = WaysOut,
            Next = new(NextAct.SaveDefinitions),
        };
}
