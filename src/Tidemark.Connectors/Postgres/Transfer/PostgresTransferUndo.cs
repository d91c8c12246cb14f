using Npgsql;
using Tidemark.Connectors.Postgres.Transfer.Undoing;
using Tidemark.Connectors.Postgres.Transfer.Writing;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Errors;

namespace Tidemark.Connectors.Postgres.Transfer;

/// <summary>Takes transfers back, by the rows that were kept before and after.</summary>
/// <param name="connections">Connections to the target; they outlive this.</param>
internal sealed class PostgresTransferUndo(TransferConnections connections)
{
    /// <summary>Takes a transfer back, all or none of it: what it created goes, what it updated and deleted is as it was. Rows that have changed since stay, and are listed.</summary>
    /// <exception cref="TidemarkException"><c>undo.unknown</c>, <c>undo.already</c>, <c>undo.images_gone</c>, <c>undo.table_gone</c>, <c>undo.table_changed</c> (usage).</exception>
    public async Task<IReadOnlyList<UndoneTable>> UndoAsync(UndoPlan plan, CancellationToken cancellationToken)
    {
        await using var session = new TransferSession(connections);
        var found = await session.UseAsync(connection => RequireAsync(connection, plan, cancellationToken), cancellationToken);
        List<SqlName> tables = [.. found.Tables.Select(table => table.Name)];
        await session.LockAsync(tables, cancellationToken);
        return await session.WriteAsync(
            tables,
            async connection =>
            {
                // Somebody may have undone it while this run waited.
                var run = await RequireAsync(connection, plan, cancellationToken);
                return await new TransferUndoing(connection, plan, run).RunAsync(cancellationToken);
            },
            plan.IsTrial, cancellationToken);
    }

    /// <summary>The rows of a table that a transfer changed. Changes nothing.</summary>
    /// <exception cref="TidemarkException"><c>undo.table_changed</c> (usage): they cannot be read by the table's columns of today.</exception>
    public async Task<TouchedTable> TouchedAsync(TouchedQuery query, CancellationToken cancellationToken)
    {
        await using var session = new TransferSession(connections);
        return await session.UseAsync(connection => new TransferTouched(connection, query).ReadAsync(cancellationToken), cancellationToken);
    }

    private static async Task<LoggedRun> RequireAsync(NpgsqlConnection connection, UndoPlan plan, CancellationToken cancellationToken)
    {
        var run = await TransferSchema.IsThereAsync(connection, cancellationToken)
            ? await new TransferLog(connection, plan.Pipeline).FindAsync(plan.Run, cancellationToken) : null;
        if (run is null)
        {
            throw new TidemarkException(FailureKind.Usage, "undo.unknown", $"Nothing is kept of the run {plan.Run} that could be undone.")
            {
                Hint = "It changed nothing, or it is further back than the pipeline's undo_runs.",
            };
        }

        if (run.UndoneBy is { } by)
        {
            throw new TidemarkException(FailureKind.Usage, "undo.already", $"The run {plan.Run} was undone by {by}.")
            {
                Hint = $"Undo {by} to have its changes again.",
                Next = new(NextAct.UndoRun, by),
            };
        }

        var images = TransferSchema.Images(run.Id);
        if (await connection.CountAsync("SELECT count(to_regclass(@images))", cancellationToken, ("images", images.ToString())) == 0)
        {
            throw new TidemarkException(FailureKind.Usage, "undo.images_gone", $"The rows as {plan.Run} found them are no longer in {images}.")
            {
                Hint = "Somebody has dropped it.",
            };
        }

        var changed = await ChangedAsync(connection, images, cancellationToken);
        var tables = run.Tables.Where(table => changed.Contains(table.Position)).ToList();
        foreach (var table in tables) await UndoShape.RequireAsync(connection, table, plan.Run, cancellationToken);
        return run with { Tables = tables };
    }

    private static async Task<HashSet<int>> ChangedAsync(NpgsqlConnection connection, SqlName images, CancellationToken cancellationToken)
    {
        await using var command = SqlCommands.Command(connection, $"SELECT DISTINCT position FROM {images}");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var positions = new HashSet<int>();
        while (await reader.ReadAsync(cancellationToken)) positions.Add(reader.GetInt32(0));
        return positions;
    }
}
