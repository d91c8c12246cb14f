using System.Runtime.InteropServices;
using System.Text;

namespace Tidemark.Engine.Settings;

/// <summary>What a name in the file system stands for.</summary>
public enum FileKind
{
    Missing,
    Regular,
    Folder,
    Link,

    /// <summary>A pipe, a device or a socket: reading it may wait for ever, or never end.</summary>
    Other,
}

/// <summary>Tells files from what only looks like one, and reads no more of them than it was given room for.</summary>
public static class RegularFile
{
    private const int TypeBits = 0xF000, Regular = 0x8000, Folder = 0x4000, Link = 0xA000;

    /// <summary>What the name itself stands for; a link is a link.</summary>
    public static FileKind KindOf(string path) => KindOf(path, LinkStatus);

    /// <summary>What the name leads to. A link to nothing, or to itself, is missing.</summary>
    public static FileKind KindBehind(string path) => KindOf(path, Status);

    /// <summary>The whole file.</summary>
    /// <exception cref="IOException">It is no regular file, or longer than <paramref name="maxBytes"/>.</exception>
    public static async Task<byte[]> ReadAsync(string path, int maxBytes, CancellationToken cancellationToken)
    {
        RequireRegular(KindBehind(path), path);
        await using var file = new FileStream(
            path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, useAsync: true);
        return await ReadAsync(file, maxBytes, cancellationToken);
    }

    /// <summary>The whole of an open file, from its beginning.</summary>
    /// <exception cref="IOException">It is longer than <paramref name="maxBytes"/>.</exception>
    public static async Task<byte[]> ReadAsync(FileStream file, int maxBytes, CancellationToken cancellationToken)
    {
        if (file.Length > maxBytes) throw new IOException($"{file.Name} has more than {maxBytes} bytes.");
        var bytes = new byte[file.Length];
        file.Position = 0;
        await file.ReadExactlyAsync(bytes, cancellationToken);
        return bytes;
    }

    /// <exception cref="IOException">It is there and no regular file.</exception>
    public static void RequireRegular(FileKind kind, string path)
    {
        if (kind is not (FileKind.Regular or FileKind.Missing)) throw new IOException($"{path} is {Word(kind)}, and no regular file.");
    }

    /// <summary>E.g. <c>a folder</c>.</summary>
    public static string Word(FileKind kind) => kind switch
    {
        FileKind.Missing => "missing",
        FileKind.Regular => "a file",
        FileKind.Folder => "a folder",
        FileKind.Link => "a link",
        _ => "a pipe or a device",
    };

    private static FileKind KindOf(string path, Func<byte[], int[], int> look)
    {
        if (OperatingSystem.IsWindows())
            return File.Exists(path) ? FileKind.Regular : Directory.Exists(path) ? FileKind.Folder : FileKind.Missing;
        var status = new int[64]; // more than it fills
        if (look([.. Encoding.UTF8.GetBytes(path), 0], status) != 0) return FileKind.Missing;
        return (status[1] & TypeBits) switch
        {
            Regular => FileKind.Regular,
            Folder => FileKind.Folder,
            Link => FileKind.Link,
            _ => FileKind.Other,
        };
    }

    // The base library tells folders and links apart and no more. This is how it looks itself, on every Unix: flags, then the mode.
    [DllImport("libSystem.Native", EntryPoint = "SystemNative_LStat")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int LinkStatus(byte[] path, [Out] int[] status);

    [DllImport("libSystem.Native", EntryPoint = "SystemNative_Stat")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Status(byte[] path, [Out] int[] status);
}
