using System.Text.RegularExpressions;
using Tidemark.Engine.Settings;

namespace Tidemark.Engine.Backup;

/// <summary>Files that are whole and on the disk by the time they have their name, readable by their owner alone.</summary>
internal static partial class DurableFile
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

    /// <summary>Whether a file is called like one that is being written.</summary>
    public static bool IsNamedSo(string path) => Name().IsMatch(Path.GetFileName(path));

    /// <summary>Removes a file that nobody is writing any more and that is ours.</summary>
    public static async Task RemoveIfLeftAsync(
        string path, Func<FileStream, CancellationToken, Task<bool>> isOurs, CancellationToken cancellationToken)
    {
        if (RegularFile.KindOf(path) != FileKind.Regular) return;
        try
        {
            await using var unlocked = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, Alone);
            if (await isOurs(unlocked, cancellationToken)) File.Delete(path);
        }
        catch (Exception held) when (held is IOException or UnauthorizedAccessException)
        {
            // Somebody writes it, has just finished, or keeps it from us.
        }
    }

    [GeneratedRegex(@"^\.tidemark-[0-9a-f]{32}\.part$", RegexOptions.None, 1000)]
    private static partial Regex Name();
}
