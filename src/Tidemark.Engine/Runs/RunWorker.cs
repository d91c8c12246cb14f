using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Runs;

/// <summary>Claims runs from the queue and carries them out, several at once, until it is stopped.</summary>
/// <param name="queue">The queue.</param>
/// <param name="run">Carries one run out, from its journal to its end. Whatever goes wrong is in the run's record.</param>
/// <param name="maxConcurrentRuns">How many runs go on at once at most.</param>
/// <param name="clock">Where "now" comes from.</param>
public sealed class RunWorker(
    RunQueue queue, Func<RunJournal, CancellationToken, Task> run, int maxConcurrentRuns, TimeProvider clock)
{
    // A signal comes from this process alone.
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    /// <summary>Works until it is cancelled, and then until the runs that go on have handed back what they have.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var going = new List<Task>();
        while (!stop.IsCancellationRequested)
        {
            going.RemoveAll(task => task.IsCompleted);
            var news = queue.Signal.Next();
            if (going.Count < maxConcurrentRuns && await ClaimAsync(stop) is { } journal)
                going.Add(Task.Run(() => CarryOutAsync(journal, stop), CancellationToken.None));
            else await RunSignal.WaitAsync(news, LookEvery, clock, stop);
        }

        await Task.WhenAll(going);
    }

    private async Task<RunJournal?> ClaimAsync(CancellationToken stop)
    {
        try
        {
            return await queue.ClaimNextAsync(stop);
        }
        catch (Exception refused) when (refused is OperationCanceledException or TidemarkException or System.Data.Common.DbException)
        {
            // Stopped, or the catalog is locked or full just now: the next look tries again.
            return null;
        }
    }

    private async Task CarryOutAsync(RunJournal journal, CancellationToken stop)
    {
        try
        {
            await using (journal) await run(journal, stop);
        }
        catch (TidemarkException)
        {
            // The catalog could not be written to. The journal has marked the run as interrupted, or reconciling will.
        }
        finally
        {
            queue.Signal.Set(); // its subject is free
        }
    }
}
