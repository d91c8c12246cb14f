using Tidemark.Engine.Runs;

namespace Tidemark.Output;

/// <summary>What a pipe or a log gets of a run while it goes on: a line with its time where a stream begins or ends, where the run waits, and now and then.</summary>
/// <param name="pipeline">Name of the pipeline.</param>
/// <param name="sight">What is known of the run.</param>
/// <param name="clock">Where "now" comes from.</param>
internal sealed class ProgressLines(string pipeline, RunSight sight, TimeProvider clock)
{
    private static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongStep = TimeSpan.FromSeconds(2);

    private readonly HashSet<(int Step, bool IsEnd)> _told = [];
    private long _lastLine = clock.GetTimestamp();
    private string? _wait;

    /// <summary>Whether requests and batches are counted.</summary>
    public bool IsVerbose { get; init; }

    /// <summary>What is new since the last call, with its time.</summary>
    public IEnumerable<(DateTimeOffset At, string Line)> News(RunProgress progress)
    {
        var streams = sight.Streams(progress);
        foreach (var (at, step) in progress.Steps.Index())
        {
            if (Begins(step) && _told.Add((at, false))) yield return (step.StartedAt, Line(step.StartedAt, $"{step.Stream}: {Begun(step)}"));
            if (step.FinishedAt is { } end && _told.Add((at, true)) && Ended(step, progress) is { } ended) yield return (end, Line(end, ended));
        }

        var now = clock.GetUtcNow();
        if (progress.Waits?.For != _wait)
        {
            _wait = progress.Waits?.For;
            if (sight.Wait(progress) is { } wait) yield return (now, Line(now, wait));
        }

        if (clock.GetElapsedTime(_lastLine) < LineEvery) yield break;
        _lastLine = clock.GetTimestamp();
        yield return (now, Line(now, SoFar(progress, streams)));
    }

    private static bool Begins(RunStep step) => step is { Stream: not null, Status: not StepStatus.Skipped };

    private static string Begun(RunStep step) => step.Name == "read" ? "reading" : step.Name;

    private static string? Ended(RunStep step, RunProgress progress)
    {
        var took = step.FinishedAt!.Value - step.StartedAt;
        if (step.Stream is null)
            return took >= LongStep || step.Status == StepStatus.Failed ? $"{step.Name} {Word(step)} in {RunReport.Seconds(took.TotalSeconds)}" : null;
        if (step.Status != StepStatus.Done || step.Name != "read") return $"{step.Stream}: {step.Name} {Word(step)}";
        var read = progress.Streams.FirstOrDefault(stream => stream.Stream == step.Stream)?.Read ?? 0;
        return $"{step.Stream}: read {RunReport.Number(read)} in {RunReport.Seconds(took.TotalSeconds)}";
    }

    private static string Word(RunStep step) => step.Status.ToString().ToLowerInvariant();

    private string SoFar(RunProgress progress, IReadOnlyList<StreamSight> streams)
    {
        var read = streams.Where(stream => stream is { Phase: StreamPhase.Working }).Select(Describe).ToList();
        var parts = new List<string>();
        if (RunSight.Doing(progress) is { } doing) parts.Add(doing);
        if (read.Count > 0) parts.Add($"read so far: {string.Join(", ", read)}");
        if (sight.Wait(progress) is { } wait) parts.Add(wait);
        if (parts.Count == 0) parts.Add("goes on");
        if (IsVerbose) parts.Add($"requests {RunReport.Number(progress.Requests)}, batches {RunReport.Number(progress.Batches)}");
        return string.Join("; ", parts);
    }

    private static string Describe(StreamSight stream)
    {
        var facts = new[]
        {
            stream.Percent is { } percent ? $"{percent} %" : null,
            stream.PerSecond is { } pace ? $"{RunReport.Number((long)pace)}/s" : null,
            stream.Left is { } left ? $"{Moments.Running(left)} left" : null,
        }.OfType<string>().ToList();
        return $"{stream.Name} {RunReport.Number(stream.Read)}"
            + (stream.Total is { } total ? $" of {RunReport.Number(total)}" : "")
            + (facts.Count > 0 ? $" ({string.Join(", ", facts)})" : "");
    }

    private string Line(DateTimeOffset at, string text) => $"{Moments.Text(at, clock)} {Printable.Of(pipeline)}: {Printable.Of(text)}";
}
