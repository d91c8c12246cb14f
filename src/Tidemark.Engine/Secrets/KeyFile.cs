using Tidemark.Engine.Catalog;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Secrets;

/// <summary>
/// The key that is kept in the home folder where the operator gives none: <c>key</c>, mode 0600. Rotation writes
/// <c>key.next</c> first, so that a crash on either side of the catalog's commit leaves the key that fits.
/// Writers hold the catalog's write lock.
/// </summary>
internal sealed class KeyFile(HomeFolder home)
{
    private readonly string _current = home.File("key");
    private readonly string _next = home.File("key.next");

    public string FullName => _current;

    /// <summary>The key with this id, or the current one where it is another, or null where there is no file.</summary>
    public EncryptionKey? Read(string? id)
    {
        var current = ReadFrom(_current);
        if (id is null || current?.Id == id || ReadFrom(_next) is not { } next || next.Id != id) return current;
        Promote(); // the rotation committed and then the process ended
        return next;
    }

    public void WriteCurrent(EncryptionKey key)
    {
        Write(_current + ".tmp", key);
        File.Move(_current + ".tmp", _current, overwrite: true);
    }

    public void WriteNext(EncryptionKey key) => Write(_next, key);

    public void Promote() => File.Move(_next, _current, overwrite: true);

    private static EncryptionKey? ReadFrom(string path)
    {
        if (!File.Exists(path)) return null;
        try
        {
            return EncryptionKey.FromBase64(File.ReadAllText(path));
        }
        catch (Exception wrong) when (wrong is FormatException or IOException or UnauthorizedAccessException)
        {
            throw new TidemarkException(FailureKind.Configuration, "secrets.key_unreadable",
                $"The key file {path} cannot be read or holds no key.", wrong)
            {
                Hint = "Put the key file back from a copy, or set TIDEMARK_ENCRYPTION_KEY to the key.",
            };
        }
    }

    private void Write(string path, EncryptionKey key)
    {
        try
        {
            home.Create(); // a catalog of a server has not made it
            WriteTo(path, key);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new TidemarkException(FailureKind.Configuration, "secrets.key_unwritable",
                $"The key file {path} cannot be written.", refused)
            {
                Hint = "Set TIDEMARK_ENCRYPTION_KEY to a key of your own; or set TIDEMARK_HOME, or name another folder.",
                Next = new(NextAct.ChooseHome),
            };
        }
    }

    private static void WriteTo(string path, EncryptionKey key)
    {
        File.Delete(path);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var file = new FileStream(path, options);
        using var text = new StreamWriter(file);
        text.WriteLine(key.ToBase64());
        text.Flush();
        file.Flush(flushToDisk: true); // before anything is encrypted with it
    }
}
