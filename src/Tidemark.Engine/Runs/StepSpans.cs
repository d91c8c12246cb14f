using System.Diagnostics;

namespace Tidemark.Engine.Runs;

/// <summary>The spans of the steps of one run. Steps of several streams go on at once.</summary>
internal sealed class StepSpans : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Name, string? Stream), Activity> _open = [];

    /// <summary>Begins a span, or ends the one of this name and stream.</summary>
    public void Note(string name, string? stream, StepStatus status)
    {
        if (status == StepStatus.Running)
        {
            if (RunTelemetry.Step(name, stream) is not { } span) return;
            lock (_lock) _open[(name, stream)] = span;
            return;
        }

        Activity? ended;
        lock (_lock)
        {
            if (!_open.Remove((name, stream), out ended)) return;
        }

        if (status == StepStatus.Failed) ended.SetStatus(ActivityStatusCode.Error);
        ended.Dispose();
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var span in _open.Values) span.Dispose();
            _open.Clear();
        }
    }
}
