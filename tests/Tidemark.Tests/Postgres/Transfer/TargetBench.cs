using Npgsql;
using Tidemark.Connectors.Postgres;
using Tidemark.Connectors.Postgres.Transfer;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Settings;
using Tidemark.Engine.Transfers;
using Xunit;

namespace Tidemark.Tests.Postgres.Transfer;

/// <summary>A database of its own. The target's tables are those of its schema public, the source's rows those of the schema origin.</summary>
internal sealed class TargetBench : IAsyncDisposable
{
    private readonly string _database = $"t_{Guid.NewGuid():N}";
    private readonly List<TransferConnections> _opened = [];
    private TransferConnections? _connections;

    private TargetBench()
    {
    }

    public string Pipeline { get; init; } = "shop";

    public TransferConnections Connections => _connections ??= ConnectionsAs(null);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <param name="tables">CREATE TABLE statements; each is made in both schemas.</param>
    public static async Task<TargetBench> StartAsync(string tables = "")
    {
        var bench = new TargetBench();
        await using var server = await TestPostgres.ConnectAsync("public", Stop);
        await server.ExecuteAsync($"CREATE DATABASE {bench._database}", Stop);
        await bench.RunAsync("CREATE SCHEMA origin");
        foreach (var schema in new[] { "origin", "public" }) await bench.RunAsync($"SET search_path = {schema}; {tables}");
        return bench;
    }

    /// <summary>A table of the schema public whose key is its first column, unless another is given.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="columns">Each with its type.</param>
    /// <param name="key">Names of the columns of its key; empty for none; null for the first one.</param>
    public static TransferTable Table(string name, string[] columns, string[]? key = null)
    {
        var transferred = columns.Select(column => column.Split(' ', 2)).Select(column => new TransferColumn(
            column[0], column[1], column[1] is "integer" or "bigint" ? HashForm.Native : HashForm.Text)).ToList();
        return new(new SqlName("public", name), transferred, key ?? [transferred[0].Name], new Bucketing(BucketKind.Hash, 8)) { HasIdentityAlways = false };
    }

    /// <summary>A connection to the database, as another program has one.</summary>
    public async Task<NpgsqlConnection> ConnectAsync(string name = "another program")
    {
        var connection = await TestPostgres.ConnectAsync("public", Stop, _database);
        await connection.ExecuteAsync($"SET application_name = '{name}'", Stop);
        return connection;
    }

    public async Task RunAsync(string sql)
    {
        await using var connection = await TestPostgres.ConnectAsync("public", Stop, _database);
        await connection.ExecuteAsync(sql, Stop);
    }

    /// <summary>Rows, the columns of each as text with a bar between them.</summary>
    public async Task<IReadOnlyList<string>> RowsAsync(string select)
    {
        await using var connection = await TestPostgres.ConnectAsync("public", Stop, _database);
        await using var command = SqlCommands.Command(connection, $"SELECT array_to_string(array(SELECT value FROM json_each_text(to_json(q))), '|', '-') FROM ({select}) AS q");
        await using var reader = await command.ExecuteReaderAsync(Stop);
        var rows = new List<string>();
        while (await reader.ReadAsync(Stop)) rows.Add(reader.GetString(0));
        return rows;
    }

    /// <summary>The connections of a run, by another user where one is given.</summary>
    public TransferConnections ConnectionsAs(string? user)
    {
        var address = PostgresAddress.Parse(TestPostgres.Url);
        address.Database = _database;
        address.Username = user ?? address.Username;
        var connections = new TransferConnections(new PostgresOptions { Url = new Secret(address.ConnectionString) }, parallel: 4);
        _opened.Add(connections);
        return connections;
    }

    public TransferWrite Write(ApplyMode mode, params TransferTable[] tables) => new(Pipeline, $"r_{Guid.NewGuid():N}", tables, mode) { Triggers = TriggerUse.Fire, UndoRuns = 3 };

    public Task<PostgresTarget> OpenAsync(TransferWrite write, TransferConnections? connections = null, TimeSpan? patience = null) =>
        PostgresTarget.OpenAsync(connections ?? Connections, write, Live(), Stop, patience);

    private TransferRows Live() => new(
        async stop => new TransferLink(await Connections.OpenAsync(stop), (connection, _) => connection.DisposeAsync()), sql => sql.Live, parallel: 2);

    /// <summary>Rows of the source, as COPY sends them.</summary>
    public async Task<Stream> CopyAsync(TransferTable table, string where = "TRUE")
    {
        await using var connection = await TestPostgres.ConnectAsync("public", Stop, _database);
        var copy = $"COPY (SELECT {new TransferSql(table).Columns} FROM {table.Name with { Schema = "origin" }} AS t WHERE {where}) TO STDOUT";
        var bytes = new MemoryStream();
        if (table.InText)
        {
            using var reader = await connection.BeginTextExportAsync(copy, Stop);
            await using var writer = new StreamWriter(bytes, leaveOpen: true);
            await writer.WriteAsync(await reader.ReadToEndAsync(Stop));
        }
        else
        {
            await using var raw = await connection.BeginRawBinaryCopyAsync($"{copy} (FORMAT BINARY)", Stop);
            await raw.CopyToAsync(bytes, Stop);
        }

        bytes.Position = 0;
        return bytes;
    }

    public async Task<long> StageAsync(PostgresTarget target, TransferTable table, RowSelection? rows = null, string where = "TRUE") =>
        await target.StageAsync(table, rows ?? new RowSelection.Blocks(0, null), await CopyAsync(table, where), Stop);

    /// <summary>Transfers tables whole.</summary>
    public async Task<IReadOnlyList<AppliedTable>> TransferAsync(TransferWrite write, TransferConnections? connections = null, params SequenceValue[] sequences)
    {
        await using var target = await OpenAsync(write, connections);
        foreach (var table in write.Tables) await StageAsync(target, table);
        return await target.ApplyAsync(Whole(write, sequences), _ => Task.CompletedTask, Stop);
    }

    public static TransferApply Whole(TransferWrite write, params SequenceValue[] sequences) =>
        new(sequences) { Whole = write.Tables.Select(table => table.Label).ToHashSet(StringComparer.Ordinal) };

    public async ValueTask DisposeAsync()
    {
        foreach (var connections in _opened) await connections.DisposeAsync();
        await using var server = await TestPostgres.ConnectAsync("public", CancellationToken.None);
        await server.ExecuteAsync($"DROP DATABASE {_database} WITH (FORCE)", CancellationToken.None);
    }
}
