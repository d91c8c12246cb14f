using Tidemark.Engine.Catalog;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Backup;

/// <summary>The backups of every pipeline: found, verified, pruned. They are made and restored by runs.</summary>
public sealed class Backups
{
    private readonly HomeFolder _home;
    private readonly DefinitionCatalog _definitions;
    private readonly Connections _connections;
    private readonly TimeProvider _clock;

    internal Backups(HomeFolder home, DefinitionCatalog definitions, Connections connections, TimeProvider clock) =>
        (_home, _definitions, _connections, _clock) = (home, definitions, connections, clock);

    /// <summary>The backups there are, newest first.</summary>
    /// <param name="pipeline">Name of the pipeline, or null for all.</param>
    /// <param name="cancellationToken">Stops the looking.</param>
    public async Task<IReadOnlyList<BackupFile>> ListAsync(string? pipeline, CancellationToken cancellationToken)
    {
        var found = new List<BackupFile>();
        foreach (var folder in await FoldersAsync(cancellationToken)) found.AddRange(await folder.ListAsync(cancellationToken));
        return
        [
            .. found.Where(file => pipeline is null || file.Manifest.Pipeline == pipeline)
                .OrderByDescending(file => file.Manifest.CreatedAt),
        ];
    }

    /// <summary>The backup of a name, whose extension may be left out where no other backup has the rest of it.</summary>
    /// <exception cref="TidemarkException"><c>backup.name_invalid</c>, <c>backup.unknown</c>, <c>backup.ambiguous</c> (usage);
    /// <c>backup.damaged</c>: its manifest cannot be read.</exception>
    public async Task<BackupFile> FindAsync(string name, CancellationToken cancellationToken)
    {
        BackupName.Require(name);
        foreach (var folder in await FoldersAsync(cancellationToken))
        {
            if (await folder.FindAsync(name, cancellationToken) is { } found) return found;
        }

        var known = await ListAsync(pipeline: null, cancellationToken);
        var meant = known.Where(file => Path.GetFileNameWithoutExtension(file.Name) == name).Select(file => file.Name).ToList();
        if (meant is [var whole]) return await FindAsync(whole, cancellationToken);
        if (meant.Count > 1)
        {
            throw new TidemarkException(FailureKind.Usage, "backup.ambiguous", $"More than one backup is called {name}.")
            {
                Hint = $"Say which: {string.Join(", ", meant)}.",
            };
        }

        throw new TidemarkException(FailureKind.Usage, "backup.unknown", $"There is no backup {name}.")
        {
            Hint = known.Count == 0 ? "There are none yet." : $"The newest is {known[0].Name}.",
        };
    }

    /// <summary>Reads a backup whole, and notes in its manifest what came of it.</summary>
    /// <exception cref="TidemarkException"><c>backup.damaged</c>, and as <see cref="FindAsync"/>.</exception>
    public async Task<BackupFile> VerifyAsync(string name, CancellationToken cancellationToken)
    {
        var file = await FindAsync(name, cancellationToken);
        try
        {
            await using var content = file.Open();
            await BackupCheck.RunAsync(content, file.Name, file.Manifest, cancellationToken);
        }
        catch (TidemarkException damaged) when (damaged.Code == "backup.damaged")
        {
            await NoteAsync(file, verifiedAt: null, cancellationToken);
            throw;
        }

        return await NoteAsync(file, _clock.GetUtcNow(), cancellationToken);
    }

    /// <summary>Removes what backups of a pipeline have left that nobody is writing any more. A folder that cannot be read keeps it.</summary>
    internal async Task SweepAsync(PipelineDefinition pipeline, CancellationToken cancellationToken)
    {
        try
        {
            if (Directory.Exists(FolderOf(pipeline))) await new BackupFolder(FolderOf(pipeline)).SweepAsync(cancellationToken);
        }
        catch (Exception refused) when (BackupErrors.IsOfFiles(refused))
        {
            // It is in nobody's way, and the next backup says what is wrong with the folder.
        }
    }

    /// <summary>Removes the backups of a pipeline that have been kept long enough; the names of those.</summary>
    public Task<IReadOnlyList<string>> PruneAsync(PipelineDefinition pipeline, CancellationToken cancellationToken) =>
        new BackupFolder(FolderOf(pipeline)).PruneAsync(pipeline.Name, pipeline.Backup, _clock.GetUtcNow(), cancellationToken);

    /// <summary>The backup that a refresh of these tables begins with.</summary>
    internal async Task<BackupPlan> PlanAsync(
        PipelineDefinition pipeline, IEnumerable<TablePlan> tables, CancellationToken cancellationToken)
    {
        var destination = await _definitions.Destinations.FindAsync(pipeline.Destination, cancellationToken);
        return new BackupPlan(pipeline.Name, destination.Connector, FolderOf(pipeline), pipeline.Backup,
            tables.ToDictionary(table => table.Stream.Name, table => table.Table))
        {
            Upload = await UploadAsync(pipeline, cancellationToken),
        };
    }

    /// <summary>The backup of all tables of a pipeline.</summary>
    internal async Task<BackupPlan> PlanAsync(
        PipelineDefinition pipeline, IDestination destination, CancellationToken cancellationToken)
    {
        var definition = await _definitions.Destinations.FindAsync(pipeline.Destination, cancellationToken);
        var upload = await UploadAsync(pipeline, cancellationToken);
        var streams = pipeline.Streams.Count > 0
            ? pipeline.Streams : await destination.BackedUp().StreamsAsync(pipeline.Name, cancellationToken);
        return new BackupPlan(pipeline.Name, definition.Connector, FolderOf(pipeline), pipeline.Backup,
            streams.ToDictionary(stream => stream, pipeline.TableOf))
        {
            Upload = upload,
        };
    }

    /// <summary>Where copies of a pipeline's backups go; its settings are looked at before anything is written.</summary>
    private async Task<BackupUpload?> UploadAsync(PipelineDefinition pipeline, CancellationToken cancellationToken)
    {
        if (pipeline.Backup.Upload is not { } name) return null;
        var problems = new List<Problem>();
        var storage = await _definitions.Destinations.FindAsync(name, cancellationToken);
        return _connections.Storage(storage, problems) is { } open
            ? new BackupUpload(name, open, _clock) : throw TidemarkException.ForAll(problems);
    }

    private string FolderOf(PipelineDefinition pipeline) =>
        Path.GetFullPath(Path.Combine(_home.Path, pipeline.Backup.Folder));

    private static async Task<BackupFile> NoteAsync(
        BackupFile file, DateTimeOffset? verifiedAt, CancellationToken cancellationToken)
    {
        var manifest = file.Manifest with { VerifiedAt = verifiedAt };
        try
        {
            return await new BackupFolder(Path.GetDirectoryName(file.Path)!).SaveAsync(file, manifest, cancellationToken);
        }
        catch (Exception refused) when (BackupErrors.IsOfFiles(refused))
        {
            return file with { Manifest = manifest }; // a folder that is read-only by now is read all the same
        }
    }

    /// <summary>Every folder that a pipeline's backups are in, and the usual one.</summary>
    private async Task<IReadOnlyList<BackupFolder>> FoldersAsync(CancellationToken cancellationToken)
    {
        var pipelines = await _definitions.Pipelines.ListAsync(cancellationToken);
        return
        [
            .. pipelines.Append(new PipelineDefinition("", "", "")).Select(FolderOf)
                .Distinct(StringComparer.Ordinal).Select(folder => new BackupFolder(folder)),
        ];
    }
}
