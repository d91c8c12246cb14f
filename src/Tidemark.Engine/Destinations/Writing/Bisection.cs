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
    /// <returns>The sum of what the operation returned of the parts that it was done to: what was tried in vain has done nothing.</returns>
    public static async Task<long> RunAsync<T>(
        Func<Func<Task>, Task<Problem?>> tryAsync, ReadOnlyMemory<T> rows, Func<ReadOnlyMemory<T>, Task<long>> operation,
        Action<T, Problem> refused)
    {
        if (rows.Length == 0) return 0;
        var done = 0L;
        if (await tryAsync(async () => done = await operation(rows)) is not { } reason) return done;
        if (rows.Length == 1)
        {
            refused(rows.Span[0], reason);
            return 0;
        }

        var half = rows.Length / 2;
        return await RunAsync(tryAsync, rows[..half], operation, refused)
            + await RunAsync(tryAsync, rows[half..], operation, refused);
    }
}
