using Tidemark.Engine.Runs;

namespace Tidemark.Output;

/// <summary>What one stream of a run does now.</summary>
internal enum StreamPhase
{
    Waiting,
    Working,
    WritingBack,
    Read,
    Verified,
    Failed,
}

/// <summary>How one stream stands.</summary>
/// <param name="Name">Name of the stream.</param>
/// <param name="Phase">What it does.</param>
/// <param name="Read">Records so far.</param>
/// <param name="Total">Records in all; null where nobody has said.</param>
/// <param name="PerSecond">Records a second while it works; null where that is not known.</param>
/// <param name="Elapsed">Since its turn came; null before.</param>
/// <param name="Left">How long the rest takes at this pace; null where that is not known.</param>
internal sealed record StreamSight(
    string Name, StreamPhase Phase, long Read, long? Total, double? PerSecond, TimeSpan? Elapsed, TimeSpan? Left)
{
    /// <summary>Hundredths that are done; null where nobody knows.</summary>
    public int? Percent => Total is > 0 and var total ? (int)(Read * 100 / total) : null;
}

/// <summary>Makes of the progress of a run what is shown of it.</summary>
internal sealed class RunSight(TimeProvider clock)
{
    private const string Reading = "read";
    private const string WritingBack = "write back";

    private readonly Dictionary<string, StreamPace> _paces = new(StringComparer.Ordinal);
    private readonly long _startedAt = clock.GetTimestamp();

    /// <summary>Since the command began to wait for the run.</summary>
    public TimeSpan Elapsed => clock.GetElapsedTime(_startedAt);

    /// <summary>What the run does besides its streams, e.g. <c>backing up</c>; null where nothing.</summary>
    public static string? Doing(RunProgress progress) =>
        progress.Steps.LastOrDefault(step => step is { Status: StepStatus.Running, Stream: null }) is { } step ? Word(step.Name)
        : progress.Steps.Count == 0 ? "starting" : null;

    /// <summary>A step as something that goes on.</summary>
    public static string Word(string step) => step switch
    {
        "plan" => "checking both sides",
        "backup" => "backing up",
        "guard" => "looking what would go",
        "compare" => "comparing",
        "publish" => "publishing",
        "restore" => "restoring",
        "verify" => "verifying the backup",
        "undo" => "undoing",
        var other => other,
    };

    /// <summary>What it waits for now; null where for nothing.</summary>
    public string? Wait(RunProgress progress)
    {
        if (progress.Waits is not { For: { } why } waits) return null;
        if (waits.Until is not { } until) return $"waits: {why}";
        var left = Math.Ceiling((until - clock.GetUtcNow()).TotalSeconds);
        return left > 0 ? $"waits {left} s: {why}" : null;
    }

    /// <summary>The streams, in the order of the run.</summary>
    public IReadOnlyList<StreamSight> Streams(RunProgress progress) => [.. progress.Streams.Select(stream => See(stream, progress))];

    private StreamSight See(StreamFigures figures, RunProgress progress)
    {
        var own = progress.Steps.Where(step => step.Stream == figures.Stream).ToList();
        var read = own.FindLast(step => step.Name == Reading);
        // A table of a backup has no step of its own.
        var isAlone = progress.Steps.All(step => step.Name != Reading);
        var total = progress.Totals.TryGetValue(figures.Stream, out var records) && records >= figures.Read ? records : (long?)null;
        var phase = figures switch
        {
            { Error: not null } or { Receipt.IsVerified: false } => StreamPhase.Failed,
            _ when own.Exists(step => step is { Name: WritingBack, Status: StepStatus.Running }) => StreamPhase.WritingBack,
            { Receipt: not null } => StreamPhase.Verified,
            _ when read is { Status: StepStatus.Running } || (isAlone && total != figures.Read) => StreamPhase.Working,
            _ when read is null && !isAlone => StreamPhase.Waiting,
            _ => StreamPhase.Read,
        };
        if (!_paces.TryGetValue(figures.Stream, out var pace)) _paces[figures.Stream] = pace = new StreamPace(clock);
        var isWorking = phase == StreamPhase.Working;
        if (isWorking) pace.See(figures.Read);
        TimeSpan? elapsed = read is null ? null : (read.FinishedAt ?? clock.GetUtcNow()) - read.StartedAt;
        return new(
            figures.Stream, phase, figures.Read, total, isWorking && figures.Read > 0 ? pace.PerSecond : null, elapsed,
            isWorking && total is { } all && figures.Read > 0 ? pace.Left(all - figures.Read) : null);
    }
}
