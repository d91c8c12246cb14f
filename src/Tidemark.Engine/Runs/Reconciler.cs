using System.Data.Common;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Runs;

/// <summary>Looks every few seconds for runs whose process is gone, and settles them.</summary>
/// <param name="runs">The runs.</param>
/// <param name="signal">Set when a run was settled, since it may wait in the queue again.</param>
/// <param name="clock">Where "now" comes from.</param>
public sealed class Reconciler(RunStore runs, RunSignal signal, TimeProvider clock)
{
    /// <summary>How long it waits between two looks.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Works until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Every, clock);
        try
        {
            do
            {
                if (await IsNewsAsync(stop)) signal.Set();
            }
            while (await timer.WaitForNextTickAsync(stop));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stopped.
        }
    }

    private async Task<bool> IsNewsAsync(CancellationToken stop)
    {
        try
        {
            return (await runs.ReconcileAsync(stop)).Count > 0;
        }
        catch (Exception refused) when (refused is DbException or TidemarkException)
        {
            return false; // the catalog is locked or full just now: the next look tries again
        }
    }
}
