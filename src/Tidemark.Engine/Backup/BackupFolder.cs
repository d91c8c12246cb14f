using Tidemark.Engine.Definitions;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Backup;

/// <summary>A backup that is there.</summary>
/// <param name="Path">Full name of the file.</param>
/// <param name="Manifest">Manifest of the backup.</param>
public sealed record BackupFile(string Path, BackupManifest Manifest)
{
    public string Name => System.IO.Path.GetFileName(Path);

    internal string ManifestPath => Path + BackupName.ManifestExtension;

    internal FileStream Open() =>
        new(Path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 64 * 1024, useAsync: true);

    internal IBackupFormat Format => BackupFormats.Of(Manifest.Format);
}

/// <summary>A folder of backups. A file is there once it and its manifest are on the disk, under their names.</summary>
internal sealed class BackupFolder(string path)
{
    public string Path => path;

    /// <summary>Removes what a crash has left.</summary>
    public void Sweep()
    {
        foreach (var left in Directory.EnumerateFiles(path, $"*{DurableFile.Unfinished}")) DurableFile.RemoveIfLeft(left);
        foreach (var manifest in Directory.EnumerateFiles(path, $"*{BackupName.ManifestExtension}"))
        {
            if (!File.Exists(manifest[..^BackupName.ManifestExtension.Length])) DurableFile.RemoveIfLeft(manifest);
        }
    }

    /// <summary>All backups, the newest first. One whose manifest cannot be read is listed without its content.</summary>
    public async Task<IReadOnlyList<BackupFile>> ListAsync(CancellationToken cancellationToken)
    {
        if (!Directory.Exists(path)) return [];
        var found = new List<BackupFile>();
        foreach (var manifest in Directory.EnumerateFiles(path, $"*{BackupName.ManifestExtension}"))
        {
            var file = manifest[..^BackupName.ManifestExtension.Length];
            if (!File.Exists(file)) continue;
            try
            {
                found.Add(await ReadAsync(file, cancellationToken));
            }
            catch (TidemarkException)
            {
                found.Add(new BackupFile(file, BackupManifest.Unreadable(new FileInfo(file))));
            }
        }

        return [.. found.OrderByDescending(file => file.Manifest.CreatedAt).ThenByDescending(file => file.Name, StringComparer.Ordinal)];
    }

    /// <summary>The backup of a checked name; null if there is none.</summary>
    public async Task<BackupFile?> FindAsync(string name, CancellationToken cancellationToken)
    {
        var file = System.IO.Path.Combine(path, name);
        return File.Exists(file) && File.Exists(file + BackupName.ManifestExtension)
            ? await ReadAsync(file, cancellationToken) : null;
    }

    /// <summary>Gives a finished file its name. The manifest comes first: a file without one is no backup.</summary>
    public async Task<BackupFile> PublishAsync(
        FileStream finished, BackupManifest manifest, string stem, CancellationToken cancellationToken)
    {
        finished.Flush(flushToDisk: true);
        await using var beside = await WriteManifestAsync(manifest, cancellationToken);
        foreach (var name in BackupName.Choices(stem, manifest.CreatedAt, BackupFormats.Of(manifest.Format).Extension))
        {
            var file = new BackupFile(System.IO.Path.Combine(path, name), manifest);
            if (File.Exists(file.Path) || !TryMove(beside.Name, file.ManifestPath)) continue;
            File.Move(finished.Name, file.Path);
            DurableFile.FlushFolder(path);
            return file;
        }

        throw new InvalidOperationException("There is always another name.");
    }

    /// <summary>Writes what is now known of a backup.</summary>
    public async Task<BackupFile> SaveAsync(BackupFile file, BackupManifest manifest, CancellationToken cancellationToken)
    {
        await using var beside = await WriteManifestAsync(manifest, cancellationToken);
        File.Move(beside.Name, file.ManifestPath, overwrite: true);
        DurableFile.FlushFolder(path);
        return file with { Manifest = manifest };
    }

    /// <summary>Removes the backups of a pipeline that have been kept long enough; the names of those.</summary>
    public async Task<IReadOnlyList<string>> PruneAsync(
        string pipeline, BackupPolicy policy, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var files = (await ListAsync(cancellationToken)).Where(file => file.Manifest.Pipeline == pipeline);
        var expired = Retention.Expired(
            files, file => file.Manifest.CreatedAt, file => file.Manifest.VerifiedAt is not null,
            policy.KeepDays, policy.Keep, now);
        foreach (var file in expired)
        {
            File.Delete(file.Path);
            File.Delete(file.ManifestPath);
        }

        return [.. expired.Select(file => file.Name)];
    }

    private static bool TryMove(string from, string to)
    {
        try
        {
            File.Move(from, to);
            return true;
        }
        catch (IOException) when (File.Exists(to))
        {
            return false;
        }
    }

    private static async Task<BackupFile> ReadAsync(string file, CancellationToken cancellationToken) =>
        new(file, BackupManifest.Parse(
            await File.ReadAllBytesAsync(file + BackupName.ManifestExtension, cancellationToken),
            System.IO.Path.GetFileName(file)));

    private async Task<FileStream> WriteManifestAsync(BackupManifest manifest, CancellationToken cancellationToken)
    {
        var file = DurableFile.Create(path);
        try
        {
            await file.WriteAsync(manifest.ToJson(), cancellationToken);
            file.Flush(flushToDisk: true);
            return file;
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }
}
