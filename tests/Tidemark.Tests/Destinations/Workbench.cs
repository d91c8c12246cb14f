using System.Data.Common;
using System.Globalization;
using Tidemark.Connectors;
using Tidemark.Connectors.Postgres;
using Tidemark.Connectors.Sqlite;
using Tidemark.Engine.Catalog;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Pipeline;
using Tidemark.Engine.Runs;
using Xunit;

namespace Tidemark.Tests.Destinations;

/// <summary>Runs syncs from a scripted source into a real database and looks at the database from outside.</summary>
public abstract class Workbench : IAsyncDisposable
{
    private readonly TestFolder _folder = new();
    private RunStore? _runs;
    private CatalogDatabase? _catalog;

    public string Folder => _folder.Path;

    /// <summary>Policy that the next run goes by.</summary>
    public Func<TablePlan, TablePlan> Policy { get; set; } = table => table;

    public Func<SyncPlan, SyncPlan> Limits { get; set; } = plan => plan;

    /// <summary>The one clock of all that happens here: runs, rows, backups.</summary>
    internal TimeProvider Clock { get; init; } = TimeProvider.System;

    public abstract IDestination OpenDestination();

    public abstract Task<DbConnection> ConnectAsync();

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    public Task<RunResult> MergeAsync(ScriptedSource source) => RunAsync(source, WriteMode.Merge, Stop);

    public Task<RunResult> ReplaceAsync(ScriptedSource source) => RunAsync(source, WriteMode.Replace, Stop);

    public async Task<RunResult> RunAsync(ScriptedSource source, WriteMode mode, CancellationToken cancellationToken)
    {
        _catalog ??= await CatalogDatabase.OpenAsync(_folder.File("home"), Stop);
        _runs ??= new RunStore(_catalog, Clock);
        var streams = await source.DiscoverAsync(Stop);
        await using var destination = OpenDestination();
        var tables = streams.Select(stream => Policy(new TablePlan(stream.Name, stream) { Mode = mode, UndoRuns = 10 })).ToList();
        var plan = Limits(new SyncPlan("test", source, destination, tables) { Mode = mode });
        await using var journal = await _runs.StartAsync("test", mode, "test", [], Stop);
        return await new Sync(Clock).RunAsync(plan, journal, _ => { }, cancellationToken);
    }

    public Task<RunResult> UndoAsync(RunResult run) => UndoAsync(run.Run);

    /// <summary>Takes a run of any kind back, by its id.</summary>
    public async Task<RunResult> UndoAsync(string id)
    {
        var run = await _runs!.FindAsync(id, Stop);
        await using var destination = OpenDestination();
        await using var journal = await _runs.StartAsync("test", run.Result.Mode, Undo.Cause + id, run.Result.Streams, Stop);
        return await new Undo(Clock).RunAsync(destination, run, journal, Stop);
    }

    public async Task<IReadOnlyList<QuarantineEntry>> QuarantineAsync() =>
        await new Quarantine(_catalog!, Clock).ListAsync(new() { Pipeline = "test" }, 1000, Stop).ToListAsync(Stop);

    /// <summary>Looks at what a run left, with the policy that is set.</summary>
    public Task<Verification> VerifyAsync(ScriptedSource source, RunResult run) => VerifyAsync(source, run.Run);

    public async Task<Verification> VerifyAsync(ScriptedSource source, string id)
    {
        var runs = await _runs!.ListAsync(1000, null, Stop);
        var at = runs.Single(each => each.Id == id);
        await using var destination = OpenDestination();
        var streams = await source.DiscoverAsync(Stop);
        var tables = streams.Select(stream => Policy(new TablePlan(stream.Name, stream))).ToList();
        return await new RunVerifier(destination, tables, runs).VerifyAsync(at, Stop);
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var connection = await ConnectAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(Stop);
    }

    /// <summary>Rows as text: columns parted by a bar, null as an empty text.</summary>
    public async Task<IReadOnlyList<string>> QueryAsync(string sql)
    {
        await using var connection = await ConnectAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync(Stop);
        var rows = new List<string>();
        while (await reader.ReadAsync(Stop))
        {
            rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(at =>
                Convert.ToString(reader.GetValue(at), CultureInfo.InvariantCulture))));
        }

        return rows;
    }

    public virtual ValueTask DisposeAsync()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}

public sealed class PostgresWorkbench : Workbench
{
    public string Schema { get; } = "t_" + Guid.NewGuid().ToString("N");

    public override IDestination OpenDestination() =>
        new PostgresConnector().OpenDestination(
            BoundSettings.Of(new PostgresOptions { Url = new Secret($"{TestPostgres.Url}?application_name={Schema}"), Schema = Schema }),
            Clock);

    public override async Task<DbConnection> ConnectAsync() => await TestPostgres.ConnectAsync(Schema, Stop);

    public override async ValueTask DisposeAsync()
    {
        await ExecuteAsync($"DROP SCHEMA IF EXISTS {Schema} CASCADE");
        await base.DisposeAsync();
    }
}

public sealed class SqliteWorkbench : Workbench
{
    public string File => Path.Combine(Folder, "data.db");

    public override IDestination OpenDestination() =>
        new SqliteConnector().OpenDestination(
            BoundSettings.Of(new SqliteOptions { Path = File }), Clock);

    public override async Task<DbConnection> ConnectAsync()
    {
        var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={File};Pooling=False");
        await connection.OpenAsync(Stop);
        return connection;
    }
}
