using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Npgsql;
using Tidemark.Connectors.Postgres;
using Tidemark.Connectors.Postgres.Transfer;
using Tidemark.Connectors.Postgres.Transfer.Replacing;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Settings;
using Tidemark.Engine.Transfers;

namespace Tidemark.Benchmarks;

/// <summary>The shop's tables as a transfer reads them, with a checksum of each that is taken beside its copy.</summary>
internal sealed class ShopSource(PostgresSnapshot snapshot)
{
    public static readonly string[] Tables = ["customers", "products", "orders", "order_lines"];

    private readonly ConcurrentDictionary<string, Checksum> _checksums = new(StringComparer.Ordinal);

    /// <summary>Replaces the target's tables by the source's, and requires that they are equal.</summary>
    /// <returns>Seconds.</returns>
    public static async Task<double> TransferAsync(Settings settings)
    {
        // Copies and checksums of the source go on at the same time.
        await using var from = new TransferConnections(new PostgresOptions { Url = new Secret(settings.From!) }, 2 * settings.Parallel);
        await using var to = new TransferConnections(new PostgresOptions { Url = new Secret(settings.To!) }, settings.Parallel);
        var watch = Stopwatch.StartNew();
        var tables = await DescribeAsync(from);
        await using var snapshot = await PostgresSnapshot.OpenAsync(from, tables, default, CancellationToken.None);
        var source = new ShopSource(snapshot);
        var apply = new TransferApply(await snapshot.SequencesAsync(CancellationToken.None)) { Expected = source._checksums };
        await new PostgresReplace(to, new TransferWrite("bench", "r-bench", tables, ApplyMode.Replace)).ReplaceAsync(
            apply, table => source.ReadAsync(table), Require, CancellationToken.None);
        return watch.Elapsed.TotalSeconds;
    }

    private static Task Require(IReadOnlyList<AppliedTable> applied) => applied.All(table => table.Expected == table.Found && table.Found.Rows > 0)
        ? Task.CompletedTask : throw new InvalidOperationException("The target does not have the rows of the source.");

    private async IAsyncEnumerable<Stream> ReadAsync(TransferTable table, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var checksum = Task.Run(() => ChecksumAsync(table, cancellationToken), cancellationToken);
        foreach (var part in await snapshot.PartsAsync(table, cancellationToken)) yield return await snapshot.CopyAsync(table, part, cancellationToken);
        _checksums[table.Label] = await checksum;
    }

    private async Task<Checksum> ChecksumAsync(TransferTable table, CancellationToken cancellationToken)
    {
        var sum = default(Checksum);
        await foreach (var bucket in snapshot.DigestAsync(table, cancellationToken)) sum += bucket.Rows;
        return sum;
    }

    private static async Task<List<TransferTable>> DescribeAsync(TransferConnections connections)
    {
        await using var connection = await connections.OpenAsync(CancellationToken.None);
        var tables = new List<TransferTable>();
        foreach (var name in Tables) tables.Add(await DescribeAsync(connection, name));
        return tables;
    }

    private static async Task<TransferTable> DescribeAsync(NpgsqlConnection connection, string name)
    {
        var columns = new List<TransferColumn>();
        await using (var command = SqlCommands.Command(
            connection, "SELECT attname::text, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = @name::regclass AND attnum > 0 ORDER BY attnum", ("name", name)))
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
                columns.Add(new(reader.GetString(0), reader.GetString(1), reader.GetString(1) is "order_state" or "jsonb" ? HashForm.Text : HashForm.Native));
        }

        var rows = await connection.CountAsync("SELECT reltuples::bigint FROM pg_class WHERE oid = @name::regclass", CancellationToken.None, ("name", name));
        return new(new SqlName("public", name), columns, [columns[0].Name], new(BucketKind.Hash, 1)) { EstimatedRows = rows };
    }
}
