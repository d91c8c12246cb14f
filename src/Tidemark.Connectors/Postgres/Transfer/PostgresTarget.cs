using Npgsql;
using Tidemark.Connectors.Postgres.Transfer.Replacing;
using Tidemark.Connectors.Postgres.Transfer.Writing;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Transfers;

namespace Tidemark.Connectors.Postgres.Transfer;

/// <summary>The tables of a PostgreSQL database that a transfer writes.</summary>
internal sealed class PostgresTarget : ITransferTarget
{
    private readonly TransferConnections _connections;
    private readonly TransferWrite _write;
    private readonly TransferSession _session;
    private readonly ITransferRows _live;
    private readonly IReadOnlyList<StagedTable> _staged;

    private PostgresTarget(
        TransferConnections connections, TransferWrite write, TransferSession session, ITransferRows live, IReadOnlyList<StagedTable> staged) =>
        (_connections, _write, _session, _live, _staged) = (connections, write, session, live, staged);

    /// <param name="connections">Connections to the database; they outlive the target.</param>
    /// <param name="write">What is written, and how.</param>
    /// <param name="live">Reads the tables as they are.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    /// <param name="patience">How long a lock is waited for that another program holds; null for a minute.</param>
    /// <exception cref="TidemarkException"><c>destination.in_use</c> (transient): another run writes one of the tables.</exception>
    public static async Task<PostgresTarget> OpenAsync(
        TransferConnections connections, TransferWrite write, ITransferRows live, CancellationToken cancellationToken, TimeSpan? patience = null)
    {
        var session = patience is { } given ? new TransferSession(connections) { Patience = given } : new TransferSession(connections);
        try
        {
            await session.LockAsync(write.Tables.Select(table => table.Name), cancellationToken);
            var staged = await session.UseAsync(connection => StagingArea.OpenAsync(connection, write, cancellationToken), cancellationToken);
            // What a replace that was interrupted has left undone.
            var problems = await new PostgresReplace(connections, write).RepairAsync(provesRows: true, cancellationToken);
            if (problems.Count > 0 && write.Mode != ApplyMode.Replace) throw TidemarkException.ForAll(problems);
            return new PostgresTarget(connections, write, session, live, staged);
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    public IAsyncEnumerable<BucketDigest> DigestAsync(TransferTable table, CancellationToken cancellationToken) => _live.DigestAsync(table, cancellationToken);

    public IAsyncEnumerable<RowDigest> RowsAsync(TransferTable table, IReadOnlyList<long> buckets, CancellationToken cancellationToken) =>
        _live.RowsAsync(table, buckets, cancellationToken);

    public Task<IReadOnlyList<SampledRow>> SampleAsync(TransferTable table, IReadOnlyList<RowKey> keys, CancellationToken cancellationToken) =>
        _live.SampleAsync(table, keys, cancellationToken);

    public async Task<long> StageAsync(TransferTable table, RowSelection rows, Stream copy, CancellationToken cancellationToken)
    {
        var staged = StagedOf(table);
        if (rows is RowSelection.Keys && !staged.IsIndexed)
        {
            await InTransactionAsync(staged, connection => StagingArea.IndexAsync(connection, staged, cancellationToken), cancellationToken);
            staged.IsIndexed = true;
        }

        var overlaps = staged.MayOverlap(rows);
        return await InTransactionAsync(
            staged,
            async connection =>
            {
                if (overlaps) await StagingArea.ClearAsync(connection, staged, rows, cancellationToken);
                var count = await CopyAsync(connection, staged, table.InText, copy, cancellationToken);
                await StagingArea.NoteAsync(connection, staged, rows, count, cancellationToken);
                return count;
            },
            cancellationToken);
    }

    public IAsyncEnumerable<BucketDigest> StagedAsync(TransferTable table, CancellationToken cancellationToken)
    {
        var staged = StagedOf(table);
        return new TransferRows(_session.LendAsync, _ => $"{staged.Rows} AS t", _connections.Parallel).DigestAsync(table, cancellationToken);
    }

    public async Task DropStagedAsync(TransferTable table, IReadOnlyList<long>? buckets, CancellationToken cancellationToken)
    {
        var staged = StagedOf(table);
        await InTransactionAsync(staged, connection => StagingArea.ForgetAsync(connection, staged, buckets, cancellationToken), cancellationToken);
        if (buckets is null) staged.Empty();
    }

    /// <remarks>
    /// Rows of a table without a key have none to be noted by: of a mirror's copied buckets, those are deleted that the source does not have.
    /// </remarks>
    public Task StageDeletesAsync(TransferTable table, IReadOnlyList<RowKey> keys, CancellationToken cancellationToken)
    {
        var staged = StagedOf(table);
        return InTransactionAsync(staged, connection => StagingArea.NoteGoneAsync(connection, staged, keys, cancellationToken), cancellationToken);
    }

    public async Task<IReadOnlyList<AppliedTable>> ApplyAsync(
        TransferApply apply, Func<IReadOnlyList<AppliedTable>, Task> beforeCommit, CancellationToken cancellationToken)
    {
        // The planner must know how many rows are kept aside; nobody need wait for that.
        await _session.UseAsync(
            connection => connection.ExecuteAsync($"ANALYZE {string.Join(", ", _staged.SelectMany(staged => new[] { staged.Rows, staged.Gone }))}", cancellationToken), cancellationToken);
        var applied = await _session.WriteAsync(
            [.. _write.Tables.Select(table => table.Name)],
            async connection =>
            {
                var tables = await new TransferApplying(connection, _write, _staged).RunAsync(apply, cancellationToken);
                await beforeCommit(tables);
                return tables;
            },
            isTrial: false, cancellationToken);
        await AnalyzeAsync(applied, cancellationToken);
        return applied;
    }

    public Task<IReadOnlyList<AppliedTable>> ReplaceAsync(
        TransferApply apply, Func<TransferTable, IAsyncEnumerable<Stream>> parts, Func<IReadOnlyList<AppliedTable>, Task> beforeCommit,
        CancellationToken cancellationToken) =>
        new PostgresReplace(_connections, _write).ReplaceAsync(apply, parts, beforeCommit, cancellationToken);

    public ValueTask DisposeAsync() => _session.DisposeAsync();

    private static async Task<long> CopyAsync(NpgsqlConnection connection, StagedTable staged, bool isText, Stream copy, CancellationToken cancellationToken)
    {
        try
        {
            return await CopyIn.RunAsync(connection, $"{staged.Rows} ({staged.Sql.Columns})", isText, copy, cancellationToken);
        }
        catch (PostgresException refused) when (PostgresErrors.RowProblem(refused, staged.Table.Label) is { } problem)
        {
            throw new TidemarkException(FailureKind.Configuration, "transfer.rows_refused", $"The target cannot hold a row of {staged.Table.Label}. PostgreSQL says: {refused.MessageText}", refused)
            {
                Hint = "Give the column at the target a type that holds the source's values.",
                Problems = [problem with { Columns = PostgresErrors.CopiedColumn(refused.Where) is { } column ? [column] : [] }],
            };
        }
    }

    private StagedTable StagedOf(TransferTable table) => _staged.First(staged => staged.Table.Name == table.Name);

    private Task<T> InTransactionAsync<T>(StagedTable staged, Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellationToken) => _session.UseAsync(
        async connection =>
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await _session.RequireAsync([staged.Table.Name], connection, cancellationToken);
            var result = await work(connection);
            cancellationToken.ThrowIfCancellationRequested();
            await transaction.CommitAsync(CancellationToken.None);
            return result;
        },
        cancellationToken);

    /// <summary>Without statistics, the first hour with the new rows is slow. The rows are in, whatever comes of it.</summary>
    private async Task AnalyzeAsync(IReadOnlyList<AppliedTable> applied, CancellationToken cancellationToken)
    {
        var written = applied.Where(table => table.Created + table.Updated + table.Deleted > 0).Select(table => table.Table.Name).ToList();
        if (written.Count == 0) return;
        try
        {
            await _session.UseAsync(
                connection => connection.ExecuteAsync($"SET lock_timeout = '{PostgresDatabase.ShortLockSeconds}s'; ANALYZE {string.Join(", ", written)}", cancellationToken), cancellationToken);
        }
        catch (Exception failure) when (failure is TidemarkException or OperationCanceledException)
        {
            // The server makes statistics by itself too, later.
        }
    }
}
