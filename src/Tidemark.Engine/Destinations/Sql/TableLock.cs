using System.Diagnostics;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Destinations.Sql;

/// <summary>Waits for a lock on a table, in whatever way a database has one.</summary>
public static class TableLock
{
    // How long it may take to be noticed that the process that held a lock was killed.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Tries again and again until the lock is taken, for up to 30 seconds.</summary>
    /// <param name="table">What is locked, for the message.</param>
    /// <param name="tryTake">False while another holds the lock.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="TidemarkException"><c>destination.in_use</c> (transient).</exception>
    public static async Task TakeAsync(SqlName table, Func<Task<bool>> tryTake, CancellationToken cancellationToken)
    {
        var waited = Stopwatch.StartNew();
        while (!await tryTake())
        {
            if (waited.Elapsed > Patience)
            {
                throw new TidemarkException(
                    FailureKind.Transient, "destination.in_use", $"Another run of Tidemark is writing {table.Name}.")
                {
                    Hint = "Wait until it has ended, or cancel it.",
                };
            }

            await Task.Delay(50, cancellationToken);
        }
    }
}
