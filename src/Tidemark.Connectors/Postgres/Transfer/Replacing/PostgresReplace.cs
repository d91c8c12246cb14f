using Npgsql;
using Tidemark.Connectors.Postgres.Transfer.Writing;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Transfers;

namespace Tidemark.Connectors.Postgres.Transfer.Replacing;

/// <summary>
/// Puts the source's rows in the place of tables' own, over several connections. In this order:
/// <list type="number">
/// <item>Foreign keys between the tables are noted in <see cref="ReplaceLedger"/> and dropped, in a transaction of their own: they would hold the connections' tables together.</item>
/// <item>Each connection takes its tables for itself, and in one transaction drops their indexes, empties them, copies the rows, makes the indexes again, and reads the rows back.</item>
/// <item>Once all are there and agreed to, the transactions are committed one right after the other. Readers wait until then, and find old rows or new ones.</item>
/// <item>The foreign keys are made again, and the rows proven against them.</item>
/// </list>
/// Before the first commit a failure leaves the tables as they were, but for the foreign keys: <see cref="RepairAsync"/> makes them again, here or when
/// the tables are opened next.
/// </summary>
internal sealed class PostgresReplace(TransferConnections connections, TransferWrite write)
{
    /// <summary>As <see cref="ITransferTarget.ReplaceAsync"/> says. The caller sees to it that nobody else writes the tables as a run.</summary>
    /// <exception cref="TidemarkException">
    /// <c>transfer.referenced_from_outside</c>, <c>transfer.not_owner</c>, <c>transfer.no_such_table</c>, <c>transfer.entangled</c>, <c>postgres.locked</c>
    /// (transient): nothing was changed. <c>transfer.rows_refused</c>: a constraint refuses rows, and nothing was changed; or rows break a foreign key, and the tables
    /// have their new rows and that foreign key without proof.
    /// </exception>
    public Task<IReadOnlyList<AppliedTable>> ReplaceAsync(
        TransferApply apply, Func<TransferTable, IAsyncEnumerable<Stream>> parts, Func<IReadOnlyList<AppliedTable>, Task> beforeCommit,
        CancellationToken cancellationToken) => TransferErrors.ExplainedAsync(() => RunAsync(apply, parts, beforeCommit, cancellationToken));

    /// <summary>Makes the foreign keys again that a replace of the tables has dropped, and proves the rows against them. Does nothing where none is missing.</summary>
    /// <param name="provesRows">Whether the rows are read to be proven; else that is left to the next repair.</param>
    /// <param name="cancellationToken">Leaves the rest to the next repair.</param>
    /// <returns>
    /// A problem for each foreign key that rows break, which stays without proof (<c>transfer.rows_refused</c>), and one where an earlier replace has left
    /// some tables with new rows and others with old ones (<c>transfer.half_replaced</c>).
    /// </returns>
    public Task<IReadOnlyList<Problem>> RepairAsync(bool provesRows, CancellationToken cancellationToken) =>
        TransferErrors.ExplainedAsync(() => GiveBackAsync(provesRows, cancellationToken));

    private async Task<IReadOnlyList<AppliedTable>> RunAsync(
        TransferApply apply, Func<TransferTable, IAsyncEnumerable<Stream>> parts, Func<IReadOnlyList<AppliedTable>, Task> beforeCommit,
        CancellationToken cancellationToken)
    {
        await using var connection = await connections.OpenAsync(cancellationToken);
        var tables = await ReplacedTable.FindAsync(connection, write.Tables, cancellationToken);
        await DropForeignKeysAsync(connection, tables, cancellationToken);
        IReadOnlyList<AppliedTable> applied;
        try
        {
            applied = await LoadAsync(connection, tables, apply, parts, beforeCommit, cancellationToken);
        }
        catch
        {
            await TryGiveBackAsync(provesRows: !cancellationToken.IsCancellationRequested);
            throw;
        }

        var broken = await RepairAsync(provesRows: true, cancellationToken);
        return broken.Count == 0 ? applied
            : throw new TidemarkException(FailureKind.Configuration, "transfer.rows_refused", "The tables have the rows of the source, but some of them break foreign keys.")
            {
                Hint = "The foreign keys hold for new rows only. Correct the rows at the source and transfer again.",
                Problems = broken,
            };
    }

    private async Task<IReadOnlyList<Problem>> GiveBackAsync(bool provesRows, CancellationToken cancellationToken)
    {
        await using var connection = await connections.OpenAsync(cancellationToken);
        var ledger = new ReplaceLedger(connection);
        if (!await TransferSchema.IsThereAsync(connection, cancellationToken)) return [];
        var problems = new List<Problem>();
        if (await ledger.IsHalfAsync(write.Tables, cancellationToken))
        {
            problems.Add(new(
                "transfer.half_replaced", $"database {connections.Label}", "An earlier transfer came to its end between two tables: some have new rows, others their old ones.",
                "Transfer again: it replaces all of them."));
        }

        problems.AddRange(await new ForeignKeyRepair(connections, write.Tables).RunAsync(connection, ledger, provesRows, cancellationToken));
        if (problems.Count == 0 && provesRows) await ledger.EndAsync(write.Tables, cancellationToken);
        return problems;
    }

    private async Task DropForeignKeysAsync(NpgsqlConnection connection, IReadOnlyList<ReplacedTable> tables, CancellationToken cancellationToken)
    {
        var ledger = new ReplaceLedger(connection);
        await LockTurns.TakeAsync(
            async () =>
            {
                await TransferSchema.CreateAsync(connection, cancellationToken);
                await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
                await LockTurns.LockAsync(connection, tables, cancellationToken);
                var keys = await ForeignKey.OfAsync(connection, tables, cancellationToken);
                await ledger.BeginAsync(write.Run, write.Tables, keys, cancellationToken);
                foreach (var key in keys) await connection.ExecuteAsync(key.Drop, cancellationToken);
                await transaction.CommitAsync(cancellationToken);
            },
            connections.OnWait, cancellationToken);
    }

    private async Task<IReadOnlyList<AppliedTable>> LoadAsync(
        NpgsqlConnection connection, IReadOnlyList<ReplacedTable> tables, TransferApply apply, Func<TransferTable, IAsyncEnumerable<Stream>> parts,
        Func<IReadOnlyList<AppliedTable>, Task> beforeCommit, CancellationToken cancellationToken)
    {
        var sequences = await ReplacedSequences.FindAsync(connection, tables, apply.Sequences, cancellationToken);
        var workers = new List<ReplaceWorker>();
        try
        {
            foreach (var share in Shares(tables)) workers.Add(new(await connections.OpenAsync(cancellationToken), share, write.Triggers));
            await LockTurns.TakeAsync(() => BeginAsync(workers, cancellationToken), connections.OnWait, cancellationToken);
            var loaded = await EntanglementWatch.RunAsync(
                connection, [.. workers.Select(worker => worker.Process)], stop => LoadAsync(workers, parts, sequences.Columns, stop), cancellationToken);
            List<AppliedTable> applied = [.. write.Tables.Select(table => Applied(loaded.Single(one => one.Table.Table == table), apply))];
            await beforeCommit(applied);
            await using var advance = await sequences.SetAsync(connection, loaded, cancellationToken);
            // From here on it ends, whoever wants it to stop.
            foreach (var worker in workers) await worker.CommitAsync(CancellationToken.None);
            await advance.CommitAsync(CancellationToken.None);
            return applied;
        }
        finally
        {
            foreach (var worker in workers) await worker.DisposeAsync();
        }
    }

    private static async Task BeginAsync(List<ReplaceWorker> workers, CancellationToken cancellationToken)
    {
        try
        {
            await Task.WhenAll(workers.Select(worker => worker.BeginAsync(cancellationToken)));
        }
        catch (PostgresException)
        {
            foreach (var worker in workers) await worker.RollbackAsync(cancellationToken);
            throw;
        }
    }

    private static async Task<IReadOnlyList<LoadedTable>> LoadAsync(
        List<ReplaceWorker> workers, Func<TransferTable, IAsyncEnumerable<Stream>> parts, ILookup<long, string> values, CancellationToken cancellationToken)
    {
        var loaded = new IReadOnlyList<LoadedTable>[workers.Count];
        // The first that fails ends the others.
        await Parallel.ForAsync(
            0, workers.Count, new ParallelOptions { MaxDegreeOfParallelism = workers.Count, CancellationToken = cancellationToken },
            async (at, stop) => loaded[at] = await workers[at].LoadAsync(parts, values, stop));
        return [.. loaded.SelectMany(tables => tables)];
    }

    private static AppliedTable Applied(LoadedTable loaded, TransferApply apply) => new(loaded.Table.Table)
    {
        Before = loaded.Before,
        Deleted = Math.Max(0, loaded.Before - loaded.Found.Rows),
        Created = loaded.Found.Rows,
        Expected = apply.Expected.GetValueOrDefault(loaded.Table.Table.Label),
        Found = loaded.Found,
    };

    /// <summary>The tables of each connection: the largest goes where there is least yet.</summary>
    private List<List<ReplacedTable>> Shares(IReadOnlyList<ReplacedTable> tables)
    {
        var shares = Enumerable.Range(0, Math.Min(connections.Parallel, tables.Count)).Select(_ => new List<ReplacedTable>()).ToList();
        foreach (var table in tables.OrderByDescending(table => table.Weight)) shares.MinBy(share => share.Sum(each => each.Weight))!.Add(table);
        return shares;
    }

    /// <summary>Gives the foreign keys back after a failure, as far as that can be done now.</summary>
    private async Task TryGiveBackAsync(bool provesRows)
    {
        try
        {
            await RepairAsync(provesRows, CancellationToken.None);
        }
        catch (TidemarkException)
        {
            // The ledger has them: they are given back when the tables are opened next. What is told is the first failure.
        }
    }
}
