using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;

namespace Tidemark.Engine.Backup;

/// <summary>Brings a backup back, as a run of its pipeline, so that nothing else writes meanwhile.</summary>
/// <param name="file">The backup.</param>
/// <param name="mode">Treatment of existing rows.</param>
/// <param name="undoRuns">How many runs of the pipeline can be undone, this one among them.</param>
/// <param name="destination">The destination of the tables.</param>
/// <param name="run">The run.</param>
internal sealed class BackupRestore(
    BackupFile file, RestoreMode mode, int undoRuns, IDestination destination, RunContext run)
{
    /// <summary>What became of each table, once the work is done.</summary>
    public IReadOnlyList<RestoredTable> Restored { get; private set; } = [];

    /// <summary>Does the work. Nothing has changed where it throws.</summary>
    public async Task<RunStatus> RunAsync()
    {
        var journal = run.Journal;
        await using var content = file.Open();
        await journal.StepAsync("verify", null, StepStatus.Running, file.Name, run.Stop);
        await BackupCheck.RunAsync(content, file.Name, file.Manifest, run.Stop);
        await journal.StepAsync(
            "verify", null, StepStatus.Done, file.Manifest.IsSealed ? null : "The manifest has no checksum of itself: an older version wrote it.", run.Stop);
        await journal.StepAsync("restore", null, StepStatus.Running, null, run.Stop);
        var watched = new WatchedTables(run);
        foreach (var table in file.Manifest.Tables) run.Expect(table.Stream, table.Content.Rows);
        Restored = await destination.BackedUp().RestoreAsync(
            new RestorePlan(journal.Pipeline, journal.Run, mode, Tables(file, content, watched, run.Stop)) { UndoRuns = undoRuns }, run.Stop);
        foreach (var (table, cascade) in Restored.SelectMany(table => table.Cascades.Select(cascade => (table, cascade))))
            await journal.LogAsync(RunLogLevel.Warning, table.Stream, cascade.Describe(table.Table), CancellationToken.None);
        await journal.StepAsync("restore", null, StepStatus.Done, null, CancellationToken.None);
        run.Begin(() => [.. Restored.Select(Figures)]);
        return RunStatus.Succeeded;
    }

    /// <summary>Finds out what bringing a backup back would come to. Nothing changes.</summary>
    /// <exception cref="TidemarkException">As the restore itself would throw.</exception>
    public static async Task<IReadOnlyList<RestoredTable>> TryAsync(
        BackupFile file, RestoreMode mode, IDestination destination, CancellationToken cancellationToken)
    {
        await using var content = file.Open();
        await BackupCheck.RunAsync(content, file.Name, file.Manifest, cancellationToken);
        return await destination.BackedUp().RestoreAsync(
            new RestorePlan(file.Manifest.Pipeline, $"trial of {file.Name}", mode, Tables(file, content, watched: null, cancellationToken)) { IsTrial = true },
            cancellationToken);
    }

    private static List<RestoreTable> Tables(BackupFile file, Stream content, WatchedTables? watched, CancellationToken cancellationToken) =>
    [
        .. file.Manifest.Tables.Select((table, place) =>
        {
            var rows = file.Format.ReadAsync(content, table.Table, place, cancellationToken);
            return new RestoreTable(
                table.Stream, table.Table, table.Content, watched?.Of(table.Stream, table.Table.Name, rows, cancellationToken) ?? rows);
        }),
    ];

    private static StreamFigures Figures(RestoredTable table) => new(table.Stream, table.Table)
    {
        Read = table.Content.Rows,
        Created = table.Restored,
        Unchanged = table.Skipped,
        Deleted = table.Deleted,
        Receipt = new StreamReceipt(table.Content, table.Content),
    };
}
