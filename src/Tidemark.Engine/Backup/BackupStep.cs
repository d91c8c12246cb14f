using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;

namespace Tidemark.Engine.Backup;

/// <summary>The work of a run that backs a pipeline up.</summary>
/// <param name="plan">The tables, and the folder of the file.</param>
/// <param name="destination">The destination of the tables.</param>
/// <param name="run">The run.</param>
/// <param name="clock">Where "now" comes from.</param>
internal sealed class BackupStep(BackupPlan plan, IDestination destination, RunContext run, TimeProvider clock)
{
    private const string Name = "backup";

    /// <summary>Does the work. Nothing is left of the backup where it throws.</summary>
    /// <exception cref="TidemarkException"><c>backup.nothing</c> (usage), <c>backup.cannot_write</c>, <c>backup.one_table</c>.</exception>
    public async Task<RunStatus> RunAsync()
    {
        await run.Journal.StepAsync(Name, null, StepStatus.Running, null, run.Stop);
        var created = await new BackupWriter(clock) { Watched = new(run) }.CreateAsync(plan with { Run = run.Journal.Run }, destination, run.Stop)
            ?? throw new TidemarkException(FailureKind.Usage, "backup.nothing", $"The pipeline {plan.Pipeline} has no tables yet.")
            {
                Hint = "They are there after its first run.",
            };
        var file = created.File;
        run.Backup = new(file.Name, created.Pruned) { Upload = created.Upload };
        if (created.Upload?.Problem is { } notSent) run.Problems.Add(notSent);
        await run.Journal.StepAsync(
            Name, null, StepStatus.Done, $"{file.Manifest.Rows} rows in {file.Path}, verified.", CancellationToken.None);
        run.Begin(() => [.. file.Manifest.Tables.Select(Figures)]);
        return run.Problems.Count == 0 ? RunStatus.Succeeded : RunStatus.Partial;
    }

    /// <summary>Rows that were read, and are in the file as they are in the table.</summary>
    private static StreamFigures Figures(BackupTable table) => new(table.Stream, table.Table.Name)
    {
        Read = table.Content.Rows,
        Unchanged = table.Content.Rows,
        Receipt = new StreamReceipt(table.Content, table.Content),
    };
}
