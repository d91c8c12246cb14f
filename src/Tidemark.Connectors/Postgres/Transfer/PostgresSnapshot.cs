using Npgsql;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Transfers;

namespace Tidemark.Connectors.Postgres.Transfer;

/// <summary>Tables of a database as they are at one moment, to be compared and copied over several connections. Changes nothing.</summary>
internal sealed class PostgresSnapshot : ITransferSource
{
    private readonly SnapshotConnections _connections;
    private readonly TransferRows _rows;

    private PostgresSnapshot(SnapshotConnections connections, int parallel) =>
        (_connections, _rows) = (connections, new TransferRows(connections.LendAsync, sql => sql.Given, parallel));

    /// <param name="connections">Connections to the database; they outlive the snapshot.</param>
    /// <param name="tables">What is read.</param>
    /// <param name="maskKey">Key of the masks.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    /// <exception cref="TidemarkException"><c>transfer.where_refused</c> (configuration), <c>postgres.locked</c> (transient)…</exception>
    public static async Task<PostgresSnapshot> OpenAsync(
        TransferConnections connections, IReadOnlyList<TransferTable> tables, ReadOnlyMemory<byte> maskKey, CancellationToken cancellationToken)
    {
        foreach (var table in tables)
        {
            if (table.Where is not null && ConditionText.Mistake(table.Where) is { } mistake) throw TransferErrors.Refused(table, mistake);
        }

        var snapshot = new PostgresSnapshot(await SnapshotConnections.OpenAsync(connections, tables, maskKey, cancellationToken), connections.Parallel);
        try
        {
            foreach (var table in tables.Where(table => table.Where is not null)) await snapshot.TryAsync(table, cancellationToken);
            return snapshot;
        }
        catch
        {
            await snapshot.DisposeAsync();
            throw;
        }
    }

    public IAsyncEnumerable<BucketDigest> DigestAsync(TransferTable table, CancellationToken cancellationToken) => _rows.DigestAsync(table, cancellationToken);

    public IAsyncEnumerable<RowDigest> RowsAsync(TransferTable table, IReadOnlyList<long> buckets, CancellationToken cancellationToken) =>
        _rows.RowsAsync(table, buckets, cancellationToken);

    public Task<IReadOnlyList<SampledRow>> SampleAsync(TransferTable table, IReadOnlyList<RowKey> keys, CancellationToken cancellationToken) =>
        _rows.SampleAsync(table, keys, cancellationToken);

    public Task<IReadOnlyList<RowSelection>> PartsAsync(TransferTable table, CancellationToken cancellationToken) =>
        AskAsync(table, connection => TransferParts.ReadAsync(connection, table, cancellationToken), cancellationToken);

    public Task<IReadOnlyList<SequenceValue>> SequencesAsync(CancellationToken cancellationToken) =>
        AskAsync(null, connection => TransferSequences.ReadAsync(connection, cancellationToken), cancellationToken);

    public async Task<Stream> CopyAsync(TransferTable table, RowSelection rows, CancellationToken cancellationToken)
    {
        var sql = new TransferSql(table);
        var from = rows switch
        {
            RowSelection.Blocks part => sql.GivenWhere(TransferParts.Condition(part)),
            RowSelection.Buckets buckets => BucketSql.Rows(table, sql.Given, buckets.Numbers),
            _ => $"{KeySql.OfSettings(table)} JOIN {sql.Given} ON {KeySql.Match(table)}",
        };
        var columns = string.Join(", ", table.Columns.Select(column => $"t.{SqlName.Column(column.Name)}"));
        var link = await _connections.LendAsync(cancellationToken);
        return await TransferCopy.BeginAsync(table, link, $"SELECT {columns} FROM {from}", (rows as RowSelection.Keys)?.Of, cancellationToken);
    }

    public ValueTask DisposeAsync() => _connections.DisposeAsync();

    /// <summary>Lets the server read a condition as one statement, which COPY would not ask for.</summary>
    private Task<object?> TryAsync(TransferTable table, CancellationToken cancellationToken) =>
        AskAsync(table, async connection =>
        {
            // With a parameter, the driver passes the text on as it is, and the server takes one statement alone.
            await using var command = new NpgsqlCommand($"SELECT 1 FROM {new TransferSql(table).Given} LIMIT $1", connection) { Parameters = { new() { Value = 0L } } };
            return await command.ExecuteScalarAsync(cancellationToken);
        }, cancellationToken);

    private async Task<T> AskAsync<T>(TransferTable? table, Func<NpgsqlConnection, Task<T>> ask, CancellationToken cancellationToken)
    {
        await using var link = await _connections.LendAsync(cancellationToken);
        try
        {
            return await TransferErrors.ExplainedAsync(table, () => ask(link.Connection));
        }
        catch
        {
            link.Spoil();
            throw;
        }
    }
}
