using System.Text.Json.Serialization;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Json;

namespace Tidemark.Engine.Runs;

/// <summary>
/// A run as programs read it, the same from every door, and as the catalog stores its result. The catalog has the
/// facts of the run's start and end in columns of their own: they are not in the stored text.
/// </summary>
public sealed record RunAnswer
{
    /// <summary>Id, e.g. <c>r-20261122-101530-0a1b2c</c>.</summary>
    public required string Run { get; init; }

    /// <summary>Name of the pipeline, or <c>SOURCE:DESTINATION</c> where none is saved.</summary>
    public required string Pipeline { get; init; }

    /// <summary>What the run is. Results that early builds stored do not have it, and are syncs.</summary>
    public RunKind Kind { get; init; }

    /// <summary>How rows became live.</summary>
    public required WriteMode Mode { get; init; }

    public required RunStatus Status { get; init; }

    /// <summary>The run or the backup that it is about, as an undo is; absent where it is about none.</summary>
    public string? About { get; init; }

    /// <summary>What started the run, e.g. <c>command</c> or <c>schedule</c>.</summary>
    public string? Trigger { get; init; }

    /// <summary>Name of the user or token that asked for the run; absent where nobody did, as for a schedule.</summary>
    public string? Actor { get; init; }

    /// <summary>The person who approved what an agent, the actor, had proposed; absent where nothing was proposed.</summary>
    public string? ApprovedBy { get; init; }

    /// <summary>When the schedule wanted the run; absent where none started it.</summary>
    [JsonConverter(typeof(UtcConverter))]
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>How many times of its schedule, which no server was there for, the run makes up for, or how many more were left out with it; absent for none.</summary>
    public int? Missed { get; init; }

    /// <summary>When the run took its pipeline.</summary>
    [JsonConverter(typeof(UtcConverter))]
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When the run ended; absent while it goes on.</summary>
    [JsonConverter(typeof(UtcConverter))]
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Whether somebody has asked the run to stop, and it goes on; absent where nobody has.</summary>
    public bool? CancelRequested { get; init; }

    /// <summary>Name of the source that was read.</summary>
    public string? Source { get; init; }

    /// <summary>Name of the destination that was written.</summary>
    public string? Destination { get; init; }

    /// <summary>Figures per stream.</summary>
    public required IReadOnlyList<StreamAnswer> Streams { get; init; }

    /// <summary>Whether every stream has a receipt and all of them fit.</summary>
    public required ReceiptAnswer Receipt { get; init; }

    /// <summary>Wall time, to the millisecond.</summary>
    public required double Seconds { get; init; }

    /// <summary>The steps of a refresh; absent in other modes.</summary>
    public RefreshAnswer? Refresh { get; init; }

    /// <summary>The backup that the run has made; absent but for a run that is for making one.</summary>
    public MadeBackupAnswer? Backup { get; init; }

    /// <summary>What the run waited for; absent where it did not wait.</summary>
    public WaitsAnswer? Waits { get; init; }

    /// <summary>
    /// Who must act, where the run failed before it read or changed anything: <c>usage</c>, <c>configuration</c>, <c>approval</c>, <c>transient</c>,
    /// <c>upstream</c> or <c>defect</c>. Absent otherwise. A text and no enum: a newer build may have stored a word that this one does not know.
    /// </summary>
    public string? Refused { get; init; }

    /// <summary>Why the run did not succeed; absent where it did.</summary>
    public IReadOnlyList<ProblemAnswer>? Problems { get; init; }

    /// <summary>True of a dry run whose like would park: the problems say why. Absent otherwise.</summary>
    public bool? WouldPark { get; init; }

    /// <summary>What the run has left of the data, in one or two sentences; absent while it is not over.</summary>
    public string? State { get; init; }

    /// <summary>What a person may do next; absent where nothing is due.</summary>
    public NextAnswer? Next { get; init; }

    /// <summary>What the run would change, stream by stream; absent where it was not asked.</summary>
    public IReadOnlyList<PlanAnswer>? Plan { get; init; }

    public static RunAnswer Of(RunRecord run) => Of(run, RunOutcome.Of(run.Result));

    private static RunAnswer Of(RunRecord run, RunOutcome? outcome) => Of(run.Result) with
    {
        About = run.Result.About,
        CancelRequested = run is { IsCancelRequested: true, Status: RunStatus.Running } ? true : null,
        State = outcome?.State,
        Next = (run.Result.Next ?? outcome?.Next) is { } next ? NextAnswer.From(next) : null,
        Trigger = RunJson.Word(run.Origin.Trigger),
        Actor = run.Origin.Actor,
        ApprovedBy = run.Origin.ApprovedBy,
        DueAt = run.Origin.DueAt,
        Missed = run.Origin.Missed > 0 ? run.Origin.Missed : null,
        StartedAt = run.Status == RunStatus.Queued ? null : run.StartedAt,
        FinishedAt = run.FinishedAt,
        Source = run.Source,
        Destination = run.Destination,
    };

    public static RunAnswer Of(RunResult result) => new()
    {
        Run = result.Run,
        Pipeline = result.Pipeline,
        Kind = result.Kind,
        Mode = result.Mode,
        Status = result.Status,
        Streams = [.. result.Streams.Select(StreamAnswer.Of)],
        Receipt = new(result.IsVerified),
        Seconds = Math.Round(result.Seconds, 3),
        Refresh = result.Refresh is { } refresh ? RefreshAnswer.Of(refresh) : null,
        Backup = result.Backup is { } made ? MadeBackupAnswer.Of(made) : null,
        Waits = result.Waits is { } waits ? new(waits.Retries, waits.Seconds, waits.For) : null,
        Refused = result.RefusedBy is { } kind ? EnumWord.Of(kind) : null,
        Problems = result.Problems.Count > 0 ? ProblemAnswer.Of(result.Problems) : null,
        WouldPark = result.WouldPark ? true : null,
        Plan = result.Plan is { } plan ? [.. plan.Streams.Select(PlanAnswer.Of)] : null,
    };

    /// <summary>The result again. Seconds have milliseconds' precision.</summary>
    public RunResult ToResult() => new(Run, Pipeline, Mode, Status, [.. Streams.Select(stream => stream.ToFigures())], Seconds)
    {
        Kind = Kind,
        About = About,
        Refresh = Refresh?.ToFigures(),
        Backup = Backup?.ToBackup(),
        RefusedBy = Refused is null ? null : EnumWord.Find<FailureKind>(Refused),
        Waits = Waits is { } waits ? new(waits.Retries, waits.Seconds, waits.For) : null,
        Problems = [.. (Problems ?? []).Select(problem => problem.ToProblem())],
        Plan = Plan is null ? null : new ChangeSummary([.. Plan.Select(stream => stream.ToChanges())]),
    };
}

/// <summary>What a run waited for: retries, rate limits, locks.</summary>
/// <param name="Retries">Number of attempts after the first ones.</param>
/// <param name="Seconds">Time waited; waits at the same time count once.</param>
/// <param name="For">What it waits for now, in one sentence; absent while it works, and when it is over.</param>
public sealed record WaitsAnswer(int Retries, double Seconds, string? For = null);

/// <summary>Outcome of a run's receipts.</summary>
/// <param name="Verified">True if all receipts fit; false without receipts.</param>
public sealed record ReceiptAnswer(bool Verified);
