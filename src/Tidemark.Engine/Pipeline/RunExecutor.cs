using Tidemark.Engine.Backup;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Pipeline.Planning;
using Tidemark.Engine.Pipeline.Transferring;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Transfers;

namespace Tidemark.Engine.Pipeline;

/// <summary>Carries claimed runs out: finds what a request names, and does its work in the shell.</summary>
internal sealed class RunExecutor(
    DefinitionCatalog definitions, Connections connections, SyncPlanner planner, Backups backups, RunStore runs,
    Func<CancellationToken, Task<byte[]>> maskKey, TimeProvider clock)
{
    internal const string Planning = "plan";

    private readonly RunShell _shell = new(clock);

    /// <summary>Carries a run of any kind out.</summary>
    /// <inheritdoc cref="RunShell.RunAsync"/>
    public Task<RunEnd> RunAsync(
        RunJournal journal, RunWatch watch, CancellationToken cancellationToken) =>
        _shell.RunAsync(journal, run => run.Journal.Request switch
        {
            UndoRun undo => UndoAsync(undo, run),
            RestoreRun restore => RestoreAsync(restore, run),
            BackupRun backup => BackUpAsync(backup, run),
            ClearRun clear => ClearAsync(clear, run),
            _ => SyncAsync(run),
        }, watch, cancellationToken);

    /// <summary>What an undo would come to. Nothing changes, and it is no run.</summary>
    public async Task<UndoTrial> TryAsync(UndoRun request, CancellationToken cancellationToken)
    {
        var pipeline = await definitions.PipelineAsync(request.Pipeline, cancellationToken);
        var undone = await runs.FindAsync(request.Run, cancellationToken);
        await using var end = await OpenUndoingAsync(pipeline, cancellationToken);
        var undoing = Undoing(end);
        var planning = await UndoPlanning.OfAsync(undoing, undone, $"trial of {undone.Id}", cancellationToken);
        return new(undone, await undoing.UndoAsync(planning.Plan with { IsTrial = true }, cancellationToken), planning.Unseen);
    }

    /// <summary>What a restore would come to. Nothing changes, and it is no run.</summary>
    public async Task<IReadOnlyList<RestoredTable>> TryAsync(RestoreRun request, CancellationToken cancellationToken)
    {
        var (pipeline, file) = await RestorableAsync(request, cancellationToken);
        await using var destination = await OpenAsync(pipeline, cancellationToken);
        return await BackupRestore.TryAsync(file, request.Mode, destination, cancellationToken);
    }

    /// <inheritdoc cref="TouchedRows.OfAsync"/>
    public async Task<IReadOnlyList<ToldTable>> TouchedAsync(RunRecord run, string? stream, int limit, CancellationToken cancellationToken)
    {
        await using var end = await OpenUndoingAsync(await definitions.PipelineAsync(run.Pipeline, cancellationToken), cancellationToken);
        return await TouchedRows.OfAsync(Undoing(end), run, stream, limit, cancellationToken);
    }

    private async Task<RunStatus> SyncAsync(RunContext run)
    {
        await run.Journal.StepAsync(Planning, null, StepStatus.Running, null, run.Stop);
        var request = run.Journal.Request;
        var pipeline = await definitions.PipelineAsync(request.PipelineName, run.Stop);
        var parked = request is ApprovedRun approved ? await runs.FindAsync(approved.Parked, run.Stop) : null;
        if (pipeline.Transfer is not null)
        {
            return await new TransferStart(definitions, connections, runs, maskKey, clock).RunAsync(pipeline, parked?.Request ?? request, parked, run);
        }

        await backups.SweepAsync(pipeline, run.Stop);
        var resolved = ResolvedSync.Of(request, pipeline, parked);
        var plan = await planner.PlanAsync(resolved, run);
        await using var source = plan.Source;
        await using var destination = plan.Destination;
        if (plan is { Mode: WriteMode.Refresh, IsDryRun: false })
            plan = plan with { Backup = await backups.PlanAsync(pipeline, plan.Tables, run.Stop) };
        await run.Journal.StepAsync(Planning, null, StepStatus.Done, null, run.Stop);
        if (!plan.IsDryRun)
        {
            // A merge has shown nothing of what it would change, and reads anew.
            if (parked?.Result.Plan is { } shown && plan.Destination is IComparing && (plan.Continues is not null || resolved.KeysOnly))
                plan = plan with { Approved = new(parked.Id, shown) };
            await RequireNotOvertakenAsync(plan, parked, run.Stop);
            var streams = plan.Tables.Select(table => table.Stream.Name);
            plan = plan with { Waiting = await runs.SupersedeParkedAsync(run.Journal.Run, streams, resolved.Supersedes, CancellationToken.None) };
        }

        return await new Sync(plan, run, clock).RunAsync();
    }

    /// <summary>What a parked run has read is not published over rows that a later run has written.</summary>
    private async Task RequireNotOvertakenAsync(SyncPlan plan, RunRecord? parked, CancellationToken cancellationToken)
    {
        if (parked is null || plan is not { Continues: not null, Approved: { } approved }) return;
        var written = await runs.WrittenSinceAsync(parked, plan.Tables.Select(table => table.Table), cancellationToken);
        if (written.Order(StringComparer.Ordinal).Select(approved.Overtaken).FirstOrDefault() is { } problem)
            throw new TidemarkException(FailureKind.Usage, problem.Code, problem.Message) { Hint = problem.Hint, Next = problem.Next };
    }

    private async Task<RunStatus> UndoAsync(UndoRun request, RunContext run)
    {
        var pipeline = await definitions.PipelineAsync(request.Pipeline, run.Stop);
        await using var end = await OpenUndoingAsync(pipeline, run.Stop);
        run.Watch(end);
        return await new Undo(Undoing(end), await runs.FindAsync(request.Run, run.Stop), run).RunAsync();
    }

    private async Task<RunStatus> RestoreAsync(RestoreRun request, RunContext run)
    {
        var (pipeline, file) = await RestorableAsync(request, run.Stop);
        await using var destination = await OpenAsync(pipeline, run);
        return await new BackupRestore(file, request.Mode, pipeline.UndoRuns, destination, run).RunAsync();
    }

    private async Task<(PipelineDefinition Pipeline, BackupFile File)> RestorableAsync(RestoreRun request, CancellationToken cancellationToken)
    {
        var pipeline = await definitions.PipelineAsync(request.Pipeline, cancellationToken);
        var file = await backups.FindAsync(request.Backup, cancellationToken);
        var definition = await definitions.Destinations.FindAsync(pipeline.Destination, cancellationToken);
        if (file.Manifest.Connector != definition.Connector)
        {
            throw new TidemarkException(FailureKind.Configuration, "backup.other_database",
                $"The backup {file.Name} was made in {file.Manifest.Connector}, and {definition.Name} is {definition.Connector}.");
        }

        return (pipeline, file);
    }

    private async Task<RunStatus> BackUpAsync(BackupRun request, RunContext run)
    {
        var pipeline = await definitions.PipelineAsync(request.Pipeline, run.Stop);
        if (request.Format is { } format) pipeline = pipeline with { Backup = pipeline.Backup with { Format = format } };
        await using var destination = await OpenAsync(pipeline, run);
        var plan = await backups.PlanAsync(pipeline, destination, run.Stop);
        return await new BackupStep(plan, destination, run, clock).RunAsync();
    }

    private async Task<RunStatus> ClearAsync(ClearRun request, RunContext run)
    {
        var pipeline = await definitions.PipelineAsync(request.Pipeline, run.Stop);
        await using var destination = await OpenAsync(pipeline, run);
        var plan = await backups.PlanAsync(pipeline, destination, run.Stop);
        return await new TableClearing(plan, backups.FindAsync, pipeline.UndoRuns, destination, run, clock).RunAsync();
    }

    /// <summary>Where the runs of a pipeline wrote: its destination, or the target of its transfers.</summary>
    private async Task<IAsyncDisposable> OpenUndoingAsync(PipelineDefinition pipeline, CancellationToken cancellationToken)
    {
        if (pipeline.Transfer is not { } policy) return await OpenAsync(pipeline, cancellationToken);
        var problems = new List<Problem>();
        return connections.OpenEnd(await definitions.Destinations.FindAsync(pipeline.Destination, cancellationToken), policy, problems) ?? throw TidemarkException.ForAll(problems);
    }

    private static IUndoing Undoing(IAsyncDisposable end) => end as ITransferEnd ?? ((IDestination)end).Undoing();

    private async Task<IDestination> OpenAsync(PipelineDefinition pipeline, RunContext run)
    {
        var destination = await OpenAsync(pipeline, run.Stop);
        run.Watch(destination);
        return destination;
    }

    private async Task<IDestination> OpenAsync(PipelineDefinition pipeline, CancellationToken cancellationToken)
    {
        var definition = await definitions.Destinations.FindAsync(pipeline.Destination, cancellationToken);
        var problems = new List<Problem>();
        return connections.OpenDestination(definition, problems) ?? throw TidemarkException.ForAll(problems);
    }
}
