using Tidemark.Engine.Destinations.Sql;

namespace Tidemark.Connectors.Sqlite;

/// <summary>
/// The tables that one session keeps all others from writing, those of its own process among them: a file for each, in a
/// folder beside the database, that is open to nobody else. The system closes it with the process, however that ends.
/// </summary>
/// <remarks>
/// The files stay: one that is deleted while another process waits for it would be locked by both, each having its own.
/// Locks of byte ranges would need one file alone, but belong to the whole process, and macOS has none.
/// </remarks>
/// <param name="database">Full path of the database file; empty where the database is in memory and nobody else's.</param>
internal sealed class SqliteLocks(string database) : IDisposable
{
    // flock: EWOULDBLOCK of Linux and of macOS; sharing violation of Windows.
    private static readonly int[] IsHeld = [11, 35, unchecked((int)0x80070020)];

    private readonly Lock _lock = new();
    private readonly Dictionary<string, FileStream> _held = new(StringComparer.Ordinal);

    /// <summary>Takes a table, or has it already; false while another session has it.</summary>
    public bool TryTake(SqlName table)
    {
        // Names of tables are the same in either case here, and may have any character.
        var name = Uri.EscapeDataString(table.Name.ToLowerInvariant());
        try
        {
            // The streams of a run lock their tables at once.
            lock (_lock)
            {
                if (database.Length > 0 && !_held.ContainsKey(name)) _held[name] = Open(Path.Combine(Folder(database), $"{name}.lock"));
            }

            return true;
        }
        catch (IOException held) when (IsHeld.Contains(held.HResult))
        {
            return false;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw SqliteErrors.CannotLock(refused, table);
        }
    }

    /// <summary>Makes the folder of the locks, so that one that cannot be made is known before anything is written.</summary>
    /// <param name="database">As above.</param>
    public static void Prepare(string database)
    {
        try
        {
            if (database.Length > 0) Folder(database);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw SqliteErrors.CannotLock(refused);
        }
    }

    public void Dispose()
    {
        foreach (var file in _held.Values) file.Dispose();
        _held.Clear();
    }

    private FileStream Open(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None };
        // Whoever may write the database may lock it.
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = File.GetUnixFileMode(database);
        return new FileStream(path, options);
    }

    private static string Folder(string database)
    {
        var folder = database + "-locks";
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else
        {
            Directory.CreateDirectory(
                folder, File.GetUnixFileMode(database) | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        }

        return folder;
    }
}
