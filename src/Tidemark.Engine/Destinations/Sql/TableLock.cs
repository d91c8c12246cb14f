using System.Diagnostics;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Destinations.Sql;

/// <summary>Waits for a lock on a table, in whatever way a database has one.</summary>
public static class TableLock
{
    /// <summary>Another run has the table.</summary>
    public const string InUse = "destination.in_use";

    // A run that was killed has to be noticed, and one that was stopped be silent for the term of a lease, 30 seconds.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    private static readonly TimeSpan ReportEvery = TimeSpan.FromSeconds(1);

    /// <summary>Tries again and again until the lock is taken, for up to 40 seconds.</summary>
    /// <param name="table">Name of the table.</param>
    /// <param name="tryTake">False while another holds the lock.</param>
    /// <param name="holder">What the database knows of who holds it: sentences, each with a space before it.</param>
    /// <param name="waiting">Hears of the wait.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="TidemarkException"><c>destination.in_use</c> (transient).</exception>
    public static async Task TakeAsync(
        SqlName table, Func<Task<bool>> tryTake, Func<Task<string>> holder, Action<Wait> waiting, CancellationToken cancellationToken)
    {
        var waited = Stopwatch.StartNew();
        var reported = TimeSpan.Zero;
        while (!await tryTake())
        {
            if (waited.Elapsed > Patience)
            {
                throw new TidemarkException(
                    FailureKind.Transient, InUse, $"Another run of Tidemark is writing {table.Name}.{await holder()}")
                {
                    Hint = "Wait until it has ended, or cancel it.",
                };
            }

            if (waited.Elapsed - reported > ReportEvery)
            {
                reported = waited.Elapsed;
                waiting(new(WaitKind.Lock, $"Another run of Tidemark is writing {table.Name}.", ReportEvery * 1.5));
            }

            await Task.Delay(50, cancellationToken);
        }
    }
}
