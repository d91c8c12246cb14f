using Tidemark.Engine.Destinations.Sql.Backups;
using Tidemark.Engine.Destinations.Sql.Loading;
using Tidemark.Engine.Destinations.Sql.Queries;
using Tidemark.Engine.Destinations.Sql.Undoing;
using Tidemark.Engine.Destinations.Sql.WritingBack;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Destinations.Sql;

/// <summary>Any SQL database as a destination.</summary>
public sealed class SqlDestination(ISqlDatabase database, TimeProvider clock)
    : IDestination, IUndoing, IBackedUp, IQueried, IComparing, IOutbox, IWaiting
{
    private static readonly Problem IsCatalog = new("destination.is_catalog", "destination",
        "There is a catalog of Tidemark in this database: its tables are no place for rows.", "Choose another file, or another schema.");

    public Action<Wait>? OnWait
    {
        set => database.OnWait = value;
    }

    public DestinationLimits Limits => database.Dialect.Limits;

    public Task<IReadOnlyList<Problem>> CheckAsync(IReadOnlyList<TablePlan> tables, CancellationToken cancellationToken) =>
        InTurnAsync(session => ProblemsAsync(session, tables, cancellationToken), cancellationToken);

    public Task<DestinationTrial> TryAsync(IReadOnlyList<TablePlan> tables, CancellationToken cancellationToken) =>
        InTurnAsync(async session => await IsCatalogAsync(session, cancellationToken)
            ? DestinationTrial.None with { Problems = [IsCatalog] }
            : await new SqlTrial(database, session).RunAsync(tables, cancellationToken), cancellationToken);

    public Task<StoredTable?> OpenTableAsync(TablePlan table, string? run, CancellationToken cancellationToken) =>
        database.Dialect.ExplainedAsync(() => new SqlTableReader(database, table).OpenAsync(run, cancellationToken));

    public Task<ILoad> BeginAsync(LoadPlan plan, CancellationToken cancellationToken) =>
        database.Dialect.ExplainedAsync<ILoad>(async () => await BeginLoadAsync(plan, cancellationToken));

    public Task<IReadOnlyList<TablePlan>> UndoableAsync(string pipeline, string run, CancellationToken cancellationToken) =>
        database.Dialect.ExplainedAsync<IReadOnlyList<TablePlan>>(async () =>
        {
            await using var session = await database.OpenAsync(work: null, cancellationToken);
            using var turn = await session.EnterAsync(cancellationToken);
            var log = new SqlUndoLog(session.Connection, database.Dialect.OwnSchema);
            await log.CreateAsync(cancellationToken);
            var entries = await log.FindAsync(pipeline, run, cancellationToken);
            return
            [
                .. entries.Where(entry => !entry.Shape.IsRestore)
                    .Select(entry => new TablePlan(entry.Table, entry.Shape.Stream) { KeepsRaw = entry.Shape.KeepsRaw }),
            ];
        });

    public Task<IReadOnlyList<UndoneTable>> UndoAsync(UndoPlan plan, CancellationToken cancellationToken) =>
        database.Dialect.ExplainedAsync(async () =>
        {
            await using var session = await database.OpenAsync($"{plan.Pipeline} {plan.Undo}", cancellationToken);
            return await new SqlUndo(database.Dialect, session, plan, clock).RunAsync(cancellationToken);
        });

    public Task<TouchedTable> TouchedAsync(TouchedQuery query, CancellationToken cancellationToken) =>
        InTurnAsync(session => new SqlTouchedRows(database.Dialect, session, query).ReadAsync(cancellationToken), cancellationToken);

    public Task<IReadOnlyList<string>> StreamsAsync(string pipeline, CancellationToken cancellationToken) =>
        InTurnAsync(session => new SqlCheckpoints(session, database.Dialect.OwnSchema, pipeline, run: "")
            .StreamsAsync(cancellationToken), cancellationToken);

    public Task ReadTablesAsync(
        IReadOnlyList<string> tables, Func<TableShape, IAsyncEnumerable<ReadOnlyMemory<byte>>, Task> read,
        CancellationToken cancellationToken) =>
        InTurnAsync(async session =>
        {
            await SqlSnapshot.ReadAsync(database.Dialect, session, tables, read, cancellationToken);
            return true;
        }, cancellationToken);

    public Task<IReadOnlyList<RestoredTable>> RestoreAsync(RestorePlan plan, CancellationToken cancellationToken) =>
        database.Dialect.ExplainedAsync(async () =>
        {
            await using var session = await database.OpenAsync($"{plan.Pipeline} {plan.Run}", cancellationToken);
            return await new SqlRestore(database.Dialect, session, plan, clock).RunAsync(cancellationToken);
        });

    public Task<QueriedPage?> QueryAsync(TableQuery query, CancellationToken cancellationToken) =>
        InTurnAsync(session => new SqlQuery(database.Dialect, session, query).ReadAsync(cancellationToken), cancellationToken);

    public IAsyncEnumerable<RowChange> ChangesAsync(ILoad load, string table, CancellationToken cancellationToken) =>
        ((SqlLoad)load).ChangesAsync(table, cancellationToken);

    public Task<IReadOnlyList<OutboxEntry>> ReadAsync(
        string pipeline, string stream, string after, CancellationToken cancellationToken) =>
        WithOutboxAsync(pipeline, outbox => outbox.ReadAsync(stream, after, cancellationToken), cancellationToken);

    public Task<int> SettleAsync(
        string pipeline, string stream, IReadOnlyList<SettledEntry> settled, CancellationToken cancellationToken) =>
        WithOutboxAsync(pipeline, outbox => outbox.SettleAsync(stream, settled, clock.GetUtcNow(), cancellationToken), cancellationToken);

    public ValueTask DisposeAsync() => database.DisposeAsync();

    private async Task<IReadOnlyList<Problem>> ProblemsAsync(
        ISqlSession session, IReadOnlyList<TablePlan> tables, CancellationToken cancellationToken)
    {
        var problems = new List<Problem>();
        if (await IsCatalogAsync(session, cancellationToken)) return [IsCatalog];
        foreach (var plan in tables)
        {
            var name = new SqlName(database.Dialect.Schema, plan.Table);
            if (await session.KindAsync(name, cancellationToken) is not (null or "table") and var kind)
            {
                problems.Add(SqlTableCheck.NameTaken(database.Dialect, plan, kind));
                continue;
            }

            var existing = await session.ColumnsAsync(name, cancellationToken);
            problems.AddRange(SqlTableCheck.Problems(database.Dialect, plan, existing));
            // References are made with the table, and a database may take one that leads nowhere.
            var made = tables.Select(table => table.Table).ToList();
            var others = existing.Count > 0 ? [] : plan.References.Values.Except(made, StringComparer.Ordinal);
            foreach (var other in others)
            {
                if ((await session.ColumnsAsync(name.Beside(other), cancellationToken)).Count == 0)
                    problems.Add(SqlTableCheck.ReferenceToNothing(plan, other, made));
            }
        }

        return problems;
    }

    private async Task<bool> IsCatalogAsync(ISqlSession session, CancellationToken cancellationToken)
    {
        foreach (var table in new[] { "run_steps", "leases", "definitions" })
        {
            if ((await session.ColumnsAsync(new(database.Dialect.Schema, table), cancellationToken)).Count == 0) return false;
        }

        return true;
    }

    private Task<T> InTurnAsync<T>(Func<ISqlSession, Task<T>> work, CancellationToken cancellationToken) =>
        database.Dialect.ExplainedAsync(async () =>
        {
            await using var session = await database.OpenAsync(work: null, cancellationToken);
            using var turn = await session.EnterAsync(cancellationToken);
            return await work(session);
        });

    private Task<T> WithOutboxAsync<T>(string pipeline, Func<SqlOutbox, Task<T>> work, CancellationToken cancellationToken) =>
        InTurnAsync(session => work(new SqlOutbox(session.Connection, database.Dialect.OwnSchema, pipeline)), cancellationToken);

    private async Task<SqlLoad> BeginLoadAsync(LoadPlan plan, CancellationToken cancellationToken)
    {
        var session = await database.OpenAsync($"{plan.Pipeline} {plan.Run}", cancellationToken);
        try
        {
            await session.LockAsync(new SqlName(database.Dialect.Schema, "_tidemark_checkpoints"), cancellationToken);
            using (await session.EnterAsync(cancellationToken))
            {
                await new SqlCheckpoints(session, database.Dialect.OwnSchema, plan.Pipeline, plan.Run).CreateAsync(cancellationToken);
                await new SqlUndoLog(session.Connection, database.Dialect.OwnSchema).CreateAsync(cancellationToken);
                await new SqlWriters(session.Connection, database.Dialect.OwnSchema).CreateAsync(cancellationToken);
                if (plan.WritesBack)
                    await new SqlOutbox(session.Connection, database.Dialect.OwnSchema, plan.Pipeline).CreateAsync(cancellationToken);
            }

            await session.UnlockAsync(cancellationToken);
            return new SqlLoad(database, session, plan, clock);
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }
}
