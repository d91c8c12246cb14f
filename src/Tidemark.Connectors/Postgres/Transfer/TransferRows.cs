using System.Globalization;
using System.Runtime.CompilerServices;
using Npgsql;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Transfers;

namespace Tidemark.Connectors.Postgres.Transfer;

/// <summary>Rows of tables over connections that are lent, one for each reading.</summary>
/// <param name="lend">Lends a connection with the settings of a transfer.</param>
/// <param name="from">What is read of a table: what the source gives of it, or the table as it is.</param>
/// <param name="parallel">Processes that the server may use for one reading beside the first.</param>
internal sealed class TransferRows(Func<CancellationToken, Task<TransferLink>> lend, Func<TransferSql, string> from, int parallel) : ITransferRows
{
    public async IAsyncEnumerable<BucketDigest> DigestAsync(TransferTable table, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var sql = new TransferSql(table);
        var select =
            $"""
            SELECT d.bucket, count(*), sum(d.hash & 4294967295)::bigint, sum(d.hash >> 32)::bigint
            FROM (SELECT {sql.Bucket} AS bucket, {sql.RowHash} AS hash FROM {from(sql)} {TransferSql.Computed}) AS d GROUP BY d.bucket ORDER BY d.bucket
            """;
        await foreach (var row in ReadAsync(table, select, [], cancellationToken))
            yield return new(row.GetInt64(0), new Checksum(row.GetInt64(1), row.GetInt64(2), row.GetInt64(3)));
    }

    public async IAsyncEnumerable<RowDigest> RowsAsync(
        TransferTable table, IReadOnlyList<long> buckets, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var sql = new TransferSql(table);
        var isRange = table.Buckets.Kind == BucketKind.Range;
        var select =
            $"""
            SELECT {(isRange ? "b.bucket" : sql.Bucket)}, {sql.RowHash}{string.Concat(sql.KeyTexts.Select(text => $", {text}"))}
            FROM {BucketSql.Rows(table, from(sql), buckets)} ORDER BY 1, {sql.KeyOrder}
            """;
        await foreach (var row in ReadAsync(table, select, [], cancellationToken))
            yield return new(row.GetInt64(0), new RowKey([.. table.Key.Select((_, part) => row.GetString(part + 2))]), row.GetInt64(1));
    }

    public async Task<IReadOnlyList<SampledRow>> SampleAsync(TransferTable table, IReadOnlyList<RowKey> keys, CancellationToken cancellationToken)
    {
        if (keys.Count == 0 || !table.HasKey) return [];
        var sql = new TransferSql(table);
        var select =
            $"""
            SELECT k.place{string.Concat(table.Columns.Select(column => $", t.{SqlName.Column(column.Name)}::text"))}
            FROM unnest({string.Join(", ", table.Key.Select((_, part) => $"${part + 1}::text[]"))}) WITH ORDINALITY AS k ({KeySql.Parts(table)}, place)
            JOIN {from(sql)} ON {KeySql.Match(table)} ORDER BY k.place
            """;
        NpgsqlParameter[] parts = [.. table.Key.Select((_, part) => KeySql.Part(keys, part))];
        var found = new List<SampledRow>();
        await foreach (var row in ReadAsync(table, select, parts, cancellationToken))
        {
            var values = table.Columns.Select((_, at) => row.IsDBNull(at + 1) ? null : row.GetString(at + 1));
            found.Add(new(keys[(int)row.GetInt64(0) - 1], [.. values]));
        }

        return found;
    }

    private async IAsyncEnumerable<NpgsqlDataReader> ReadAsync(
        TransferTable table, string select, NpgsqlParameter[] parameters, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var link = await lend(cancellationToken);
        await using var command = new NpgsqlCommand(select, link.Connection);
        command.Parameters.AddRange(parameters);
        var (isWhole, isLeft) = (false, false);
        try
        {
            await using var reader = await TransferErrors.ExplainedAsync(table, async () =>
            {
                await link.Connection.ExecuteAsync(Settings, cancellationToken);
                return await command.ExecuteReaderAsync(cancellationToken);
            });
            try
            {
                while (await TransferErrors.ExplainedAsync(table, () => reader.ReadAsync(cancellationToken)))
                {
                    isLeft = true;
                    yield return reader;
                    isLeft = false;
                }

                isWhole = true;
            }
            finally
            {
                // Closing would read the rest.
                if (isLeft) command.Cancel();
            }
        }
        finally
        {
            if (!isWhole) link.Spoil();
        }
    }

    // A whole reading is one pass: what it groups and sorts should fit, and it may use more than one processor.
    private string Settings => string.Create(CultureInfo.InvariantCulture, $"SET work_mem = '64MB'; SET max_parallel_workers_per_gather = {parallel}");
}
