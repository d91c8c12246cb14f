using System.Data.Common;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Destinations.Sql;

/// <summary>
/// Tries an operation on many rows; where the database refuses it for a row's content, halves the rows until the bad
/// ones are alone. Each try stands in a savepoint, so the good halves stay.
/// </summary>
internal static class SqlBisection
{
    /// <param name="connection">With a transaction open.</param>
    /// <param name="rows">What the operation is tried on.</param>
    /// <param name="operation">The operation on a part of the rows.</param>
    /// <param name="reason">The reason where a failure is one of a row's content; null lets it through.</param>
    /// <param name="refused">Told each row that is refused alone.</param>
    /// <param name="cancellationToken">Cancels between tries.</param>
    public static async Task RunAsync<T>(
        DbConnection connection,
        ReadOnlyMemory<T> rows,
        Func<ReadOnlyMemory<T>, Task> operation,
        Func<DbException, Problem?> reason,
        Action<T, Problem> refused,
        CancellationToken cancellationToken)
    {
        if (rows.Length == 0) return;
        await connection.ExecuteAsync("SAVEPOINT tidemark_try", cancellationToken);
        try
        {
            await operation(rows);
            await connection.ExecuteAsync("RELEASE SAVEPOINT tidemark_try", cancellationToken);
            return;
        }
        catch (DbException failure) when (reason(failure) is not null)
        {
            await connection.ExecuteAsync(
                "ROLLBACK TO SAVEPOINT tidemark_try; RELEASE SAVEPOINT tidemark_try", cancellationToken);
            if (rows.Length == 1)
            {
                refused(rows.Span[0], reason(failure)!);
                return;
            }
        }

        var half = rows.Length / 2;
        await RunAsync(connection, rows[..half], operation, reason, refused, cancellationToken);
        await RunAsync(connection, rows[half..], operation, reason, refused, cancellationToken);
    }
}
