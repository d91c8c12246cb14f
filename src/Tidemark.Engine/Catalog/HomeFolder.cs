using System.Runtime.Versioning;

namespace Tidemark.Engine.Catalog;

/// <summary>
/// The folder of one Tidemark on this machine: the encryption key where no other is given, backups, and the catalog
/// where it is no server's.
/// </summary>
public sealed class HomeFolder(string path)
{
    /// <summary>Full name.</summary>
    public string Path { get; } = System.IO.Path.GetFullPath(path);

    /// <summary>Full name of a file or folder in it.</summary>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Makes it where it is missing, for its owner alone (mode 0700). Git looks at nothing in a new one: it holds the key.</summary>
    public void Create()
    {
        var isNew = !Directory.Exists(Path) || !Directory.EnumerateFileSystemEntries(Path).Any();
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(Path);
        else Create(Path);
        if (isNew) IgnoreAll();
    }

    private void IgnoreAll()
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            using var file = new StreamWriter(File(".gitignore"), options);
            file.Write("# Catalog, key and backups belong in no repository.\n*\n");
        }
        catch (IOException)
        {
            // Another process was faster. Where the folder cannot be written, whoever needs it says so.
        }
    }

    /// <summary>With those above it that are missing: .NET would give the mode to the last one alone.</summary>
    [UnsupportedOSPlatform("windows")]
    private static void Create(string folder)
    {
        if (Directory.Exists(folder)) return;
        if (System.IO.Path.GetDirectoryName(folder) is { } above) Create(above);
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
