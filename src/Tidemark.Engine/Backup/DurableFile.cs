using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Tidemark.Engine.Backup;

/// <summary>Files that are whole and on the disk by the time they have their name, readable by their owner alone.</summary>
internal static class DurableFile
{
    /// <summary>Ends the names of files that are being written. Their writer holds a lock on them, which dies with it.</summary>
    public const string Unfinished = ".part";

    // Elsewhere than on Windows a locked file may be renamed anyway, and only None locks it.
    private static FileShare Alone => OperatingSystem.IsWindows() ? FileShare.Delete : FileShare.None;

    /// <summary>A new file beside the one that it is to become.</summary>
    public static FileStream Create(string folder)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = Alone,
            Options = FileOptions.Asynchronous,
        };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(Path.Combine(folder, $".tidemark-{Guid.NewGuid():N}{Unfinished}"), options);
    }

    /// <summary>Makes the folder, for its owner alone, where it is missing.</summary>
    public static void CreateFolder(string folder)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Removes a file that nobody is writing any more.</summary>
    public static void RemoveIfLeft(string path)
    {
        try
        {
            using var unlocked = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, Alone);
            File.Delete(path);
        }
        catch (IOException)
        {
            // Somebody writes it, or has just finished.
        }
    }

    /// <summary>Makes the names in a folder survive a crash of the machine.</summary>
    public static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows()) return; // names are journalled there
        using var handle = new SafeFileHandle(Open([.. Encoding.UTF8.GetBytes(folder), 0], flags: 0), ownsHandle: true);
        if (handle.IsInvalid) throw new IOException($"The folder {folder} cannot be opened.");
        RandomAccess.FlushToDisk(handle);
    }

    // The base library opens no folders.
    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open(byte[] path, int flags);
}
