using Tidemark.Engine.Backup;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Pipeline.Planning;
using Tidemark.Engine.Quarantine;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Runs.Failures;
using Tidemark.Engine.Transfers;

namespace Tidemark.Engine.Pipeline;

/// <summary>
/// The requests that act on what is there already: a run, a record in quarantine, a backup. Every door starts them like
/// any other request. What makes no sense is refused, and is no run.
/// </summary>
public sealed class RunRequests
{
    private readonly DefinitionCatalog _definitions;
    private readonly RunStore _runs;
    private readonly FailureInbox _inbox;
    private readonly QuarantineCatalog _quarantine;
    private readonly Backups _backups;

    internal RunRequests(DefinitionCatalog definitions, RunStore runs, FailureInbox inbox, QuarantineCatalog quarantine, Backups backups) =>
        (_definitions, _runs, _inbox, _quarantine, _backups) = (definitions, runs, inbox, quarantine, backups);

    /// <summary>Lets a parked run continue.</summary>
    /// <param name="run">The run, as a person names it.</param>
    /// <param name="cancellationToken">Cancels the looking.</param>
    /// <exception cref="TidemarkException"><c>run.not_parked</c>, <c>run.unknown</c>, <c>run.ambiguous</c> (usage).</exception>
    public async Task<ApprovedRun> ApproveAsync(string run, CancellationToken cancellationToken)
    {
        var parked = await _runs.FindAsync(run, cancellationToken);
        return parked.Status == RunStatus.Parked ? new(parked.Pipeline, parked.Id) : throw NotParked(parked);
    }

    /// <summary>The request of a run, once more: a dry run stays a dry run, with the streams and the mode it had.</summary>
    /// <param name="run">The run, as a person names it.</param>
    /// <param name="cancellationToken">Cancels the looking.</param>
    /// <exception cref="TidemarkException"><c>run.not_a_sync</c> for what a person decided by what was there at that moment;
    /// <c>run.unknown</c>, <c>run.ambiguous</c> (usage).</exception>
    public async Task<RunRequest> RetryAsync(string run, CancellationToken cancellationToken)
    {
        var old = await _runs.FindAsync(run, cancellationToken);
        return old.Request switch
        {
            PlanRun => throw NotASync(old, "carried a plan out", "Carry it out again.", new(NextAct.CarryOutPlan)),
            RestoreRun restore => throw NotASync(
                old, "restored a backup", "Restore it again.", new(NextAct.RestoreBackup, restore.Backup)),
            ClearRun => throw NotASync(old, "cleared the tables", "Clear them again.", new(NextAct.ListRuns)),
            UndoRun undo => throw NotASync(old, "undid another run", "Undo that run again.", new(NextAct.UndoRun, undo.Run)),
            var request => request,
        };
    }

    /// <summary>
    /// The requests of failed runs, once more: those that ask for the same of a pipeline become one, with the streams of all of them. What is over
    /// already is not run again.
    /// </summary>
    /// <param name="runs">Full ids.</param>
    /// <param name="onlyFailed">Only the streams that are open; else all that the runs had.</param>
    /// <param name="cancellationToken">Cancels the looking.</param>
    /// <exception cref="TidemarkException"><c>inbox.unknown</c>; <c>run.not_a_sync</c> for what a person decided by what was there at that moment (usage).</exception>
    public async Task<IReadOnlyList<FailureRetry>> RetryFailuresAsync(IEnumerable<string> runs, bool onlyFailed, CancellationToken cancellationToken)
    {
        var retries = new Dictionary<string, FailureRetry>(StringComparer.Ordinal);
        foreach (var id in runs.Distinct(StringComparer.Ordinal))
        {
            var failed = await _inbox.GetAsync(id, cancellationToken);
            if (!failed.IsOpen) continue;
            var request = await RetryAsync(failed.Run, cancellationToken);
            var open = failed.Parts.Where(part => part.OverAt is null).Select(part => part.Stream).ToList();
            if (request is ReadingRequest reading && onlyFailed && !open.Contains(null)) request = reading with { Streams = [.. open.OfType<string>()] };
            var same = RunRequestJson.Write(request is ReadingRequest { } any ? any with { Streams = [] } : request);
            retries[same] = retries.TryGetValue(same, out var before) ? new(Both(before.Request, request), [.. before.Runs, failed.Run]) : new(request, [failed.Run]);
        }

        return [.. retries.Values];

        // No streams means all of them.
        static RunRequest Both(RunRequest one, RunRequest other) => (one, other) is (ReadingRequest { Streams: var these }, ReadingRequest { Streams: var those } last)
            ? last with { Streams = these.Count == 0 || those.Count == 0 ? [] : [.. these.Union(those, StringComparer.Ordinal)] } : other;
    }

    /// <summary>A request to undo a run.</summary>
    /// <param name="run">The run, as a person names it.</param>
    /// <param name="cancellationToken">Cancels the looking.</param>
    /// <exception cref="TidemarkException"><c>run.unknown</c>, <c>run.ambiguous</c> (usage).</exception>
    public async Task<UndoRun> UndoAsync(string run, CancellationToken cancellationToken)
    {
        var undone = await _runs.FindAsync(run, cancellationToken);
        return new(undone.Pipeline, undone.Id);
    }

    /// <summary>Brings a backup back.</summary>
    /// <param name="backup">Name of the backup.</param>
    /// <param name="mode">Treatment of existing rows.</param>
    /// <param name="cancellationToken">Cancels the looking.</param>
    /// <exception cref="TidemarkException">As <see cref="Backups.FindAsync"/>.</exception>
    public async Task<RestoreRun> RestoreAsync(string backup, RestoreMode mode, CancellationToken cancellationToken)
    {
        var file = await _backups.FindAsync(backup, cancellationToken);
        return new(file.Manifest.Pipeline, file.Name, mode);
    }

    /// <summary>Carries a saved plan out.</summary>
    public static PlanRun CarryOut(SavedPlan plan) => new(plan.WithoutSamples());

    /// <summary>Tries records in quarantine again: one sync a pipeline, of the streams that they belong to.</summary>
    /// <param name="ids">Their numbers.</param>
    /// <param name="cancellationToken">Cancels the looking.</param>
    /// <exception cref="TidemarkException"><c>quarantine.unknown</c> (usage).</exception>
    public async Task<IReadOnlyList<QuarantineRetry>> RetryQuarantineAsync(
        IEnumerable<long> ids, CancellationToken cancellationToken)
    {
        var records = new List<Waiting>();
        foreach (var id in ids.Distinct()) records.Add(Waiting.Of(await _quarantine.GetAsync(id, cancellationToken)));
        return Grouped(records);
    }

    /// <summary>Tries all records of a pipeline in quarantine again.</summary>
    /// <exception cref="TidemarkException"><c>pipeline.unknown</c> (usage).</exception>
    public async Task<IReadOnlyList<QuarantineRetry>> RetryQuarantineAsync(string pipeline, CancellationToken cancellationToken)
    {
        await _definitions.PipelineAsync(pipeline, cancellationToken);
        return Grouped(await _quarantine.ListAsync(new() { Pipeline = pipeline }, int.MaxValue, cancellationToken)
            .Select(Waiting.Of).ToListAsync(cancellationToken));
    }

    /// <summary>What is known of a run before it begins.</summary>
    /// <exception cref="TidemarkException">The request names what is not there: <c>pipeline.unknown</c>,
    /// <c>run.unknown</c>, <c>run.not_parked</c> (usage).</exception>
    internal async Task<NewRun> NewAsync(RunRequest request, RunOrigin origin, CancellationToken cancellationToken)
    {
        var pipeline = await _definitions.PipelineAsync(request.PipelineName, cancellationToken);
        request = Meant(request, pipeline);
        var run = new NewRun(request, origin, pipeline.Mode) { Source = pipeline.Source, Destination = pipeline.Destination };
        switch (request)
        {
            case ApprovedRun approved:
                var parked = await _runs.FindAsync(approved.Parked, cancellationToken);
                if (!WasParked(parked)) throw NotParked(parked);
                return run with { Mode = parked.Result.Mode, Streams = Unread(parked) };
            case UndoRun undo:
                var undone = await _runs.FindAsync(undo.Run, cancellationToken);
                return run with { Source = null, Mode = undone.Result.Mode, Streams = Unread(undone) };
            case RestoreRun restore:
                return run with { Source = null, Mode = restore.Mode == RestoreMode.Exact ? WriteMode.Replace : WriteMode.Merge };
            case ClearRun:
                return run with { Source = null, Mode = WriteMode.Replace };
            case BackupRun:
                return run with { Source = null };
            case TransferRun transfer:
                return run with { Mode = ModeOf(transfer, pipeline.Transfer!) };
            case DryRun { Of: TransferRun transfer }:
                return run with { Mode = ModeOf(transfer, pipeline.Transfer!) };
            default:
                return run with { Mode = ResolvedSync.Of(request, pipeline, parked: null).Mode };
        }
    }

    /// <summary>A sync of a pipeline that transfers tables is a transfer, whoever asks for it; what only reads records is refused.</summary>
    /// <exception cref="TidemarkException"><c>pipeline.transfers</c>, <c>pipeline.reads_records</c> (usage).</exception>
    private static RunRequest Meant(RunRequest request, PipelineDefinition pipeline) => request switch
    {
        DryRun { SaveAs: null } dry => dry with { Of = (ReadingRequest)Meant(dry.Of, pipeline) },
        TransferRun when pipeline.Transfer is null => throw new TidemarkException(
            FailureKind.Usage, "pipeline.reads_records", $"The pipeline {pipeline.Name} reads records and transfers no tables.")
        {
            Hint = "Run it as a sync.",
        },
        _ when pipeline.Transfer is null => request,
        SyncRun { Mode: null or WriteMode.Merge, SourceSettings: null } sync =>
            new TransferRun(sync.Pipeline) { Streams = sync.Streams, IgnoresLimits = sync.IgnoresLimits },
        TransferRun or ApprovedRun or UndoRun => request,
        _ => throw new TidemarkException(
            FailureKind.Usage, "pipeline.transfers", $"The pipeline {pipeline.Name} transfers tables: this is for pipelines that read records.")
        {
            Hint = "How rows get into the target is said by the key transfer of the pipeline, or with the run.",
        },
    };

    private static WriteMode ModeOf(TransferRun request, TransferPolicy policy) =>
        (request.Policy ?? policy).Apply == ApplyMode.Upsert ? WriteMode.Merge : WriteMode.Replace;

    /// <summary>Whether the run waits for approval, or did so until another one continued it.</summary>
    private static bool WasParked(RunRecord run) =>
        run.Status == RunStatus.Parked || run.Result.Problems.Any(problem => problem.Code == RunStore.SupersededCode);

    private static List<StreamFigures> Unread(RunRecord run) =>
        [.. run.Result.Streams.Select(stream => new StreamFigures(stream.Stream, stream.Table))];

    private static List<QuarantineRetry> Grouped(List<Waiting> records) =>
    [
        .. records.GroupBy(record => record.Pipeline).Select(same => new QuarantineRetry(
            // A merge, whatever the pipeline's mode: what waits is tried, and nothing else is replaced or parks.
            new SyncRun(same.Key) { Streams = [.. same.Select(record => record.Stream).Distinct()], Mode = WriteMode.Merge },
            [.. same.Select(record => record.Id)])),
    ];

    private static TidemarkException NotASync(RunRecord run, string what, string hint, NextStep next) =>
        new(FailureKind.Usage, "run.not_a_sync", $"The run {run.Id} {what}.") { Hint = hint, Next = next };

    private static TidemarkException NotParked(RunRecord run) =>
        new(FailureKind.Usage, "run.not_parked", $"The run {run.Id} does not wait for approval: {RunJson.Word(run.Status)}.");

    /// <summary>A record without its payload: there may be many.</summary>
    private sealed record Waiting(long Id, string Pipeline, string Stream)
    {
        public static Waiting Of(QuarantineEntry entry) => new(entry.Id, entry.Pipeline, entry.Record.Stream);
    }
}

/// <summary>A sync that tries records in quarantine again.</summary>
/// <param name="Request">The sync.</param>
/// <param name="Records">Numbers of the records that were asked for; the sync tries all that its streams have.</param>
public sealed record QuarantineRetry(SyncRun Request, IReadOnlyList<long> Records);

/// <summary>A run that does once more what failed.</summary>
/// <param name="Request">The run.</param>
/// <param name="Runs">Full ids of the failed runs that it is for.</param>
public sealed record FailureRetry(RunRequest Request, IReadOnlyList<string> Runs);
