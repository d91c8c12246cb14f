using Tidemark.Engine.Catalog;
using Tidemark.Engine.Catalog.Sqlite;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Pipeline;
using Tidemark.Engine.Quarantine;
using Tidemark.Engine.Runs;
using Xunit;

namespace Tidemark.Tests.Destinations.Shelves;

/// <summary>Runs syncs from a scripted source onto a shelf.</summary>
internal sealed class ShelfBench : IAsyncDisposable
{
    private readonly TestFolder _folder = new();
    private CatalogDatabase? _catalog;

    public Shelf Shelf { get; } = new();

    public Func<TablePlan, TablePlan> Policy { get; set; } = table => table;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public IDestination OpenDestination() => new ShelfDestination(Shelf, TimeProvider.System);

    public Task<RunResult> MergeAsync(ScriptedSource source) => RunAsync(source, WriteMode.Merge);

    public Task<RunResult> ReplaceAsync(ScriptedSource source) => RunAsync(source, WriteMode.Replace);

    public async Task<RunResult> RunAsync(ScriptedSource source, WriteMode mode)
    {
        _catalog ??= await SqliteCatalog.OpenAsync(_folder.File("home"), Stop);
        var streams = await source.DiscoverAsync(Stop);
        await using var destination = OpenDestination();
        var plans = streams.Select(stream => new StreamPlan(Policy(new TablePlan(stream.Name, stream) { Mode = mode })));
        var plan = new SyncPlan("test", source, destination, [.. plans]) { Mode = mode };
        await using var journal = await new RunQueue(_catalog, TimeProvider.System).BeginAsync(
            new(new SyncRun("test"), new(RunTrigger.Command, null), mode), Stop);
        var end = await new RunShell(TimeProvider.System).RunAsync(
            journal, run => new Sync(plan, run, TimeProvider.System).RunAsync(), RunWatch.None, Stop);
        return end.Result;
    }

    /// <summary>Codes of the reasons in quarantine, sorted.</summary>
    public async Task<IReadOnlyList<string>> QuarantineAsync()
    {
        var entries = await new QuarantineCatalog(_catalog!, TimeProvider.System).ListAsync(new() { Pipeline = "test" }, 1000, Stop).ToListAsync(Stop);
        return [.. entries.Select(entry => entry.Record.Reason.Code).Order(StringComparer.Ordinal)];
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
