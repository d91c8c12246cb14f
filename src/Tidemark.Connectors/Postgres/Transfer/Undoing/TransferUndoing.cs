using Npgsql;
using Tidemark.Connectors.Postgres.Transfer.Writing;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Transfers;

namespace Tidemark.Connectors.Postgres.Transfer.Undoing;

/// <summary>Takes a run back, all its tables in the transaction that is open. It keeps rows before and after as the run did, so that it can be undone too.</summary>
internal sealed class TransferUndoing(NpgsqlConnection connection, UndoPlan plan, LoggedRun run)
{
    private readonly Dictionary<TableWork, (long Count, List<UntouchedRow> Rows)> _untouched = [];

    public async Task<IReadOnlyList<UndoneTable>> RunAsync(CancellationToken cancellationToken)
    {
        var works = new List<TableWork>();
        foreach (var (table, at) in run.Tables.Select((table, at) => (table, at)))
        {
            var target = await UndoShape.RequireAsync(connection, table, plan.Run, cancellationToken);
            works.Add(await new UndoChanges(table, target, TransferSchema.Images(run.Id), at).ListAsync(connection, cancellationToken));
            _untouched[works[at]] = (0, []);
            await PassOverChangedAsync(works[at], cancellationToken);
        }

        // What has come to depend on the rows since, and what they depend on, is not taken along: its rows stay as they are.
        var references = await TargetReference.ReadAsync(connection, works.Select(work => work.Target), cancellationToken);
        await new RefusedRows(connection, works, references).PassOverAsync(PassOver, cancellationToken);

        var log = new TransferLog(connection, plan.Pipeline);
        var images = TransferSchema.Images(await log.BeginAsync(plan.Undo, run.Triggers, run.Tables, cancellationToken));
        var triggers = new TargetTriggers(connection);
        if (run.Triggers == TriggerUse.Off) await triggers.TurnOffAsync(works.Select(work => work.Target.Id), cancellationToken);
        var writing = new TransferWriting(connection, works);
        await writing.WriteAsync(images, cancellationToken);
        await triggers.TurnOnAsync(cancellationToken);
        await log.MarkAsync(plan.Run, plan.Undo, cancellationToken);
        var undone = new List<UndoneTable>();
        for (var at = 0; at < works.Count; at++) undone.Add(await ResultAsync(run.Tables[at].Label, works[at], new Images(images, at), writing.Cascades[works[at]], cancellationToken));
        return undone;
    }

    private async Task PassOverChangedAsync(TableWork work, CancellationToken cancellationToken)
    {
        await using var command = SqlCommands.Command(
            connection,
            $"WITH gone AS (DELETE FROM {work.List} AS w WHERE w.reason IS NOT NULL RETURNING w.key, w.reason) SELECT array_to_string(g.key, ', ', '?'), g.reason FROM gone AS g ORDER BY g.key");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken)) PassOver(work, reader.GetString(0), reader.GetString(1));
    }

    private void PassOver(TableWork work, string key, string reason)
    {
        var (count, rows) = _untouched[work];
        if (rows.Count < RefusedRows.Most) rows.Add(new(key, reason));
        _untouched[work] = (count + 1, rows);
    }

    private async Task<UndoneTable> ResultAsync(
        string label, TableWork work, Images images, IReadOnlyList<Cascade> cascades, CancellationToken cancellationToken)
    {
        var (untouched, rows) = _untouched[work];
        var (restored, created, deleted) = await CountAsync(work, cancellationToken);
        return new(label, label, restored, created, deleted)
        {
            Untouched = untouched,
            UntouchedRows = rows,
            Cascades = cascades,
            Expected = await connection.ChecksumAsync($"""SELECT hashtextextended(s.tidemark_before COLLATE "C", 0) AS "_hash" FROM {work.Written}""", cancellationToken),
            Found = await connection.ChecksumAsync(
                $"""SELECT hashtextextended(m.after COLLATE "C", 0) AS "_hash" FROM {images.Table} AS m WHERE m.position = {images.At} AND m.op IN ('c', 'u')""", cancellationToken),
        };
    }

    private async Task<(long Restored, long Created, long Deleted)> CountAsync(TableWork work, CancellationToken cancellationToken)
    {
        await using var command = SqlCommands.Command(
            connection, $"SELECT count(*) FILTER (WHERE w.op = 'u'), count(*) FILTER (WHERE w.op = 'c'), count(*) FILTER (WHERE w.op = 'd') FROM {work.List} AS w");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2));
    }
}
