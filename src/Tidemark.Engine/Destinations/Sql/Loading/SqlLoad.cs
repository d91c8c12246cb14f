using Tidemark.Engine.Destinations.Writing;

namespace Tidemark.Engine.Destinations.Sql.Loading;

/// <summary>One run's writing into a SQL database.</summary>
internal sealed class SqlLoad(ISqlDatabase database, ISqlSession session, LoadPlan plan, TimeProvider clock) : ILoad
{
    private readonly List<SqlStreamLoad> _streams = [];
    private readonly SqlFence _fence = new(database.Dialect, session, plan.Pipeline, plan.Run, clock);

    public Task<IStreamLoad> OpenAsync(TablePlan table, CancellationToken cancellationToken) =>
        database.Dialect.ExplainedAsync<IStreamLoad>(async () => await OpenStreamAsync(table, cancellationToken));

    public Task<IReadOnlyList<string>> EarlierColumnsAsync(TablePlan table, CancellationToken cancellationToken) =>
        database.Dialect.ExplainedAsync(async () =>
        {
            using var turn = await session.EnterAsync(cancellationToken);
            var earlier = await new SqlWriters(session.Connection, database.Dialect.OwnSchema)
                .ColumnsAsync(plan.Pipeline, table.Stream.Name, cancellationToken);
            if (earlier is null) return [];
            var existing = await session.ColumnsAsync(new SqlName(database.Dialect.Schema, table.Table), cancellationToken);
            // A table that is not there, be it dropped or renamed, has no column to lose.
            if (existing.Count == 0) return [];
            // Columns that were inferred from records follow the records.
            var stream = await SqlTableSetup.WithInferredAsync(database.Dialect, session, plan, table, existing, cancellationToken);
            return (IReadOnlyList<string>)[.. earlier.Except(stream.Fields.Where(field => field.IsInferred).Select(field => field.Name))];
        });

    public Task<IReadOnlyList<PublishPreview>> PreviewAsync(CancellationToken cancellationToken) =>
        database.Dialect.ExplainedAsync<IReadOnlyList<PublishPreview>>(async () =>
        {
            var previews = new List<PublishPreview>();
            using var turn = await session.EnterAsync(cancellationToken);
            IReadOnlyList<StreamTables> all = [.. Staged().Select(stream => stream.Tables)];
            foreach (var stream in Staged()) previews.Add(await stream.PreviewAsync(session, all, cancellationToken));
            return previews;
        });

    public Task<IReadOnlyList<PublishResult>> PublishAsync(
        Func<PublishResult, Task> beforeCommit, CancellationToken cancellationToken) =>
        database.Dialect.ExplainedAsync(() => PublishStagedAsync(beforeCommit, cancellationToken));

    /// <inheritdoc cref="IComparing.ChangesAsync"/>
    public IAsyncEnumerable<RowChange> ChangesAsync(string table, CancellationToken cancellationToken) =>
        database.Dialect.ExplainedAsync(
            new SqlChanges(session, Staged().First(stream => stream.Tables.Live.Name.Name == table).Tables).ReadAsync(cancellationToken),
            cancellationToken);

    public Task ParkAsync(CancellationToken cancellationToken) =>
        database.Dialect.ExplainedAsync(async () =>
        {
            using var turn = await session.EnterAsync(cancellationToken);
            await new SqlCheckpoints(session, database.Dialect.OwnSchema, plan.Pipeline, plan.Run).ParkAsync(cancellationToken);
            return true;
        });

    public async ValueTask DisposeAsync() => await session.DisposeAsync();

    private async Task<SqlStreamLoad> OpenStreamAsync(TablePlan table, CancellationToken cancellationToken)
    {
        var own = await database.OpenAsync($"{plan.Pipeline} {plan.Run}", cancellationToken);
        try
        {
            var stream = await SqlStreamLoad.OpenAsync(database.Dialect, own, _fence, plan, table, clock, cancellationToken);
            lock (_streams)
            {
                // A merge whose cursor is too old is opened once more, to read everything.
                _streams.RemoveAll(open => open.Tables.Live.Name == stream.Tables.Live.Name);
                _streams.Add(stream);
            }

            return stream;
        }
        catch
        {
            await own.DisposeAsync();
            throw;
        }
    }

    private async Task<IReadOnlyList<PublishResult>> PublishStagedAsync(
        Func<PublishResult, Task> beforeCommit, CancellationToken cancellationToken)
    {
        var results = new List<PublishResult>();
        if (!Staged().Any()) return results;
        using var turn = await session.EnterAsync(cancellationToken);
        await using var transaction = await session.Connection.BeginTransactionAsync(cancellationToken);
        foreach (var stream in Staged()) await _fence.RequireAsync(stream.Tables.Live.Name, session, cancellationToken);
        var declared = SqlTableOrder.ReferredFirst(
            [.. Staged()], stream => stream.Tables.Live.Name.Name, stream => stream.Tables.Plan.References.Values);
        foreach (var stream in declared) await stream.PromoteAsync(session, cancellationToken);
        var (staged, isCircular) = await SqlTableOrder.ReferredFirstAsync(session, declared, stream => stream.Tables.Live.Name, cancellationToken);
        var publishes = isCircular ? await WriteTogetherAsync(staged, cancellationToken) : await WriteAsync(staged, checksDeferred: true, cancellationToken);
        // What is deferred may change rows of any of the tables.
        await database.Dialect.SettleDeferredAsync(session.Connection, cancellationToken);
        foreach (var publish in publishes) results.Add(await publish.FinishAsync(cancellationToken));
        foreach (var result in results) await beforeCommit(result);
        // From here on the new rows are live; a cancellation in between must not leave us in doubt.
        await session.CommitAsync(transaction);
        lock (_streams) _streams.RemoveAll(stream => stream.Tables.Plan.IsStaged);
        return results;
    }

    /// <summary>Writes streams whose rows need each other; where the deferred constraints refuse that, as any others, to find the bad rows.</summary>
    private async Task<List<SqlPublish>> WriteTogetherAsync(List<SqlStreamLoad> staged, CancellationToken cancellationToken)
    {
        List<SqlPublish> publishes = [];
        var refused = await SqlSavepoint.TryAsync(
            session.Connection, async () => publishes = await WriteAsync(staged, checksDeferred: false, cancellationToken), database.Dialect,
            staged[0].Tables.Live.Name, cancellationToken);
        return refused is null ? publishes : await WriteAsync(staged, checksDeferred: true, cancellationToken);
    }

    private async Task<List<SqlPublish>> WriteAsync(List<SqlStreamLoad> staged, bool checksDeferred, CancellationToken cancellationToken)
    {
        var stamp = new RowStamp(plan.Run, clock.GetUtcNow());
        List<SqlPublish> publishes =
        [
            .. staged.Select(stream => new SqlPublish(database.Dialect, session, stream.Tables, stream.Note, plan, stamp)
            {
                WriteBack = stream.WriteBack,
                Together = [.. staged.Select(each => each.Tables)],
                ChecksDeferred = checksDeferred,
            }),
        ];
        foreach (var publish in Enumerable.Reverse(publishes)) await publish.DeleteAsync(cancellationToken);
        foreach (var publish in publishes) await publish.WriteAsync(cancellationToken);
        return publishes;
    }

    private IEnumerable<SqlStreamLoad> Staged() => _streams.Where(stream => stream.Tables.Plan.IsStaged);
}
