using System.Data;
using System.Data.Common;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Destinations.Sql;

/// <summary>Tries work inside a transaction that goes on where the work is refused.</summary>
internal static class SqlSavepoint
{
    /// <param name="connection">A connection with a transaction open.</param>
    /// <param name="work">The work that is tried.</param>
    /// <param name="dialect">Knows how constraints are checked that would speak only at the end of the transaction.</param>
    /// <param name="table">The table that the work writes: a failure of a row's content is one of its rows; any other is let through.</param>
    /// <param name="cancellationToken">Cancels before and after the work.</param>
    /// <param name="checksDeferred">Whether constraints that are deferred speak of the work now.</param>
    /// <exception cref="TidemarkException">Configuration <c>destination.rolled_back</c>: the transaction has ended with the refusal.</exception>
    /// <returns>The reason where the work was refused, and then nothing of it is left.</returns>
    public static async Task<Problem?> TryAsync(
        DbConnection connection, Func<Task> work, SqlDialect dialect, SqlName table, CancellationToken cancellationToken,
        bool checksDeferred = true)
    {
        await connection.ExecuteAsync("SAVEPOINT tidemark_try", cancellationToken);
        try
        {
            await work();
            if (checksDeferred) await dialect.CheckDeferredAsync(connection, cancellationToken);
            await connection.ExecuteAsync("RELEASE SAVEPOINT tidemark_try", cancellationToken);
            return null;
        }
        catch (DbException failure) when (dialect.RowProblem(failure, table.Name) is not null)
        {
            await BackAsync(connection, failure, cancellationToken);
            return dialect.RowProblem(failure, table.Name)! with
            {
                Columns = await dialect.RefusedColumnsAsync(connection, failure, table, cancellationToken),
            };
        }
    }

    private static async Task BackAsync(DbConnection connection, DbException failure, CancellationToken cancellationToken)
    {
        try
        {
            await connection.ExecuteAsync("ROLLBACK TO SAVEPOINT tidemark_try; RELEASE SAVEPOINT tidemark_try", cancellationToken);
        }
        catch (Exception gone) when (gone is DbException or InvalidOperationException && connection.State == ConnectionState.Open)
        {
            throw new TidemarkException(
                FailureKind.Configuration, "destination.rolled_back",
                $"The database took back everything that was about to be saved, and not one row alone: {failure.Message}", failure)
            {
                Hint = "A trigger may do so. Let it refuse the row: in SQLite RAISE(ABORT, …) in place of RAISE(ROLLBACK, …).",
            };
        }
    }
}
