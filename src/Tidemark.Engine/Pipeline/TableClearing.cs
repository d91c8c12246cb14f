using Tidemark.Engine.Backup;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Runs;

namespace Tidemark.Engine.Pipeline;

/// <summary>
/// Empties the tables of a pipeline: a verified backup, then all rows go in one transaction, each kept as it was for an undo. The next run
/// reads everything.
/// </summary>
internal sealed class TableClearing(
    BackupPlan plan, Func<string, CancellationToken, Task<BackupFile>> findBackup, int undoRuns, IDestination destination, RunContext run, TimeProvider clock)
{
    private const string Name = "clear";

    /// <summary>Does the work. Nothing has changed where it throws.</summary>
    public async Task<RunStatus> RunAsync()
    {
        var journal = run.Journal;
        await new RefreshSteps(plan, run, clock).BackUpAsync(destination);
        if (run.Refresh?.Backup is not { } backup)
        {
            run.Refresh = new() { Cleared = 0 };
            run.Begin(() => []);
            return RunStatus.Succeeded;
        }

        var file = await findBackup(backup.Name, run.Stop);
        await journal.StepAsync(Name, null, StepStatus.Running, null, run.Stop);
        var cleared = await destination.BackedUp().RestoreAsync(
            new RestorePlan(journal.Pipeline, journal.Run, RestoreMode.Exact, [.. file.Manifest.Tables.Select(Emptied)]) { UndoRuns = undoRuns }, run.Stop);
        foreach (var (table, cascade) in cleared.SelectMany(table => table.Cascades.Select(cascade => (table, cascade))))
            await journal.LogAsync(RunLogLevel.Warning, table.Stream, cascade.Describe(table.Table), CancellationToken.None);
        var rows = cleared.Sum(table => table.Deleted);
        run.Refresh = run.Refresh with { Cleared = rows };
        await journal.StepAsync(Name, null, StepStatus.Done, $"{rows} rows cleared, 0 remain.", CancellationToken.None);
        run.Begin(() => [.. cleared.Select(Figures)]);
        return run.Problems.Count == 0 ? RunStatus.Succeeded : RunStatus.Partial;
    }

    private static RestoreTable Emptied(BackupTable table) => new(table.Stream, table.Table, default, AsyncEnumerable.Empty<ReadOnlyMemory<byte>>());

    private static StreamFigures Figures(RestoredTable table) => new(table.Stream, table.Table)
    {
        Deleted = table.Deleted,
        Receipt = new StreamReceipt(table.Content, table.Content),
    };
}
