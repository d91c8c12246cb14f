using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using Tidemark.Engine.Settings;

namespace Tidemark.Connectors.Sqlite;

/// <summary>The file of a database: what it has to be before it is opened, and that it stays where it was.</summary>
internal static class SqliteFile
{
    // SQLITE_FCNTL_HAS_MOVED. Source: https://www.sqlite.org/c3ref/c_fcntl_begin_atomic_write.html.
    private const int HasMoved = 20;

    /// <summary>Makes the file where it is missing, for its owner alone; SQLite itself would let others read it.</summary>
    /// <exception cref="Engine.Errors.TidemarkException"><c>sqlite.not_a_file</c>, <c>sqlite.cannot_open</c>,
    /// <c>sqlite.read_only</c> (configuration).</exception>
    public static void Prepare(string path)
    {
        if (path == ":memory:") return;
        var kind = RegularFile.KindBehind(path);
        if (kind == FileKind.Regular) return;
        if (kind != FileKind.Missing) throw SqliteErrors.NotAFile(path, RegularFile.Word(kind));
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.ReadWrite };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            var target = RegularFile.KindOf(path) == FileKind.Link ? File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName : path;
            new FileStream(target, options).Dispose();
        }
        catch (IOException) when (RegularFile.KindBehind(path) == FileKind.Regular)
        {
            // Another process was faster.
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw refused is UnauthorizedAccessException ? SqliteErrors.ReadOnlyFile(path, refused) : SqliteErrors.NotMade(path, refused);
        }
    }

    /// <summary>Fails where the file, or the folder that its locks are in, can only be read.</summary>
    /// <exception cref="Engine.Errors.TidemarkException"><c>sqlite.read_only</c>, <c>sqlite.cannot_lock</c> (configuration).</exception>
    public static void RequireWritable(SqliteConnection connection)
    {
        var path = PathOf(connection);
        if (raw.sqlite3_db_readonly(connection.Handle, "main") == 1) throw SqliteErrors.ReadOnlyFile(path);
        SqliteLocks.Prepare(path);
    }

    /// <summary>Fails where the path no longer leads to the open file: what is written now would be found by nobody.</summary>
    /// <exception cref="Engine.Errors.TidemarkException"><c>sqlite.file_gone</c> (configuration).</exception>
    public static void RequireInPlace(SqliteConnection connection)
    {
        var hasMoved = 0;
        _ = Control(connection.Handle!, "main\0"u8.ToArray(), HasMoved, ref hasMoved);
        if (hasMoved != 0) throw SqliteErrors.Gone(PathOf(connection));
    }

    /// <summary>Full path of the file; empty where the database is in memory.</summary>
    public static string PathOf(SqliteConnection connection) => raw.sqlite3_db_filename(connection.Handle, "main").utf8_to_string() ?? "";

    // SQLitePCL has no method for it. A file system that cannot tell leaves the answer at 0.
    [DllImport("e_sqlite3", EntryPoint = "sqlite3_file_control")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Control(sqlite3 database, byte[] name, int operation, ref int answer);
}
