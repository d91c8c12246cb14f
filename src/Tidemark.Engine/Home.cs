using Tidemark.Engine.Backup;
using Tidemark.Engine.Catalog;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Pipeline;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Secrets;

namespace Tidemark.Engine;

/// <summary>
/// One Tidemark: its catalog and its folder, the connectors there are, and the operations that every door (command line,
/// API, page) calls.
/// </summary>
public sealed class Home : IAsyncDisposable
{
    private readonly CatalogDatabase _database;
    private readonly TimeProvider _clock;

    private Home(CatalogDatabase database, HomeFolder folder, string? key, ConnectorCatalog connectors, TimeProvider clock)
    {
        (_database, _clock) = (database, clock);
        Connectors = connectors;
        Secrets = new SecretVault(database, folder, key);
        Definitions = new DefinitionCatalog(database, Secrets, connectors, clock);
        Runs = new RunStore(database, clock);
        History = new RunHistory(database);
        Quarantine = new Quarantine(database, clock);
        Planner = new SyncPlanner(Definitions, connectors, clock);
        Backups = new Backups(folder, Definitions, Planner, Runs, clock);
    }

    public ConnectorCatalog Connectors { get; }

    public DefinitionCatalog Definitions { get; }

    public SecretVault Secrets { get; }

    public RunStore Runs { get; }

    public RunHistory History { get; }

    public Quarantine Quarantine { get; }

    public Backups Backups { get; }

    private SyncPlanner Planner { get; }

    /// <summary>Opens the catalog, which is made where it is missing.</summary>
    /// <param name="options">Its address and the folder.</param>
    /// <param name="connectors">The connectors there are.</param>
    /// <param name="clock">Where "now" comes from.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    /// <exception cref="TidemarkException">What the catalog says, e.g. <c>catalog.newer</c>, <c>catalog.address_invalid</c>.</exception>
    public static Task<Home> OpenAsync(
        HomeOptions options, ConnectorCatalog connectors, TimeProvider clock, CancellationToken cancellationToken) =>
        OpenAsync(options, makes: true, connectors, clock, cancellationToken);

    /// <summary>Opens the catalog that is there, for those who would not make one.</summary>
    /// <inheritdoc cref="OpenAsync(HomeOptions, ConnectorCatalog, TimeProvider, CancellationToken)"/>
    /// <exception cref="TidemarkException"><c>home.unknown</c> (usage), and as for opening.</exception>
    public static Task<Home> OpenExistingAsync(
        HomeOptions options, ConnectorCatalog connectors, TimeProvider clock, CancellationToken cancellationToken) =>
        OpenAsync(options, makes: false, connectors, clock, cancellationToken);

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    /// <summary>Plans, checks and runs a sync.</summary>
    /// <exception cref="TidemarkException">Before anything was written: settings, reachability, another run. Afterwards
    /// the result says what went wrong.</exception>
    public async Task<RunResult> SyncAsync(
        SyncRequest request, Action<IReadOnlyList<StreamFigures>> progress, CancellationToken cancellationToken)
    {
        var plan = await Planner.PlanAsync(request, cancellationToken);
        await using var source = plan.Source;
        await using var destination = plan.Destination;
        if (plan is { Mode: WriteMode.Refresh, IsDryRun: false })
            plan = plan with { Backup = await Backups.PlanAsync(request.Pipeline, plan.Tables, cancellationToken) };
        await using var journal = await Runs.StartAsync(
            plan.Pipeline, plan.Mode, request.Cause, [.. plan.Tables.Select(table => new StreamFigures(table.Stream.Name, table.Table))],
            cancellationToken);
        // From here on, a cancellation is a result of the run and told by it.
        if (!plan.IsDryRun) await Runs.SupersedeParkedAsync(journal.Run, CancellationToken.None);
        return await new Sync(_clock).RunAsync(plan, journal, progress, cancellationToken);
    }

    /// <summary>Takes back what a run changed at its destination, which is that of its pipeline.</summary>
    /// <exception cref="TidemarkException">Before anything has changed: settings, another run.</exception>
    public async Task<RunResult> UndoAsync(RunRecord run, PipelineDefinition pipeline, CancellationToken cancellationToken)
    {
        var definition = await Definitions.Destinations.FindAsync(pipeline.Destination, cancellationToken);
        var problems = new List<Problem>();
        await using var destination = Planner.OpenDestination(definition, problems) ?? throw TidemarkException.ForAll(problems);
        await using var journal = await Runs.StartAsync(
            run.Pipeline, run.Result.Mode, Undo.Cause + run.Id,
            [.. run.Result.Streams.Select(stream => new StreamFigures(stream.Stream, stream.Table))], cancellationToken);
        return await new Undo(_clock).RunAsync(destination, run, journal, cancellationToken);
    }

    /// <summary>Looks whether the rows that a run left are still what it left. Changes nothing.</summary>
    /// <param name="run">Which; it must be over.</param>
    /// <param name="pipeline">The run's.</param>
    /// <param name="cancellationToken">Looked at between rows.</param>
    /// <exception cref="TidemarkException">Settings, reachability; <c>run.not_over</c>, <c>stream.unknown</c>.</exception>
    public async Task<Verification> VerifyAsync(RunRecord run, PipelineDefinition pipeline, CancellationToken cancellationToken)
    {
        var from = await Definitions.Sources.FindAsync(pipeline.Source, cancellationToken);
        var to = await Definitions.Destinations.FindAsync(pipeline.Destination, cancellationToken);
        var problems = new List<Problem>();
        await using var source = Planner.OpenSource(from, problems);
        await using var destination = Planner.OpenDestination(to, problems);
        if (source is null || destination is null) throw TidemarkException.ForAll(problems);
        var streams = run.Result.Streams.Select(stream => stream.Stream).ToList();
        var tables = await SyncPlanner.TablesAsync(new SyncRequest(pipeline) { Streams = streams }, source, problems, cancellationToken);
        if (problems.Count > 0) throw TidemarkException.ForAll(problems);
        return await new RunVerifier(destination, tables, new LaterRuns(_database, run)).VerifyAsync(run, cancellationToken);
    }

    private static async Task<Home> OpenAsync(
        HomeOptions options, bool makes, ConnectorCatalog connectors, TimeProvider clock,
        CancellationToken cancellationToken)
    {
        var folder = new HomeFolder(options.Folder);
        var database = CatalogAddress.Open(options.Catalog, folder, connectors.All);
        if (!makes && !await database.ExistsAsync(cancellationToken))
        {
            var unknown = $"There is no Tidemark in {database.Place}.";
            throw string.IsNullOrEmpty(options.Catalog)
                ? new TidemarkException(FailureKind.Usage, "home.unknown", unknown)
                {
                    Hint = "Saving definitions makes a new one. Go to where it is, set TIDEMARK_HOME, or name its folder.",
                    Next = new(NextAct.ChooseHome),
                }
                : new TidemarkException(FailureKind.Usage, "home.unknown", unknown)
                {
                    Hint = "Saving definitions makes a new one. Look whether TIDEMARK_CATALOG names the database and schema that you mean.",
                };
        }

        await database.PrepareAsync(cancellationToken);
        var home = new Home(database, folder, options.Key, connectors, clock);
        await home.Runs.ReconcileAsync(cancellationToken);
        return home;
    }

    /// <summary>Asks a source or a destination, by name, whether it works; null for all of them. Changes nothing.</summary>
    /// <exception cref="TidemarkException"><c>name.unknown</c>.</exception>
    public Task<IReadOnlyList<ConnectionTest>> TestAsync(string? name, CancellationToken cancellationToken) =>
        ConnectionTest.RunAsync(Definitions, Planner, _clock, name, cancellationToken);
}
