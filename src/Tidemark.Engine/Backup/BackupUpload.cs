using Tidemark.Engine.Definitions;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Records;
using Tidemark.Engine.Runs;

namespace Tidemark.Engine.Backup;

/// <summary>Sends backups to where a pipeline keeps copies of them.</summary>
internal sealed class BackupUpload(string to, Func<IFileStorage> open, TimeProvider clock)
{
    /// <summary>Sends a backup, then removes what has been kept there long enough.</summary>
    public async Task<UploadedBackup> RunAsync(BackupFile file, CancellationToken cancellationToken)
    {
        try
        {
            using var storage = open();
            var folder = $"{ColumnNames.SnakeCase(file.Manifest.Pipeline)}/";
            // The manifest comes last: without one, a copy does not count.
            await storage.UploadAsync(file.Path, folder + file.Name, cancellationToken);
            await storage.UploadAsync(file.ManifestPath, folder + file.Name + BackupName.ManifestExtension, cancellationToken);
            return new UploadedBackup(to, await PruneAsync(storage, folder, cancellationToken));
        }
        catch (TidemarkException failure)
        {
            return new UploadedBackup(to, []) { Problem = Problem.From(failure, $"destination \"{to}\"") };
        }
    }

    /// <remarks>Only what is called like a backup and has its manifest is ours to remove.</remarks>
    private async Task<IReadOnlyList<string>> PruneAsync(
        IFileStorage storage, string folder, CancellationToken cancellationToken)
    {
        var all = await storage.ListAsync(folder, cancellationToken);
        var names = all.Select(file => file.Name).ToHashSet(StringComparer.Ordinal);
        var expired = Retention.Expired(
            all.Where(file => BackupName.IsOurs(file.Name) && names.Contains(file.Name + BackupName.ManifestExtension)),
            file => file.ModifiedAt, _ => true,
            storage.KeepDays, keep: 0, clock.GetUtcNow());
        foreach (var file in expired)
        {
            await storage.DeleteAsync(file.Name, cancellationToken);
            await storage.DeleteAsync(file.Name + BackupName.ManifestExtension, cancellationToken);
        }

        return [.. expired.Select(file => file.Name)];
    }
}
