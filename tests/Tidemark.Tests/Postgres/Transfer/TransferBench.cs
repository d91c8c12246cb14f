using Npgsql;
using Tidemark.Connectors.Postgres;
using Tidemark.Connectors.Postgres.Transfer;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Settings;
using Tidemark.Engine.Transfers;
using Xunit;

namespace Tidemark.Tests.Postgres.Transfer;

/// <summary>Two databases of their own, the ends of a transfer.</summary>
internal sealed class TransferBench : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _open = [];

    private TransferBench(string id) => (Source, Target) = ($"{id}_source", $"{id}_target");

    /// <summary>Name of the source's database.</summary>
    public string Source { get; }

    /// <summary>Name of the target's database.</summary>
    public string Target { get; }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static async Task<TransferBench> StartAsync()
    {
        var bench = new TransferBench("t_" + Guid.NewGuid().ToString("N"));
        foreach (var database in new[] { bench.Source, bench.Target }) await ExecuteAsync(null, $"CREATE DATABASE {database}");
        return bench;
    }

    /// <summary>The same at both ends.</summary>
    public async Task BothAsync(string sql)
    {
        await AtSourceAsync(sql);
        await AtTargetAsync(sql);
    }

    public Task AtSourceAsync(string sql) => ExecuteAsync(Source, sql);

    public Task AtTargetAsync(string sql) => ExecuteAsync(Target, sql);

    /// <summary>Connections to one of the databases, with the settings of a transfer.</summary>
    public TransferConnections Connections(string database, int parallel = 3, string? role = null)
    {
        var address = PostgresAddress.Parse(TestPostgres.Url);
        address.Database = database;
        if (role is not null) address.Options = $"-c role={role}";
        var connections = new TransferConnections(new PostgresOptions { Url = new Secret(address.ConnectionString) }, parallel);
        _open.Add(connections);
        return connections;
    }

    /// <summary>The source as it is now.</summary>
    public Task<PostgresSnapshot> SnapshotAsync(params TransferTable[] tables) => SnapshotAsync(Connections(Source), tables);

    public async Task<PostgresSnapshot> SnapshotAsync(TransferConnections connections, params TransferTable[] tables)
    {
        var snapshot = await PostgresSnapshot.OpenAsync(connections, tables, new byte[] { 1, 2, 3 }, Stop);
        _open.Add(snapshot);
        return snapshot;
    }

    /// <summary>The target's tables as they are.</summary>
    public TransferRows Live() => new(LendOwn(Connections(Target)), sql => sql.Live, 2);

    /// <summary>What is different in a table.</summary>
    public async Task<(TableDifference Difference, List<RowDifference> Rows)> CompareAsync(TransferTable table)
    {
        await using var snapshot = await SnapshotAsync(table);
        var comparison = new TransferComparison(snapshot, Live());
        var difference = await comparison.CompareAsync(table, Stop);
        var batches = await comparison.RowsAsync(difference, Stop).ToListAsync(Stop);
        return (difference, [.. batches.SelectMany(batch => batch.Rows)]);
    }

    /// <summary>One value of a query.</summary>
    public static async Task<string> AskAsync(string database, string sql)
    {
        await using var connection = await TestPostgres.ConnectAsync("public", Stop, database);
        await using var command = new NpgsqlCommand(sql, connection);
        return Convert.ToString(await command.ExecuteScalarAsync(Stop), System.Globalization.CultureInfo.InvariantCulture) ?? "";
    }

    /// <summary>Writes the bytes of a copy into the target's table.</summary>
    public async Task WriteAsync(TransferTable table, Stream copy)
    {
        await using var connection = await TestPostgres.ConnectAsync("public", Stop, Target);
        var into = $"COPY {table.Name} ({new TransferSql(table).Columns}) FROM STDIN";
        if (!table.InText)
        {
            await using var raw = await connection.BeginRawBinaryCopyAsync($"{into} (FORMAT binary)", Stop);
            await copy.CopyToAsync(raw, Stop);
            return;
        }

        await using var text = await connection.BeginTextImportAsync(into, Stop);
        using var letters = new StreamReader(copy);
        await text.WriteAsync(await letters.ReadToEndAsync(Stop));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var open in Enumerable.Reverse(_open)) await open.DisposeAsync();
        foreach (var database in new[] { Source, Target }) await ExecuteAsync(null, $"DROP DATABASE {database} WITH (FORCE)");
    }

    /// <summary>A table that is written by hand, as the planner would.</summary>
    public static TransferTable Table(string name, string key, Bucketing buckets, params (string Name, string Type)[] columns) => new(
        new SqlName("public", name), [.. columns.Select(column => new TransferColumn(column.Name, column.Type, HashForm.Native))],
        key.Split(',', StringSplitOptions.RemoveEmptyEntries), buckets);

    private static Func<CancellationToken, Task<TransferLink>> LendOwn(TransferConnections connections) =>
        async cancellationToken => new TransferLink(await connections.OpenAsync(cancellationToken), (connection, _) => connection.DisposeAsync());

    private static async Task ExecuteAsync(string? database, string sql)
    {
        await using var connection = await TestPostgres.ConnectAsync("public", CancellationToken.None, database);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }
}
