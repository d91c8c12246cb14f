using Tidemark.Engine.Definitions;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Records;
using Tidemark.Engine.Runs;

namespace Tidemark.Engine.Backup;

/// <summary>Content and place of a backup.</summary>
/// <param name="Pipeline">Name of the pipeline.</param>
/// <param name="Connector">Connector of the destination.</param>
/// <param name="Folder">Full name of the folder.</param>
/// <param name="Policy">Backup policy of the pipeline.</param>
/// <param name="Tables">Tables by stream.</param>
public sealed record BackupPlan(
    string Pipeline, string Connector, string Folder, BackupPolicy Policy, IReadOnlyDictionary<string, string> Tables)
{
    /// <summary>The run that it is made for, where it is.</summary>
    public string? Run { get; init; }

    /// <summary>Sends it away as well; null where nothing is said of that.</summary>
    internal BackupUpload? Upload { get; init; }
}

/// <summary>What a backup came to.</summary>
/// <param name="File">Verified.</param>
/// <param name="Pruned">Names of older ones that had been kept long enough and are gone.</param>
public sealed record CreatedBackup(BackupFile File, IReadOnlyList<string> Pruned)
{
    /// <summary>What sending it away came to; null where that is not wanted.</summary>
    public UploadedBackup? Upload { get; init; }
}

/// <summary>Makes one backup: reads the tables at one moment, writes them, and reads the file back.</summary>
internal sealed class BackupWriter(TimeProvider clock)
{
    /// <summary>Counts the rows for whoever watches; null for nobody.</summary>
    public WatchedTables? Watched { get; init; }

    /// <summary>Makes a backup that has been verified, and removes older ones that have been kept long enough; null where
    /// none of the tables is there yet.</summary>
    /// <exception cref="TidemarkException"><c>backup.cannot_write</c>; <c>backup.one_table</c> for a format that takes
    /// no more; <c>backup.damaged</c>: the disk gives back something else than was written. Nothing is left of it then.</exception>
    public async Task<CreatedBackup?> CreateAsync(
        BackupPlan plan, IDestination destination, CancellationToken cancellationToken)
    {
        if (await WriteAsync(plan, destination, cancellationToken) is not { } written) return null;
        return plan.Upload is { } upload ? written with { Upload = await upload.RunAsync(written.File, cancellationToken) } : written;
    }

    private async Task<CreatedBackup?> WriteAsync(
        BackupPlan plan, IDestination destination, CancellationToken cancellationToken)
    {
        try
        {
            DurableFile.CreateFolder(plan.Folder);
            var folder = new BackupFolder(plan.Folder);
            await folder.SweepAsync(cancellationToken);
            await using var file = DurableFile.Create(plan.Folder);
            try
            {
                if (await WriteAsync(plan, destination, folder, file, cancellationToken) is not { } written) return null;
                var pruned = await folder.PruneAsync(plan.Pipeline, plan.Policy, clock.GetUtcNow(), cancellationToken);
                return new CreatedBackup(written, pruned);
            }
            finally
            {
                File.Delete(file.Name); // it has another name by now, if all went well
            }
        }
        catch (Exception refused) when (BackupErrors.IsOfFiles(refused))
        {
            throw BackupErrors.CannotWrite(plan.Folder, refused);
        }
    }

    private async Task<BackupFile?> WriteAsync(
        BackupPlan plan, IDestination destination, BackupFolder folder, FileStream file, CancellationToken cancellationToken)
    {
        var createdAt = clock.GetUtcNow();
        var tables = new List<BackupTable>();
        await using (var content = BackupFormats.Of(plan.Policy.Format).Begin(file, createdAt))
        {
            await destination.BackedUp().ReadTablesAsync([.. plan.Tables.Values], async (table, rows) =>
            {
                if (tables.Count > 0 && plan.Policy.Format == BackupFormat.Json) throw OneTable(plan);
                var sum = new RowSum();
                var stream = plan.Tables.First(known => known.Value == table.Name).Key;
                var watched = Watched?.Of(stream, table.Name, rows, cancellationToken) ?? rows;
                await content.AddAsync(table, sum.Of(watched, cancellationToken), cancellationToken);
                tables.Add(new BackupTable(stream, table, sum.Total));
            }, cancellationToken);
        }

        if (tables.Count == 0) return null;
        var manifest = new BackupManifest(plan.Pipeline, plan.Connector, createdAt, plan.Policy.Format, tables)
        {
            Version = BackupManifest.CurrentVersion,
            Run = plan.Run,
            Bytes = file.Length,
        };
        var sha256 = await BackupCheck.RunAsync(file, "that was just written", manifest, cancellationToken);
        return await folder.PublishAsync(
            file, manifest with { Sha256 = sha256, VerifiedAt = clock.GetUtcNow() }, Stem(plan, tables), cancellationToken);
    }

    private static string Stem(BackupPlan plan, List<BackupTable> tables) =>
        plan.Policy.Name
        ?? (plan.Policy.Format == BackupFormat.Json ? tables[0].Table.Name : ColumnNames.SnakeCase(plan.Pipeline)) + "_backup";

    private static TidemarkException OneTable(BackupPlan plan) =>
        new(FailureKind.Configuration, "backup.one_table",
            $"The format json holds one table, and {plan.Pipeline} has {plan.Tables.Count}.")
        {
            Hint = "Use the format compact.",
        };
}
