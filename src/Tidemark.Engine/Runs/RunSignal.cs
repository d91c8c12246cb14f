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

    /// <summary>Waits for news, but not for longer than so. Ends early, and without an exception, where it is stopped.</summary>
    /// <param name="news">What <see cref="Next"/> gave.</param>
    /// <param name="atMost">How long to wait.</param>
    /// <param name="clock">Measures it.</param>
    /// <param name="stop">Ends the waiting.</param>
    public static async Task WaitAsync(Task news, TimeSpan atMost, TimeProvider clock, CancellationToken stop)
    {
        using var wait = CancellationTokenSource.CreateLinkedTokenSource(stop);
#pragma warning disable VSTHRD003 // It ends by the signal, which waits for nobody.
        await Task.WhenAny(news, Task.Delay(atMost, clock, wait.Token)); // throws nothing, whichever ends how
#pragma warning restore VSTHRD003
        await wait.CancelAsync();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
