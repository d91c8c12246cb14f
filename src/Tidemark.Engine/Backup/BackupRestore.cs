using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;

namespace Tidemark.Engine.Backup;

/// <summary>What restoring came to.</summary>
/// <param name="Run">Id of the run that did it.</param>
/// <param name="File">The backup.</param>
/// <param name="Tables">Per table.</param>
public sealed record RestoredBackup(string Run, BackupFile File, IReadOnlyList<RestoredTable> Tables);

/// <summary>Brings a backup back, as a run of its pipeline, so that nothing else writes meanwhile.</summary>
/// <param name="runs">Where the run is noted.</param>
/// <param name="clock">Of its times.</param>
/// <param name="undoRuns">As the pipeline's setting: how many runs can be undone, this one among them.</param>
internal sealed class BackupRestore(RunStore runs, TimeProvider clock, int undoRuns)
{
    /// <summary>Begins the cause of such a run; the name of the backup follows.</summary>
    public const string Cause = "restore ";

    /// <exception cref="TidemarkException"><c>backup.damaged</c>, <c>pipeline.in_use</c>, and as
    /// <see cref="IBackedUp.RestoreAsync"/>. Nothing has changed then.</exception>
    public async Task<RestoredBackup> RunAsync(
        string pipeline, BackupFile file, RestoreMode mode, IDestination destination, CancellationToken cancellationToken)
    {
        await using var journal = await runs.StartAsync(
            pipeline, mode == RestoreMode.Exact ? WriteMode.Replace : WriteMode.Merge, Cause + file.Name,
            [.. file.Manifest.Tables.Select(table => new StreamFigures(table.Stream, table.Table.Name))], cancellationToken);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(
            cancellationToken, journal.CancelRequested, journal.LeaseLost);
        try
        {
            var tables = await RestoreAsync(journal, file, mode, destination, stop.Token);
            await journal.FinishAsync(Result(journal, RunStatus.Succeeded) with { Streams = [.. tables.Select(Figures)] }, CancellationToken.None);
            return new RestoredBackup(journal.Run, file, tables);
        }
        catch (TidemarkException failure)
        {
            await journal.FinishAsync(
                Result(journal, RunStatus.Failed) with { Problems = [Problem.From(failure, file.Name)] }, CancellationToken.None);
            throw;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await journal.FinishAsync(Result(journal, RunStatus.Cancelled), CancellationToken.None);
            throw;
        }
    }

    private async Task<IReadOnlyList<RestoredTable>> RestoreAsync(
        RunJournal journal, BackupFile file, RestoreMode mode, IDestination destination, CancellationToken cancellationToken)
    {
        await using var content = file.Open();
        await journal.StepAsync("verify", null, StepStatus.Running, file.Name, cancellationToken);
        await BackupCheck.RunAsync(content, file.Name, file.Manifest, cancellationToken);
        await journal.StepAsync("verify", null, StepStatus.Done, null, cancellationToken);
        await journal.StepAsync("restore", null, StepStatus.Running, null, cancellationToken);
        var tables = file.Manifest.Tables.Select((table, place) => new RestoreTable(
            table.Stream, table.Table, table.Content, file.Format.ReadAsync(content, table.Table, place, cancellationToken)));
        var restored = await destination.BackedUp().RestoreAsync(
            new RestorePlan(journal.Pipeline, journal.Run, mode, [.. tables]) { UndoRuns = undoRuns }, cancellationToken);
        await journal.StepAsync("restore", null, StepStatus.Done, null, CancellationToken.None);
        return restored;
    }

    private RunResult Result(RunJournal journal, RunStatus status) =>
        new(journal.Run, journal.Pipeline, journal.Mode, status, [], (clock.GetUtcNow() - journal.StartedAt).TotalSeconds)
        {
            Cause = journal.Cause,
        };

    private static StreamFigures Figures(RestoredTable table) => new(table.Stream, table.Table)
    {
        Read = table.Content.Rows,
        Created = table.Restored,
        Unchanged = table.Skipped,
        Deleted = table.Deleted,
        Receipt = new StreamReceipt(table.Content, table.Content),
    };
}
