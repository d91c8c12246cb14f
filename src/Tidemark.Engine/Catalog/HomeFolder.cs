using System.Runtime.Versioning;
using Tidemark.Engine.Errors;

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

    /// <summary>Full name of a folder in it, which is made where it is missing, for its owner alone.</summary>
    public string MakeFolder(string name)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(File(name));
        else Create(File(name));
        return File(name);
    }

    /// <summary>Whether it has a key file and no catalog beside it: then a catalog was there, or is on a server.</summary>
    internal bool HasKeyAlone => System.IO.File.Exists(File("key")) && !System.IO.File.Exists(File("catalog.db"));

    /// <summary>Looks at it, whether or not it is there.</summary>
    /// <exception cref="TidemarkException"><c>home.not_a_folder</c>, <c>home.unreadable</c> (configuration).</exception>
    public void Require()
    {
        for (var above = Path; above is not null; above = System.IO.Path.GetDirectoryName(above))
        {
            if (!System.IO.File.Exists(above)) continue;
            throw new TidemarkException(FailureKind.Configuration, "home.not_a_folder", $"{above} is a file, and the home {Path} has to be a folder.")
            {
                Hint = "Move the file away, set TIDEMARK_HOME, or name another folder.",
                Next = new(NextAct.ChooseHome),
            };
        }

        try
        {
            // A folder that may not be entered says no more than one that is not there, unless it is asked for something in it.
            System.IO.File.GetAttributes(File("catalog.db"));
        }
        catch (UnauthorizedAccessException refused)
        {
            throw Refused("home.unreadable", $"The home {Path} cannot be looked into by the user {Environment.UserName}.", refused);
        }
        catch (IOException)
        {
            // It is not there.
        }
    }

    private static TidemarkException Refused(string code, string message, Exception cause) =>
        new(FailureKind.Configuration, code, message, cause)
        {
            Hint = "Work as the user who owns it, give yours the rights to read and write it, or name another folder.",
            Next = new(NextAct.ChooseHome),
        };

    /// <summary>Makes it where it is missing, for its owner alone (mode 0700). Git looks at nothing in a new one: it holds the key.</summary>
    /// <exception cref="TidemarkException"><c>home.unwritable</c>, and as <see cref="Require"/> (configuration).</exception>
    public void Create()
    {
        Require();
        try
        {
            var isNew = !Directory.Exists(Path) || !Directory.EnumerateFileSystemEntries(Path).Any();
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(Path);
            else Create(Path);
            if (isNew) IgnoreAll();
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw Refused("home.unwritable", $"The home {Path} cannot be made or written by the user {Environment.UserName}.", refused);
        }
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
