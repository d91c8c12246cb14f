namespace Tidemark.Engine.Runs;

/// <summary>The steps of one run while it runs, for whoever watches. Safe to use from the run's streams at once.</summary>
internal sealed class StepList
{
    private readonly Lock _noting = new();
    private readonly List<RunStep> _steps = [];

    /// <summary>As they stand now, in the order in which they began.</summary>
    public IReadOnlyList<RunStep> Now
    {
        get
        {
            lock (_noting) return [.. _steps];
        }
    }

    /// <summary>Begins a step, or ends the latest one of its name and stream that runs; one that never began took no time.</summary>
    public void Note(string name, string? stream, StepStatus status, string? detail, DateTimeOffset now)
    {
        lock (_noting)
        {
            var at = status == StepStatus.Running ? -1
                : _steps.FindLastIndex(step => step.Name == name && step.Stream == stream && step.Status == StepStatus.Running);
            if (at < 0) _steps.Add(new(name, stream, status, detail, now, status == StepStatus.Running ? null : now));
            else _steps[at] = _steps[at] with { Status = status, Detail = detail ?? _steps[at].Detail, FinishedAt = now };
        }
    }
}
