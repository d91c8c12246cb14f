using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Tidemark.Engine.Settings;

/// <summary>The names in a folder, which are on the disk later than the files that they name.</summary>
public static class FolderOnDisk
{
    /// <summary>Makes the names in a folder survive a crash of the machine.</summary>
    public static void Flush(string folder)
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
