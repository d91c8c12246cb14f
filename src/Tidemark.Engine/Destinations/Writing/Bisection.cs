using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Destinations.Writing;

/// <summary>
/// Tries an operation on many rows; where a row's content is refused, halves the rows until the bad ones are alone. A try
/// that fails leaves nothing, so the good halves stay.
/// </summary>
internal static class Bisection
{
    /// <param name="tryAsync">Does work; the reason where it was refused for a row's content, and then nothing of it is left.</param>
    /// <param name="rows">The rows that the operation is tried on.</param>
    /// <param name="operation">The operation on a part of the rows.</param>
    /// <param name="refused">Called with each row that is refused alone.</param>
    public static async Task RunAsync<T>(
        Func<Func<Task>, Task<Problem?>> tryAsync, ReadOnlyMemory<T> rows, Func<ReadOnlyMemory<T>, Task> operation,
        Action<T, Problem> refused)
    {
        if (rows.Length == 0 || await tryAsync(() => operation(rows)) is not { } reason) return;
        if (rows.Length == 1)
        {
            refused(rows.Span[0], reason);
            return;
        }

        var half = rows.Length / 2;
        await RunAsync(tryAsync, rows[..half], operation, refused);
        await RunAsync(tryAsync, rows[half..], operation, refused);
    }
}
