using System.Data.Common;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Destinations.Sql;

/// <summary>Tries work inside a transaction that goes on where the work is refused.</summary>
internal static class SqlSavepoint
{
    /// <param name="connection">A connection with a transaction open.</param>
    /// <param name="work">The work that is tried.</param>
    /// <param name="dialect">Knows how constraints are checked that would speak only at the end of the transaction.</param>
    /// <param name="reason">The reason where a failure is one of a row's content; null lets it through.</param>
    /// <param name="cancellationToken">Cancels before and after the work.</param>
    /// <returns>The reason where the work was refused, and then nothing of it is left.</returns>
    public static async Task<Problem?> TryAsync(
        DbConnection connection, Func<Task> work, SqlDialect dialect, Func<DbException, Problem?> reason, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync("SAVEPOINT tidemark_try", cancellationToken);
        try
        {
            await work();
            await dialect.CheckDeferredAsync(connection, cancellationToken);
            await connection.ExecuteAsync("RELEASE SAVEPOINT tidemark_try", cancellationToken);
            return null;
        }
        catch (DbException failure) when (reason(failure) is not null)
        {
            await connection.ExecuteAsync(
                "ROLLBACK TO SAVEPOINT tidemark_try; RELEASE SAVEPOINT tidemark_try", cancellationToken);
            return reason(failure);
        }
    }
}
