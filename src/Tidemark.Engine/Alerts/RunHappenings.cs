using System.Globalization;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Json;
using Tidemark.Engine.Runs;

namespace Tidemark.Engine.Alerts;

/// <summary>What the end of a run is news of, for one rule.</summary>
internal static class RunHappenings
{
    private const string FrozenCode = "schema.frozen";

    /// <summary>What the run was for: the run of this kind that succeeds is the end of the problem.</summary>
    public static string WorkOf(RunResult run) => run.BringsIntoStep ? "sync" : EnumWord.Of(run.Kind);

    /// <summary>Whether anything is told of a run: somebody looks at a dry run, and what was left out or goes on in another run is none.</summary>
    /// <param name="run">A run that is over or parked.</param>
    /// <param name="isRepeated">Whether it was interrupted, and waits in the queue again.</param>
    public static bool Counts(RunRecord run, bool isRepeated) =>
        run.Result.Kind != RunKind.DryRun && run.Status is not (RunStatus.Cancelled or RunStatus.Planned) && !isRepeated;

    /// <summary>The one problem of a run that a rule tells: the most exact of those that it lists. Null for none.</summary>
    /// <param name="run">A run that counts.</param>
    /// <param name="rule">The rule.</param>
    /// <param name="quarantined">Records of the pipeline that are in quarantine.</param>
    public static Happening? Problem(RunRecord run, AlertDefinition rule, long quarantined)
    {
        var frozen = run.Result.Problems.FirstOrDefault(problem => problem.Code == FrozenCode);
        AlertEvent? status = run.Status switch
        {
            RunStatus.Failed => AlertEvent.Failed,
            RunStatus.Partial => AlertEvent.Partial,
            RunStatus.Parked => AlertEvent.Parked,
            _ => null,
        };
        if (frozen is not null && rule.Events.Contains(AlertEvent.SchemaChange))
            return Said(run, AlertEvent.SchemaChange, $"A schema change waits for a person: {frozen.Message}", frozen);
        if (status is AlertEvent.Failed or AlertEvent.Parked && rule.Events.Contains(status.Value)) return OfStatus(run, status.Value);
        if (run.Result.BringsIntoStep && quarantined > rule.Over && rule.Events.Contains(AlertEvent.Quarantine)) return Quarantine(run, quarantined, rule.Over);
        return status is { } known && rule.Events.Contains(known) ? OfStatus(run, known) : null;
    }

    /// <summary>The run as one that waits for approval still.</summary>
    public static Happening StillParked(RunRecord run, DateTimeOffset now)
    {
        var parked = OfStatus(run, AlertEvent.Parked);
        return parked with { Said = parked.Said with { At = now }, IsStanding = true };
    }

    /// <summary>The run as the first that succeeded after a problem.</summary>
    public static Happening Recovered(RunRecord run) => Said(run, AlertEvent.Recovered, $"{Name(run)} succeeded again.", problem: null);

    /// <summary>The run as one that succeeded.</summary>
    public static Happening Completed(RunRecord run) => Said(run, AlertEvent.Completed, string.Create(CultureInfo.InvariantCulture,
        $"{Name(run)} succeeded: {Sum(run, stream => stream.Read)} read, {Sum(run, stream => stream.Created)} created, {Sum(run, stream => stream.Updated)} updated, {Sum(run, stream => stream.Deleted)} deleted."), problem: null);

    /// <summary>The streams of which the run read far more or fewer records than those before it; null for none.</summary>
    /// <param name="run">The run.</param>
    /// <param name="earlier">Runs of the pipeline that succeeded before it, the latest first.</param>
    public static Happening? Volume(RunRecord run, IReadOnlyList<RunRecord> earlier)
    {
        var odd = VolumeHistory.Odd(run, earlier);
        if (odd.Count == 0) return null;
        var said = Said(run, AlertEvent.Volume, string.Join(' ', odd.Select(stream =>
            $"{Name(run)} read {AlertText.Number(stream.Read)} records of {stream.Stream}; the median of the {stream.Runs} runs before it is {AlertText.Number(stream.Median)}.")), problem: null);
        return said with { Said = said.Said with { Next = "Look whether the source has what you expect." } };
    }

    private static Happening OfStatus(RunRecord run, AlertEvent what)
    {
        var problem = run.Result.Problems is [var first, ..] ? first : null;
        var verb = what switch
        {
            AlertEvent.Failed => "failed",
            AlertEvent.Parked => "waits for approval",
            _ => "did a part of its work",
        };
        var others = run.Result.Problems.Count > 1 ? $" There are {AlertText.Number(run.Result.Problems.Count - 1)} more problems." : "";
        return Said(run, what, problem is null ? $"{Name(run)} {verb}." : $"{Name(run)} {verb}: {AlertText.Line(problem.Message)}{others}", problem);
    }

    private static Happening Quarantine(RunRecord run, long quarantined, int over)
    {
        var said = Said(run, AlertEvent.Quarantine,
            $"{AlertText.Number(quarantined)} records of {run.Pipeline} are in quarantine{(over > 0 ? $"; up to {AlertText.Number(over)} are not told of" : "")}.", problem: null);
        return said with { Said = said.Said with { Next = AlertText.Words(new(NextAct.ListQuarantine)) }, Work = "quarantine" };
    }

    private static Happening Said(RunRecord run, AlertEvent what, string words, Problem? problem)
    {
        var outcome = RunOutcome.Of(run.Result);
        return new(new(what, default, run.Pipeline, run.FinishedAt ?? run.StartedAt, AlertText.Line(words))
        {
            Run = run.Id,
            State = outcome is null ? null : AlertText.Line(outcome.State),
            Next = (problem?.Hint is { } hint ? AlertText.Line(hint) : null) ?? AlertText.Words(outcome?.Next ?? problem?.Next?.For(run.Id, run.Pipeline)),
            Code = problem?.Code,
        }, WorkOf(run.Result));
    }

    private static string Name(RunRecord run) => run.Result.Kind switch
    {
        RunKind.Backup => $"The backup of {run.Pipeline}",
        RunKind.Backfill => $"The backfill of {run.Pipeline}",
        RunKind.Undo => $"The undo of {run.Pipeline}",
        RunKind.Restore => $"The restore of {run.Pipeline}",
        RunKind.Clear => $"The clearing of {run.Pipeline}",
        RunKind.Deletions => $"The reading of keys of {run.Pipeline}",
        _ => $"The sync of {run.Pipeline}",
    };

    private static string Sum(RunRecord run, Func<StreamFigures, long> figure) => AlertText.Number(run.Result.Streams.Sum(figure));
}
