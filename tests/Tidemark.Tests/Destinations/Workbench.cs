using Shouldly;
using Tidemark.Engine.Catalog;
using Tidemark.Engine.Catalog.Sqlite;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Pipeline;
using Tidemark.Engine.Pipeline.Comparing;
using Tidemark.Engine.Quarantine;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Secrets;
using Xunit;

namespace Tidemark.Tests.Destinations;

/// <summary>Runs syncs from a scripted source into a real database and looks at the database from outside.</summary>
public abstract class Workbench : IAsyncDisposable
{
    private readonly TestFolder _folder = new();
    private RunStore? _runs;
    private RunQueue? _queue;
    private CatalogDatabase? _catalog;

    public string Folder => _folder.Path;

    /// <summary>Policy that the next run goes by.</summary>
    public Func<TablePlan, TablePlan> Policy { get; set; } = table => table;

    public Func<SyncPlan, SyncPlan> Limits { get; set; } = plan => plan;

    /// <summary>The one clock of all that happens here: runs, rows, backups.</summary>
    internal TimeProvider Clock { get; init; } = TimeProvider.System;

    public abstract IDestination OpenDestination();

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    public Task<RunResult> MergeAsync(ScriptedSource source) => RunAsync(source, WriteMode.Merge, Stop);

    public Task<RunResult> ReplaceAsync(ScriptedSource source) => RunAsync(source, WriteMode.Replace, Stop);

    public async Task<RunResult> RunAsync(ScriptedSource source, WriteMode mode, CancellationToken cancellationToken)
    {
        _catalog ??= await SqliteCatalog.OpenAsync(_folder.File("home"), Stop);
        var samples = new RunSamples(_catalog, new SecretVault(_catalog, new HomeFolder(_folder.File("home")), givenKey: null), Clock);
        _runs ??= new RunStore(_catalog, Clock) { Samples = samples };
        _queue ??= new RunQueue(_catalog, Clock) { Samples = samples };
        var streams = await source.DiscoverAsync(Stop);
        await using var destination = OpenDestination();
        var plans = streams.Select(stream => new StreamPlan(Policy(new TablePlan(stream.Name, stream) { Mode = mode, UndoRuns = 10 })));
        var plan = Limits(new SyncPlan("test", source, destination, [.. plans]) { Mode = mode });
        return await CarryOutAsync(
            new SyncRun("test"), mode, run =>
            {
                run.Watch(destination);
                return new Sync(plan, run, Clock).RunAsync();
            }, cancellationToken);
    }

    public Task<RunResult> UndoAsync(RunResult run) => UndoAsync(run.Run);

    /// <summary>Takes a run of any kind back, by its id.</summary>
    public async Task<RunResult> UndoAsync(string id)
    {
        var run = await _runs!.FindAsync(id, Stop);
        await using var destination = OpenDestination();
        return await CarryOutAsync(
            new UndoRun("test", id), run.Result.Mode, undo => new Undo(destination.Undoing(), run, undo).RunAsync(), Stop);
    }

    /// <summary>What taking a run back would come to.</summary>
    public async Task<IReadOnlyList<UndoneTable>> TryUndoAsync(RunResult run)
    {
        await using var destination = OpenDestination();
        var planning = await UndoPlanning.OfAsync(destination.Undoing(), await _runs!.FindAsync(run.Run, Stop), "r-trial", Stop);
        return await destination.Undoing().UndoAsync(planning.Plan with { IsTrial = true }, Stop);
    }

    /// <summary>The rows that a run changed, by its id.</summary>
    public async Task<ToldTable> TouchedAsync(string id, int limit = 100)
    {
        await using var destination = OpenDestination();
        return (await TouchedRows.OfAsync(destination.Undoing(), await _runs!.FindAsync(id, Stop), stream: null, limit, Stop)).ShouldHaveSingleItem();
    }

    private async Task<RunResult> CarryOutAsync(
        RunRequest request, WriteMode mode, Func<RunContext, Task<RunStatus>> work, CancellationToken cancellationToken)
    {
        await using var journal = await _queue!.BeginAsync(new(request, new(RunTrigger.Command, null), mode), Stop);
        return (await new RunShell(Clock).RunAsync(journal, work, RunWatch.None, cancellationToken)).Result;
    }

    public async Task<IReadOnlyList<QuarantineEntry>> QuarantineAsync() =>
        await new QuarantineCatalog(_catalog!, Clock).ListAsync(new() { Pipeline = "test" }, 1000, Stop).ToListAsync(Stop);

    /// <summary>Messages of a run's log.</summary>
    public async Task<IReadOnlyList<string>> LogAsync(RunResult run) =>
        [.. (await new RunHistory(_catalog!).LogsAsync(run.Run, 0, 1000, Stop)).Select(line => line.Message)];

    /// <summary>Looks at what a run left, with the policy that is set.</summary>
    public Task<Verification> VerifyAsync(ScriptedSource source, RunResult run) => VerifyAsync(source, run.Run);

    public async Task<Verification> VerifyAsync(ScriptedSource source, string id)
    {
        var at = await _runs!.FindAsync(id, Stop);
        await using var destination = OpenDestination();
        var streams = await source.DiscoverAsync(Stop);
        var tables = streams.Select(stream => Policy(new TablePlan(stream.Name, stream))).ToList();
        return await new RunVerifier(destination, tables, new LaterRuns(_catalog!, at)).VerifyAsync(at, Stop);
    }

    /// <summary>
    /// Rows as text, sorted: columns parted by a bar, null as an empty text. Every column where none is named, the first
    /// one being the key.
    /// </summary>
    public abstract Task<IReadOnlyList<string>> RowsAsync(string table, params string[] columns);

    /// <summary>As the other, of the rows that have a value in a column; null for those that have none.</summary>
    public abstract Task<IReadOnlyList<string>> RowsAsync(string table, (string Column, object? Value) where, params string[] columns);

    public abstract Task<int> CountAsync(string table);

    public abstract Task<int> CountAsync(string table, (string Column, object? Value) where);

    /// <summary>Changes rows as a person or an application would. Values may be given as text, whatever the column holds.</summary>
    public abstract Task ChangeByHandAsync(
        string table, (string Column, object? Value) where, params (string Column, object? Value)[] values);

    public abstract Task ChangeAllByHandAsync(string table, params (string Column, object? Value)[] values);

    public abstract Task InsertAsync(string table, params (string Column, object? Value)[] values);

    public abstract Task DeleteAsync(string table, (string Column, object? Value) where);

    public abstract Task DeleteAllAsync(string table);

    public abstract Task DropAsync(string table);

    public abstract Task RenameAsync(string table, string name);

    /// <summary>Adds a column of text that the application owns.</summary>
    public abstract Task AddColumnAsync(string table, string column);

    public abstract Task DropColumnAsync(string table, string column);

    public abstract Task MakeUniqueAsync(string table, string column);

    /// <summary>Makes a table of the application's own, of text; the first column is the key.</summary>
    public abstract Task MakeTableAsync(string table, params string[] columns);

    /// <summary>Makes a table with the key id that refuses rows whose number is not below a limit.</summary>
    public abstract Task MakeLimitedTableAsync(string table, string number, int below);

    /// <summary>Lets such a table take every row; those that are there stay.</summary>
    public abstract Task LiftLimitAsync(string table);

    public virtual ValueTask DisposeAsync()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
