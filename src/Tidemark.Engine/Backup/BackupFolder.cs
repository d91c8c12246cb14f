using Tidemark.Engine.Definitions;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Settings;

namespace Tidemark.Engine.Backup;

/// <summary>A backup that is there.</summary>
/// <param name="Path">Full name of the file.</param>
/// <param name="Manifest">Manifest of the backup.</param>
public sealed record BackupFile(string Path, BackupManifest Manifest)
{
    public string Name => System.IO.Path.GetFileName(Path);

    /// <summary>Why it cannot be used, as a sentence; null where nothing is known against it.</summary>
    public string? Problem { get; init; }

    internal string ManifestPath => Path + BackupName.ManifestExtension;

    internal FileStream Open() =>
        new(Path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 64 * 1024, useAsync: true);

    internal IBackupFormat Format => BackupFormats.Of(Manifest.Format);
}

/// <summary>
/// A folder of backups. A file is there once it and its manifest are on the disk, under their names. Other people's files
/// may lie beside them: ours are known by their names and by what is in them, and no other is touched.
/// </summary>
internal sealed class BackupFolder(string path)
{
    public string Path => path;

    /// <summary>Removes what a crash has left.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        foreach (var left in Directory.EnumerateFiles(path, $"*{DurableFile.Unfinished}").Where(DurableFile.IsNamedSo))
            await DurableFile.RemoveIfLeftAsync(left, BackupMark.IsUnfinishedAsync, cancellationToken);
        foreach (var (file, manifest) in Pairs().Where(pair => BackupName.IsOurs(pair.File)))
        {
            if (RegularFile.KindOf(file) == FileKind.Missing)
                await DurableFile.RemoveIfLeftAsync(manifest, (left, stop) => BackupMark.IsManifestOfAsync(left, file, stop), cancellationToken);
        }
    }

    /// <summary>All backups, the newest first. One that cannot be used is listed without its content, and with the reason.</summary>
    public async Task<IReadOnlyList<BackupFile>> ListAsync(CancellationToken cancellationToken)
    {
        if (!Directory.Exists(path)) return [];
        var found = new List<BackupFile>();
        foreach (var (file, _) in Pairs())
        {
            if (RegularFile.KindOf(file) is FileKind.Missing or FileKind.Folder) continue;
            try
            {
                found.Add(await ReadAsync(file, cancellationToken));
            }
            catch (TidemarkException unusable)
            {
                // What is not called like a backup of ours is somebody else's.
                if (BackupName.IsOurs(file))
                    found.Add(new BackupFile(file, BackupManifest.Unreadable(new FileInfo(file))) { Problem = unusable.Message });
            }
        }

        return [.. found.OrderByDescending(file => file.Manifest.CreatedAt).ThenByDescending(file => file.Name, StringComparer.Ordinal)];
    }

    /// <summary>The backup of a checked name; null if there is none.</summary>
    public async Task<BackupFile?> FindAsync(string name, CancellationToken cancellationToken)
    {
        var file = System.IO.Path.Combine(path, name);
        return RegularFile.KindOf(file) == FileKind.Missing || RegularFile.KindOf(file + BackupName.ManifestExtension) == FileKind.Missing
            ? null : await ReadAsync(file, cancellationToken);
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
            if (RegularFile.KindOf(file.Path) != FileKind.Missing || !TryMove(beside.Name, file.ManifestPath)) continue;
            File.Move(finished.Name, file.Path);
            FolderOnDisk.Flush(path);
            return file;
        }

        throw new InvalidOperationException("There is always another name.");
    }

    /// <summary>Writes what is now known of a backup.</summary>
    public async Task<BackupFile> SaveAsync(BackupFile file, BackupManifest manifest, CancellationToken cancellationToken)
    {
        await using var beside = await WriteManifestAsync(manifest, cancellationToken);
        File.Move(beside.Name, file.ManifestPath, overwrite: true);
        FolderOnDisk.Flush(path);
        return file with { Manifest = manifest };
    }

    /// <summary>Removes the backups of a pipeline that have been kept long enough; the names of those.</summary>
    public async Task<IReadOnlyList<string>> PruneAsync(
        string pipeline, BackupPolicy policy, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var files = (await ListAsync(cancellationToken)).Where(file => file.Problem is null && file.Manifest.Pipeline == pipeline);
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
        catch (IOException) when (RegularFile.KindOf(to) != FileKind.Missing)
        {
            return false;
        }
    }

    private static async Task<BackupFile> ReadAsync(string file, CancellationToken cancellationToken)
    {
        var (name, manifest) = (System.IO.Path.GetFileName(file), file + BackupName.ManifestExtension);
        foreach (var part in new[] { file, manifest })
        {
            if (RegularFile.KindOf(part) is var kind and not FileKind.Regular)
                throw BackupErrors.NotAFile(System.IO.Path.GetFileName(part), RegularFile.Word(kind));
        }

        try
        {
            return new(file, BackupManifest.Parse(
                await RegularFile.ReadAsync(manifest, BackupManifest.MaxBytes, cancellationToken), name));
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw BackupErrors.Damaged(name, $"its manifest cannot be read ({refused.Message})", refused);
        }
    }

    /// <summary>What has a manifest beside it, or did.</summary>
    private IEnumerable<(string File, string Manifest)> Pairs() =>
        Directory.EnumerateFiles(path, $"*{BackupName.ManifestExtension}")
            .Select(manifest => (manifest[..^BackupName.ManifestExtension.Length], manifest));

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
