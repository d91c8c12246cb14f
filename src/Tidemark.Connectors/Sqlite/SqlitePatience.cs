using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using Tidemark.Engine.Errors;

namespace Tidemark.Connectors.Sqlite;

/// <summary>Waits, on behalf of a connection, for another program that writes to the file, and says so where it lasts. Half a minute at most.</summary>
/// <remarks>In the place of SQLite's own patience, which keeps silent: https://www.sqlite.org/c3ref/busy_handler.html.</remarks>
internal sealed class SqlitePatience
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan TellEvery = TimeSpan.FromSeconds(1);

    private readonly string _path;
    private readonly Action<Wait> _waiting;

    // The native side keeps no hold on it.
    private readonly BusyHandler _handler;

    private long _began;
    private long _told;

    /// <param name="connection">The connection; nothing else is set to wait for it.</param>
    /// <param name="waiting">Hears of waits, on the thread that waits.</param>
    public SqlitePatience(SqliteConnection connection, Action<Wait> waiting)
    {
        (_path, _waiting, _handler) = (SqliteFile.PathOf(connection), waiting, Busy);
        SqliteException.ThrowExceptionForRC(SetHandler(connection.Handle!, _handler, IntPtr.Zero), connection.Handle);
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int BusyHandler(IntPtr context, int calls);

    private static TimeSpan Pause(int calls) => TimeSpan.FromMilliseconds(Math.Min(100, 1 << Math.Min(calls, 7)));

    /// <summary>Called again and again while somebody else has the lock; 0 gives up.</summary>
    private int Busy(IntPtr context, int calls)
    {
        if (calls == 0) _began = _told = Stopwatch.GetTimestamp();
        if (Stopwatch.GetElapsedTime(_began) >= Longest) return 0;
        if (Stopwatch.GetElapsedTime(_told) >= TellEvery)
        {
            _told = Stopwatch.GetTimestamp();
            _waiting(new(WaitKind.Lock, $"Another program writes to the database file {_path}.", TellEvery * 1.2));
        }

#pragma warning disable RS0030 // SQLite has called on this thread, and goes on where the call returns.
        Thread.Sleep(Pause(calls));
#pragma warning restore RS0030
        return 1;
    }

    // SQLitePCL has no method for it.
    [DllImport("e_sqlite3", EntryPoint = "sqlite3_busy_handler")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetHandler(sqlite3 database, BusyHandler handler, IntPtr context);
}
