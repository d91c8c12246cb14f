using System.Data.Common;
using System.Globalization;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Destinations.Sql.Loading;

/// <summary>
/// Decides which run writes a table, whatever becomes of processes and connections: a row a table, with the run that took it last. Whoever
/// writes asks for the row in the same transaction, and keeps it as it is until that ends: another run takes the table before or after.
/// </summary>
/// <param name="dialect">The database's words.</param>
/// <param name="locks">The session that has the run's locks, which keep others from taking a table whose run lives.</param>
/// <param name="pipeline">Name of the pipeline.</param>
/// <param name="run">Id of the run.</param>
/// <param name="clock">The time of the taking.</param>
internal sealed class SqlFence(SqlDialect dialect, ISqlSession locks, string pipeline, string run, TimeProvider clock)
{
    private readonly SqlName _fences = NameIn(dialect.OwnSchema);

    public static Task CreateAsync(DbConnection connection, string schema, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(
            $"""
            CREATE TABLE IF NOT EXISTS {NameIn(schema)} (
                table_name text NOT NULL PRIMARY KEY, pipeline text NOT NULL, run text NOT NULL, taken_at text NOT NULL);
            """,
            cancellationToken);

    /// <summary>Waits until no other run writes a table.</summary>
    /// <param name="table">The live table.</param>
    /// <param name="session">Any session in a turn, to ask who it is.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="TidemarkException"><c>destination.in_use</c> (transient), which names the run.</exception>
    public async Task LockAsync(SqlName table, ISqlSession session, CancellationToken cancellationToken)
    {
        try
        {
            await locks.LockAsync(table, cancellationToken);
        }
        catch (TidemarkException held) when (held.Code == TableLock.InUse)
        {
            using var turn = await session.EnterAsync(cancellationToken);
            throw new TidemarkException(held.Kind, held.Code, held.Message + await WriterAsync(table, session.Connection, cancellationToken), held)
            {
                Hint = held.Hint,
            };
        }
    }

    /// <summary>Takes a locked table for this run, in the transaction that is open on the session. Who had it can commit nothing more.</summary>
    /// <exception cref="TidemarkException"><c>run.lease_lost</c> (transient): the lock is gone already.</exception>
    public async Task TakeAsync(SqlName table, ISqlSession session, CancellationToken cancellationToken)
    {
        await session.Connection.ExecuteAsync(
            $"""
            INSERT INTO {_fences} (table_name, pipeline, run, taken_at) VALUES (@table, @pipeline, @run, @at)
            ON CONFLICT (table_name) DO UPDATE SET pipeline = excluded.pipeline, run = excluded.run, taken_at = excluded.taken_at
            """,
            cancellationToken, ("table", table.Name), ("pipeline", pipeline), ("run", run),
            ("at", clock.GetUtcNow().ToString("u", CultureInfo.InvariantCulture)));
        await RequireAsync(table, session, cancellationToken);
    }

    /// <summary>Fails unless the table is still this run's; so it stays until the transaction that is open on the session has ended.</summary>
    /// <exception cref="TidemarkException"><c>run.lease_lost</c> (transient).</exception>
    public async Task RequireAsync(SqlName table, ISqlSession session, CancellationToken cancellationToken)
    {
        var isHeld = await locks.HoldsAsync(table, session.Connection, cancellationToken);
        var isOurs = await session.Connection.CountAsync(
            $"SELECT count(*) FROM (SELECT 1 FROM {_fences} WHERE table_name = @table AND run = @run {dialect.KeepingRows}) AS f",
            cancellationToken, ("table", table.Name), ("run", run)) == 1;
        if (isHeld && isOurs) return;
        throw new TidemarkException(
            FailureKind.Transient, "run.lease_lost",
            isOurs ? $"The connection that kept other runs from writing {table.Name} is gone."
                : $"Another run has taken {table.Name} over.{await WriterAsync(table, session.Connection, cancellationToken)}")
        {
            Hint = "Run again: it resumes from the last checkpoint.",
        };
    }

    private async Task<string> WriterAsync(SqlName table, DbConnection connection, CancellationToken cancellationToken)
    {
        await using var command = SqlCommands.Command(
            connection, $"SELECT pipeline, run, taken_at FROM {_fences} WHERE table_name = @table AND run <> @run", ("table", table.Name), ("run", run));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? $" It was last taken by {reader.GetString(1)} of {reader.GetString(0)}, at {reader.GetString(2)}." : "";
    }

    private static SqlName NameIn(string schema) => new(schema, "_tidemark_fences");
}
