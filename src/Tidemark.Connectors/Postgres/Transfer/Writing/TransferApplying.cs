using Npgsql;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Transfers;

namespace Tidemark.Connectors.Postgres.Transfer.Writing;

/// <summary>Writes what is kept aside into the tables, in a transaction that keeps others from writing them.</summary>
/// <param name="connection">The connection with the transaction.</param>
/// <param name="write">How the tables are written.</param>
/// <param name="staged">What is kept aside, table by table, in the order of <paramref name="write"/>.</param>
internal sealed class TransferApplying(NpgsqlConnection connection, TransferWrite write, IReadOnlyList<StagedTable> staged)
{
    private bool Keeps => write.UndoRuns > 0;

    /// <summary>What it comes to. Nothing is kept aside after it.</summary>
    public async Task<IReadOnlyList<AppliedTable>> RunAsync(TransferApply apply, CancellationToken cancellationToken)
    {
        var works = new List<TableWork>();
        var applied = new List<AppliedTable>();
        foreach (var (table, at) in staged.Select((table, at) => (table, at)))
        {
            var isMirror = write.Mode == ApplyMode.Mirror;
            var changes = new StagedChanges(table, new SqlName("pg_temp", FormattableString.Invariant($"tidemark_work_{at}")));
            works.Add(await changes.ListAsync(connection, isMirror && apply.Whole.Contains(table.Table.Label), isMirror, Keeps, cancellationToken));
            applied.Add(await CountAsync(table, works[at], cancellationToken));
        }

        var log = new TransferLog(connection, write.Pipeline);
        var changed = applied.Exists(table => table.Created + table.Updated + table.Deleted > 0);
        long? run = Keeps && changed ? await log.BeginAsync(write.Run, write.Triggers, [.. staged.Select(Logged)], cancellationToken) : null;
        var writing = new TransferWriting(connection, works);
        var triggers = new TargetTriggers(connection);
        if (write.Triggers == TriggerUse.Off) await triggers.TurnOffAsync(works.Select(work => work.Target.Id), cancellationToken);
        await writing.WriteAsync(run is { } id ? TransferSchema.Images(id) : null, cancellationToken);
        await triggers.TurnOnAsync(cancellationToken);
        await SequenceMoves.MoveAsync(connection, apply.Sequences, works.Select(work => work.Target), cancellationToken);
        if (changed || !Keeps) await log.PruneAsync(write.UndoRuns, cancellationToken);
        for (var at = 0; at < staged.Count; at++) applied[at] = await ReadBackAsync(applied[at] with { Cascades = writing.Cascades[works[at]] }, staged[at], apply, cancellationToken);
        foreach (var table in staged) await StagingArea.DropAsync(connection, table.Id, cancellationToken);
        return applied;
    }

    private async Task<AppliedTable> CountAsync(StagedTable table, TableWork work, CancellationToken cancellationToken)
    {
        await using var command = SqlCommands.Command(
            connection,
            $"""
            SELECT (SELECT count(*) FROM {table.Table.Name}), (SELECT count(*) FROM {table.Rows}),
                count(*) FILTER (WHERE w.op = 'c'), count(*) FILTER (WHERE w.op = 'u'), count(*) FILTER (WHERE w.op = 'd') FROM {work.List} AS w
            """);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var (created, updated) = (reader.GetInt64(2), reader.GetInt64(3));
        return new(table.Table)
        {
            Before = reader.GetInt64(0),
            Created = created,
            Updated = updated,
            Deleted = reader.GetInt64(4),
            Unchanged = reader.GetInt64(1) - created - updated,
        };
    }

    /// <summary>The rows as the table has them now, which a trigger may have seen to.</summary>
    private async Task<AppliedTable> ReadBackAsync(AppliedTable applied, StagedTable table, TransferApply apply, CancellationToken cancellationToken)
    {
        var hash = $"""SELECT {table.Sql.RowHash} AS "_hash" FROM""";
        return apply.Expected.TryGetValue(table.Table.Label, out var whole)
            ? applied with { Expected = whole, Found = await connection.ChecksumAsync($"{hash} {table.Sql.Live}", cancellationToken) }
            : applied with
            {
                Expected = await connection.ChecksumAsync($"{hash} {table.Rows} AS t", cancellationToken),
                Found = await connection.ChecksumAsync($"{hash} {(table.Table.HasKey ? SameKeys(table) : SameRows(table))}", cancellationToken),
            };
    }

    private static string SameKeys(StagedTable table) =>
        $"{table.Rows} AS s JOIN {table.Sql.Live} ON {string.Join(" AND ", table.Sql.Key.Select(part => $"t.{part} = s.{part}"))}";

    /// <summary>As many of equal rows as are kept aside.</summary>
    private static string SameRows(StagedTable table)
    {
        string Numbered(string from) =>
            $"(SELECT q.*, row_number() OVER (PARTITION BY q.tidemark_row) AS tidemark_n FROM (SELECT t.*, {LooseWork.TextOf(table.Table.Columns.Select(column => SqlName.Column(column.Name).ToString()), "t")} AS tidemark_row FROM {from} AS t) AS q)";
        return $"{Numbered(table.Table.Name.ToString())} AS t JOIN {Numbered(table.Rows.ToString())} AS s ON t.tidemark_row = s.tidemark_row AND t.tidemark_n = s.tidemark_n";
    }

    private static LoggedTable Logged(StagedTable table) => new(table.Table.Name, table.Table.Key, table.Target.Shape);
}
