namespace Tidemark.Engine.Runs;

/// <summary>Wakes those who wait for a run in this process. Between processes nobody is woken: they look now and then.</summary>
public sealed class RunSignal
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _next = New();

    public void Set()
    {
        lock (_lock)
        {
            _next.TrySetResult();
            _next = New();
        }
    }

    /// <summary>What ends at the next <see cref="Set"/>. Ask for it before looking, so that no call is missed.</summary>
    public Task Next()
    {
#pragma warning disable VSTHRD003 // It ends by Set alone, which waits for nobody.
        lock (_lock) return _next.Task;
#pragma warning restore VSTHRD003
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
