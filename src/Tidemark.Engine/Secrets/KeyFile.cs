using Tidemark.Engine.Catalog;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Settings;

namespace Tidemark.Engine.Secrets;

/// <summary>
/// The key that is kept in the home folder where the operator gives none: <c>key</c>, mode 0600. Rotation writes
/// <c>key.next</c> first, so that a crash on either side of the catalog's commit leaves the key that fits.
/// </summary>
/// <remarks>
/// Whoever changes a file holds the catalog's write lock; who only reads changes nothing, and takes the next key from where it
/// lies. A file that is renamed without the lock may be another rotation's by then.
/// </remarks>
internal sealed class KeyFile(HomeFolder home)
{
    // A key has 44 letters.
    private const int MaxBytes = 4096;

    private readonly string _current = home.File("key");
    private readonly string _next = home.File("key.next");

    public string FullName => _current;

    /// <summary>The key with this id, or the current one where none has it, or null where there is no file.</summary>
    public EncryptionKey? Read(string? id)
    {
        var current = ReadFrom(_current);
        if (id is null || current?.Id == id) return current;
        // Between the two looks a rotation may have put the next key in its place.
        return ReadFrom(_next) is { } next && next.Id == id ? next : ReadFrom(_current);
    }

    /// <summary>Writes the first key. The caller holds the write lock.</summary>
    public void WriteCurrent(EncryptionKey key) => Write(_current, key);

    /// <summary>Writes the key that a rotation is about to commit. The caller holds the write lock, and has settled the last one.</summary>
    public void WriteNext(EncryptionKey key) => Write(_next, key);

    /// <summary>Ends a rotation that has committed: the next key takes its place where the catalog says that it fits.
    /// The caller holds the write lock.</summary>
    /// <param name="id">Id of the catalog's key.</param>
    public void Settle(string id)
    {
        if (!File.Exists(_next) || ReadFrom(_current)?.Id == id || ReadFrom(_next)?.Id != id) return;
        File.Move(_next, _current, overwrite: true);
        FolderOnDisk.Flush(home.Path);
    }

    /// <summary>Moves a file away that holds no key, so that a new one can be made. The caller holds the write lock.</summary>
    public void SetAside()
    {
        try
        {
            ReadFrom(_current);
        }
        catch (TidemarkException)
        {
            File.Move(_current, _current + ".unreadable", overwrite: true);
        }
    }

    private static EncryptionKey? ReadFrom(string path)
    {
        try
        {
            RegularFile.RequireRegular(RegularFile.KindBehind(path), path);
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (file.Length > MaxBytes) throw new FormatException("It is longer than a key.");
            using var text = new StreamReader(file);
            return EncryptionKey.FromBase64(text.ReadToEnd());
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception wrong) when (wrong is FormatException or IOException or UnauthorizedAccessException)
        {
            throw new TidemarkException(FailureKind.Configuration, "secrets.key_unreadable",
                $"The key file {path} cannot be read or holds no key.", wrong)
            {
                Hint = "Put the key file back from a copy, or set TIDEMARK_ENCRYPTION_KEY to the key. If the key is lost, forget the secrets, and set them again",
                Next = new(NextAct.ForgetSecrets),
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

    /// <summary>Under its name the key is whole, and on the disk before anything is encrypted with it.</summary>
    private void WriteTo(string path, EncryptionKey key)
    {
        var temporary = path + ".tmp";
        File.Delete(temporary);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(temporary, options))
        using (var text = new StreamWriter(file))
        {
            text.WriteLine(key.ToBase64());
            text.Flush();
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
        FolderOnDisk.Flush(home.Path);
    }
}
