using System.Data.Common;
using Tidemark.Engine.Destinations.Sql.Loading;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Destinations.Sql.Backups;

/// <summary>
/// Brings tables back, all in one transaction: what is to come back is put beside each table, then what must go goes,
/// from the tables that refer to others on, and what comes comes the other way round.
/// </summary>
internal sealed class SqlRestore(SqlDialect dialect, ISqlSession session, RestorePlan plan, TimeProvider clock)
{
    private readonly SqlRestoreUndo _undo = new(dialect, session, plan, clock);
    private readonly SqlFence _fence = new(dialect, session, plan.Pipeline, plan.Run, clock);

    private DbConnection Connection => session.Connection;

    /// <inheritdoc cref="IBackedUp.RestoreAsync"/>
    public async Task<IReadOnlyList<RestoredTable>> RunAsync(CancellationToken cancellationToken)
    {
        var checkpoints = new SqlCheckpoints(session, dialect.OwnSchema, plan.Pipeline, plan.Run);
        using (await session.EnterAsync(cancellationToken)) await checkpoints.CreateAsync(cancellationToken);
        var names = plan.Tables.Select(table => new SqlName(dialect.Schema, table.Table.Name)).ToList();
        foreach (var name in names) await _fence.LockAsync(name, session, cancellationToken);
        using var turn = await session.EnterAsync(cancellationToken);
        await using var transaction = await session.Rows.BeginAsync(isReadOnly: false, cancellationToken);
        foreach (var name in names) await _fence.TakeAsync(name, session, cancellationToken);
        var tables = await PrepareAsync(cancellationToken);
        var results = new List<RestoredTable>();
        try
        {
            foreach (var table in tables) await StageAsync(table, cancellationToken);
            foreach (var table in tables)
            {
                table.Cascades = await CascadesAsync(table, tables, cancellationToken);
                await _undo.KeepAsync(table, cancellationToken);
            }

            foreach (var table in Enumerable.Reverse(tables)) await DeleteAsync(table, cancellationToken);
            foreach (var table in tables) await WriteAsync(table, cancellationToken);
            await dialect.SettleDeferredAsync(Connection, cancellationToken);
            foreach (var table in tables)
            {
                results.Add(await ReadBackAsync(table, cancellationToken));
                await _undo.NoteAsync(table, cancellationToken);
                await checkpoints.ForgetAsync(table.Wanted.Stream, cancellationToken);
                await Connection.ExecuteAsync($"DROP TABLE {table.Staged}", cancellationToken);
            }

            // From here on the old rows are live; a cancellation in between must not leave us in doubt.
            if (!plan.IsTrial) await session.CommitAsync(transaction);
        }
        catch (DbException refused) when (dialect.RowProblem(refused, "") is { } reason)
        {
            throw new TidemarkException(
                FailureKind.Configuration, "restore.refused", $"A row is refused, and nothing was changed: {reason.Message}", refused)
            {
                Hint = "A constraint was added since the backup, or another table refers to rows that would go.",
            };
        }

        return results;
    }

    /// <summary>Looks at the tables, all of them, before anything is changed; those that others refer to come first.</summary>
    private async Task<List<TableRestore>> PrepareAsync(CancellationToken cancellationToken)
    {
        var found = new List<TableRestore>();
        var problems = new List<Problem>();
        foreach (var wanted in plan.Tables)
        {
            var name = new SqlName(dialect.Schema, wanted.Table.Name);
            var live = await session.Rows.DescribeAsync(name, cancellationToken);
            problems.AddRange(RestoreCheck.Problems(wanted.Table, live));
            if (live is not null) found.Add(new(wanted, live, name, new(dialect.TemporarySchema, $"_tidemark_restore_{found.Count}"), dialect));
        }

        if (problems.Count > 0) throw TidemarkException.ForAll(problems);
        return SqlTableOrder.ReferredFirst(found, table => table.Live.Name, table => table.Live.References);
    }

    private async Task StageAsync(TableRestore table, CancellationToken cancellationToken)
    {
        await Connection.ExecuteAsync(
            $"CREATE TEMPORARY TABLE {table.Staged} AS SELECT {table.ColumnList} FROM {table.Name} WHERE 1 = 0", cancellationToken);
        await session.Rows.AppendAsync(table.Staged, table.Columns, table.Wanted.Rows, cancellationToken);
        var key = string.Join(", ", table.Live.Key.Select(SqlName.Column));
        await Connection.ExecuteAsync(dialect.IndexTemporary(table.Staged, key), cancellationToken);
    }

    private async Task DeleteAsync(TableRestore table, CancellationToken cancellationToken)
    {
        if (plan.Mode != RestoreMode.Exact) return;
        table.Deleted = await Connection.ExecuteAsync(
            $"DELETE FROM {table.Name} AS l WHERE {table.IsGone}",
            cancellationToken);
    }

    /// <summary>What goes of other tables along with the rows that the backup does not have.</summary>
    private async Task<IReadOnlyList<Cascade>> CascadesAsync(
        TableRestore table, List<TableRestore> all, CancellationToken cancellationToken)
    {
        if (plan.Mode != RestoreMode.Exact || await SqlCascades.OfAsync(dialect, session, table.Name, cancellationToken) is not { } cascades) return [];
        return await cascades.CountAsync(
            (into, values) => Connection.ExecuteAsync($"INSERT INTO {into} SELECT {values} FROM {table.Name} AS l WHERE {table.IsGone}", cancellationToken),
            name => all.Find(other => dialect.AreOne(other.Name, name))?.IsGone, cancellationToken);
    }

    private async Task WriteAsync(TableRestore table, CancellationToken cancellationToken)
    {
        if (plan.Mode != RestoreMode.Missing && table.Others.Count > 0)
        {
            var assignments = string.Join(", ", table.Others.Select(SqlName.Column).Select(column => $"{column} = s.{column}"));
            table.Overwritten = await Connection.ExecuteAsync(
                $"UPDATE {table.Name} AS l SET {assignments} FROM {table.Staged} AS s WHERE {table.Match} AND {table.Differ}", cancellationToken);
        }

        table.Created = await Connection.ExecuteAsync(
            $"""
            INSERT INTO {table.Name} ({table.ColumnList}) {dialect.InsertAsGiven}
            SELECT {SqlSnapshot.ColumnList(table.Columns, "s.")} FROM {table.Staged} AS s
            WHERE NOT EXISTS (SELECT 1 FROM {table.Name} AS l WHERE {table.Match})
            """,
            cancellationToken);
    }

    private async Task<RestoredTable> ReadBackAsync(TableRestore table, CancellationToken cancellationToken)
    {
        var among = $"WHERE EXISTS (SELECT 1 FROM {table.Staged} AS s WHERE {table.Match})";
        // Rows that were there already may differ from the backup's: of them it is known that they are there.
        var (expected, found) = plan.Mode == RestoreMode.Missing
            ? (new Checksum(table.Wanted.Content.Rows, 0, 0),
                new Checksum(await Connection.CountAsync($"SELECT count(*) FROM {table.Name} AS l {among}", cancellationToken), 0, 0))
            : (table.Wanted.Content,
                await SumAsync(table, plan.Mode == RestoreMode.Exact ? "" : among, cancellationToken));
        if (found != expected)
        {
            throw new TidemarkException(
                FailureKind.Configuration, "restore.does_not_fit",
                $"{table.Live.Name} would not hold the {expected.Rows} rows of the backup as they were, so nothing was changed.")
            {
                Hint = "A trigger changes rows, or something writes to the table at the same time.",
            };
        }

        return new RestoredTable(table.Live.Name, table.Wanted.Stream, table.Created + table.Overwritten, table.Deleted, found)
        {
            Overwritten = table.Overwritten,
            Cascades = table.Cascades,
        };
    }

    private Task<Checksum> SumAsync(TableRestore table, string among, CancellationToken cancellationToken) =>
        RowSum.OfAllAsync(
            session.Rows.ReadAsync(
                table.Columns, $"SELECT {SqlSnapshot.ColumnList(table.Columns, "l.")} FROM {table.Name} AS l {among}",
                cancellationToken),
            cancellationToken);
}
