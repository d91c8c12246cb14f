using Tidemark.Engine.Destinations.Sql.Loading;
using Tidemark.Engine.Destinations.Sql.WritingBack;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Destinations.Sql.Undoing;

/// <summary>Takes a run back, all its streams in one transaction.</summary>
internal sealed class SqlUndo(SqlDialect dialect, ISqlSession session, UndoPlan plan, TimeProvider clock)
{
    private readonly SqlFence _fence = new(dialect, session, plan.Pipeline, plan.Undo, clock);

    private SqlUndoLog Log => new(session.Connection, dialect.OwnSchema);

    /// <exception cref="TidemarkException"><c>undo.unknown</c>: nothing is kept of this run; <c>undo.already</c>; <c>undo.table_gone</c>;
    /// <c>undo.images_gone</c>.</exception>
    public async Task<IReadOnlyList<UndoneTable>> RunAsync(CancellationToken cancellationToken)
    {
        var entries = await PrepareAsync(cancellationToken);
        foreach (var entry in entries) await _fence.LockAsync(NameOf(entry), session, cancellationToken);
        using var turn = await session.EnterAsync(cancellationToken);
        await using var transaction = await session.Connection.BeginTransactionAsync(cancellationToken);
        foreach (var entry in entries) await _fence.TakeAsync(NameOf(entry), session, cancellationToken);
        await RequireTablesAsync(entries, cancellationToken);
        foreach (var entry in entries) await RequireImagesAsync(entry, cancellationToken);
        var outbox = new SqlOutbox(session.Connection, dialect.OwnSchema, plan.Pipeline);
        var undone = await Log.UndoneAsync(plan.Pipeline, plan.Run, cancellationToken);
        var tables = new List<SqlUndoTable>();
        foreach (var entry in entries)
        {
            var table = new SqlUndoTable(dialect, session, plan, entry);
            await table.PrepareAsync($"_tidemark_undo_{tables.Count}", cancellationToken);
            tables.Add(table);
        }

        // What a later table refers to may only go after it, and must be there before it.
        foreach (var table in Enumerable.Reverse(tables)) await table.RemoveAsync(cancellationToken);
        var results = new List<UndoneTable>();
        foreach (var table in tables) results.Add(await table.RestoreAsync(cancellationToken));
        foreach (var entry in entries) await RewindAsync(entry, cancellationToken);
        // What the source has already is not taken back from it.
        await outbox.UndoAsync(plan.Run, cancellationToken);
        if (undone is not null) await outbox.RedoAsync(undone, cancellationToken);
        await Log.MarkAsync(plan.Pipeline, plan.Run, plan.Undo, cancellationToken);
        if (undone is not null) await Log.MarkAsync(plan.Pipeline, undone, null, cancellationToken);
        if (!plan.IsTrial) await session.CommitAsync(transaction);
        return results;
    }

    /// <summary>Without the rows as they were, those that the run changed would be taken for its own, and go.</summary>
    private async Task RequireImagesAsync(UndoEntry entry, CancellationToken cancellationToken)
    {
        if (!plan.HasKept.Contains(entry.Stream)) return;
        var images = SqlBeforeImages.NameOf(dialect, NameOf(entry));
        var isThere = (await session.ColumnsAsync(images, cancellationToken)).Count > 0;
        if (isThere && await session.Connection.CountAsync(
            $"""SELECT count(*) FROM {images} WHERE "_undo_run" = @run""", cancellationToken, ("run", plan.Run)) > 0) return;
        throw new TidemarkException(
            FailureKind.Usage, "undo.images_gone", $"The rows of {entry.Table} as {plan.Run} found them are no longer in {images.Name}.")
        {
            Hint = "Somebody has dropped or emptied it. A backup can bring the rows back; or sync, which reads what the source has now.",
        };
    }

    private SqlName NameOf(UndoEntry entry) => new(dialect.Schema, entry.Table);

    /// <summary>The run's entries, those of tables that others refer to first.</summary>
    private async Task<IReadOnlyList<UndoEntry>> PrepareAsync(CancellationToken cancellationToken)
    {
        using var turn = await session.EnterAsync(cancellationToken);
        await new SqlCheckpoints(session, dialect.OwnSchema, plan.Pipeline, plan.Undo).CreateAsync(cancellationToken);
        await Log.CreateAsync(cancellationToken);
        await new SqlOutbox(session.Connection, dialect.OwnSchema, plan.Pipeline).CreateAsync(cancellationToken);
        return (await SqlTableOrder.ReferredFirstAsync(session, await FindAsync(cancellationToken), NameOf, cancellationToken)).Tables;
    }

    private async Task RequireTablesAsync(IReadOnlyList<UndoEntry> entries, CancellationToken cancellationToken)
    {
        foreach (var table in entries.Select(NameOf))
        {
            if ((await session.ColumnsAsync(table, cancellationToken)).Count > 0) continue;
            throw new TidemarkException(FailureKind.Usage, "undo.table_gone", $"The table {table.Name}, which {plan.Run} wrote, is no longer there.")
            {
                Hint = "Bring it back under its name; or sync, which fills a table that is gone from the beginning.",
            };
        }
    }

    private async Task<IReadOnlyList<UndoEntry>> FindAsync(CancellationToken cancellationToken)
    {
        var entries = await Log.FindAsync(plan.Pipeline, plan.Run, cancellationToken);
        if (entries.Count == 0)
        {
            throw new TidemarkException(
                FailureKind.Usage, "undo.unknown", $"Nothing is kept of the run {plan.Run} that could be undone.")
            {
                Hint = "It changed nothing, or it is further back than the pipeline's undo_runs.",
            };
        }

        if (entries.FirstOrDefault(entry => entry.UndoneBy is not null) is { UndoneBy: { } by })
        {
            throw new TidemarkException(FailureKind.Usage, "undo.already", $"The run {plan.Run} was undone by {by}.")
            {
                Hint = $"Undo {by} to have its changes again.",
                Next = new(NextAct.UndoRun, by),
            };
        }

        return entries;
    }

    /// <summary>Lets the stream stand where it stood before the run, so that what is taken back is read again.</summary>
    private async Task RewindAsync(UndoEntry entry, CancellationToken cancellationToken)
    {
        var checkpoints = new SqlCheckpoints(session, dialect.OwnSchema, plan.Pipeline, plan.Undo);
        var now = await checkpoints.ClaimAsync(entry.Stream, Staging.None, cancellationToken);
        await Log.BeginAsync(
            plan.Pipeline,
            entry with
            {
                Run = plan.Undo,
                StartedAt = clock.GetUtcNow(),
                Cursor = now?.Cursor.Json,
                Shape = entry.Shape with { IsUndo = true, Cascades = null },
            },
            cancellationToken);
        await checkpoints.RewindAsync(entry.Stream, entry.Cursor, cancellationToken);
        // What is staged was compared with rows that are no longer so.
        await checkpoints.ClaimAsync(entry.Stream, Staging.Resumable, cancellationToken);
        await checkpoints.DropAsync(entry.Stream, Staging.Resumable, cancellationToken);
        await session.Connection.ExecuteAsync(
            $"DROP TABLE IF EXISTS {SqlTableSetup.StagingName(dialect, new SqlName(dialect.Schema, entry.Table))}", cancellationToken);
    }
}
