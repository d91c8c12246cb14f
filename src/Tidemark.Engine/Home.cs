using System.Runtime.ExceptionServices;
using Tidemark.Engine.Access;
using Tidemark.Engine.Alerts;
using Tidemark.Engine.Backup;
using Tidemark.Engine.Catalog;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Pipeline;
using Tidemark.Engine.Pipeline.Comparing;
using Tidemark.Engine.Pipeline.Planning;
using Tidemark.Engine.Proposals;
using Tidemark.Engine.Quarantine;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Runs.Failures;
using Tidemark.Engine.Runs.Leases;
using Tidemark.Engine.Scheduling;
using Tidemark.Engine.Scheduling.Backfilling;
using Tidemark.Engine.Secrets;

namespace Tidemark.Engine;

/// <summary>
/// One Tidemark: its catalog and its folder, the connectors there are, and the operations that every door (command line,
/// API, page) calls.
/// </summary>
public sealed class Home : IAsyncDisposable
{
    // A pipeline of whose latest runs none succeeded has stood still for long enough to be called so.
    private const int StatusRuns = 500;

    private static readonly TimeSpan TurnEvery = TimeSpan.FromSeconds(1);

    private readonly CatalogDatabase _database;
    private readonly TimeProvider _clock;

    private Home(CatalogDatabase database, HomeFolder folder, string? key, ConnectorCatalog connectors, TimeProvider clock)
    {
        (_database, _clock) = (database, clock);
        Connectors = connectors;
        Secrets = new SecretVault(database, folder, key);
        Definitions = new DefinitionCatalog(database, Secrets, connectors, clock);
        Samples = new RunSamples(database, Secrets, clock);
        Runs = new RunStore(database, clock) { Samples = Samples };
        History = new RunHistory(database);
        Inbox = new FailureInbox(database, clock);
        Quarantine = new QuarantineCatalog(database, clock);
        Connections = new Connections(connectors, clock);
        Tokens = new TokenCatalog(database, clock);
        Users = new UserCatalog(database, clock);
        UserLinks = new UserLinks(database, clock);
        Logins = new Logins(database, clock);
        ProviderLogins = new ProviderLogins(database, clock);
        Sessions = new SessionCatalog(database, clock);
        Audit = new AuditCatalog(database, clock);
        Deliveries = new DeliveryCatalog(database, clock);
        Backups = new Backups(folder, Definitions, Connections, clock);
        Plans = new PlanFolder(folder);
        Requests = new RunRequests(Definitions, Runs, Inbox, Quarantine, Backups);
        Schedules = new ScheduleList(Definitions, Runs, clock);
        Queue = new RunQueue(database, clock) { Samples = Samples };
        Webhooks = new Webhooks(database, Definitions, Connections, Queue.Signal, clock);
        Backfills = new Backfills(database, Definitions, Connections, Requests, Queue, clock);
        Proposals = new ProposalCatalog(database, Requests, Queue, clock);
        Executor = new RunExecutor(Definitions, Connections, new SyncPlanner(Definitions, Connections, Secrets.MaskKeyAsync), Backups, Runs, Secrets.MaskKeyAsync, clock);
    }

    public ConnectorCatalog Connectors { get; }

    public DefinitionCatalog Definitions { get; }

    public SecretVault Secrets { get; }

    public RunStore Runs { get; }

    public RunHistory History { get; }

    /// <summary>Runs that failed and that nobody has dealt with.</summary>
    public FailureInbox Inbox { get; }

    public QuarantineCatalog Quarantine { get; }

    public Backups Backups { get; }

    public TokenCatalog Tokens { get; }

    public UserCatalog Users { get; }

    public UserLinks UserLinks { get; }

    public Logins Logins { get; }

    public ProviderLogins ProviderLogins { get; }

    public SessionCatalog Sessions { get; }

    public AuditCatalog Audit { get; }

    /// <summary>Messages on their way to channels.</summary>
    public DeliveryCatalog Deliveries { get; }

    /// <summary>Plans that are saved for those on other machines.</summary>
    public PlanFolder Plans { get; }

    /// <summary>Requests that act on what is there already: approve, retry, undo, restore…</summary>
    public RunRequests Requests { get; }

    /// <summary>When pipelines run by themselves.</summary>
    public ScheduleList Schedules { get; }

    /// <summary>Calls of vendors that something has changed.</summary>
    public Webhooks Webhooks { get; }

    /// <summary>Ranges of time that are read again.</summary>
    public Backfills Backfills { get; }

    /// <summary>Runs that agents propose, and that begin where a person approves them.</summary>
    public ProposalCatalog Proposals { get; }

    internal RunQueue Queue { get; }

    private RunSamples Samples { get; }

    private Connections Connections { get; }

    private RunExecutor Executor { get; }

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

    /// <summary>Puts a run in the queue, where a worker takes it, and returns at once.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="origin">Who and what asks.</param>
    /// <param name="idempotencyKey">A word of the asker's own: the same word and request give the same run. Null for none.</param>
    /// <param name="cancellationToken">Nothing is queued where it throws.</param>
    /// <exception cref="TidemarkException">The request names what is not there, and is no run: <c>pipeline.unknown</c>…</exception>
    public async Task<RunRecord> StartAsync(
        RunRequest request, RunOrigin origin, string? idempotencyKey, CancellationToken cancellationToken) =>
        await Queue.AddAsync(await Requests.NewAsync(request, origin, cancellationToken), idempotencyKey, cancellationToken);

    /// <summary>Records a run, claims it and carries it out, here and now.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="origin">Who and what asks.</param>
    /// <param name="watch">Who watches the run.</param>
    /// <param name="cancellationToken">Stops the run within seconds; the result says so.</param>
    /// <exception cref="TidemarkException">There is no run: <c>pipeline.unknown</c>, <c>pipeline.in_use</c>… Or the run failed
    /// before it read or changed anything, and its record says so too.</exception>
    public async Task<RunResult> RunAsync(
        RunRequest request, RunOrigin origin, RunWatch watch, CancellationToken cancellationToken)
    {
        await using var journal = await BeginAsync(request, origin, watch, cancellationToken);
        return ResultOf(await Executor.RunAsync(journal, watch, cancellationToken));
    }

    /// <summary>As the other, after every run that has the pipeline now is over.</summary>
    /// <inheritdoc cref="RunAsync(RunRequest, RunOrigin, RunWatch, CancellationToken)"/>
    public Task<RunResult> RunInTurnAsync(
        RunRequest request, RunOrigin origin, RunWatch watch, CancellationToken cancellationToken) =>
        InTurnAsync(() => RunAsync(request, origin, watch, cancellationToken), watch, cancellationToken);

    /// <summary>Carries a run out that waits in the queue, here and now, after every run that has the pipeline is over.</summary>
    /// <param name="run">The run. It is cancelled where it still waits when the token is.</param>
    /// <param name="watch">Who watches the run.</param>
    /// <param name="cancellationToken">Stops the run within seconds; the result says so.</param>
    /// <returns>How it ended; null where another process has taken it.</returns>
    /// <exception cref="TidemarkException">The run failed before it read or changed anything, and its record says so too.</exception>
    public async Task<RunResult?> CarryOutAsync(RunRecord run, RunWatch watch, CancellationToken cancellationToken)
    {
        try
        {
            await using var journal = await InTurnAsync(() => Queue.ClaimAsync(run.Id, cancellationToken), watch, cancellationToken);
            return journal is null ? null : ResultOf(await Executor.RunAsync(journal, watch, cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Nobody else might ever take it.
            if ((await Runs.FindAsync(run.Id, CancellationToken.None)).Status == RunStatus.Queued) await Runs.RequestCancelAsync(run.Id, CancellationToken.None);
            throw;
        }
    }

    /// <summary>What an undo would come to, from doing it and taking it back. Changes nothing, and is no run.</summary>
    /// <exception cref="TidemarkException">As the undo itself would fail; <c>destination.in_use</c>.</exception>
    public Task<UndoTrial> TryAsync(UndoRun request, CancellationToken cancellationToken) => Executor.TryAsync(request, cancellationToken);

    /// <summary>What a restore would come to, table by table, from doing it and taking it back. Changes nothing, and is no run.</summary>
    /// <exception cref="TidemarkException">As the restore itself would fail; <c>destination.in_use</c>.</exception>
    public Task<IReadOnlyList<RestoredTable>> TryAsync(RestoreRun request, CancellationToken cancellationToken) => Executor.TryAsync(request, cancellationToken);

    /// <summary>The rows that a run changed, table by table, and what can no longer be told of them. Changes nothing.</summary>
    /// <param name="run">Which.</param>
    /// <param name="stream">Only this stream; null for all.</param>
    /// <param name="limit">How many rows to list at most; all are counted.</param>
    /// <param name="cancellationToken">Looked at between rows.</param>
    /// <exception cref="TidemarkException">Settings, reachability; <c>destination.no_undo</c>, <c>stream.unknown</c> (usage).</exception>
    public Task<IReadOnlyList<ToldTable>> TouchedAsync(RunRecord run, string? stream, int limit, CancellationToken cancellationToken) =>
        stream is null || run.Result.Streams.Any(figures => figures.Stream == stream)
            ? Executor.TouchedAsync(run, stream, limit, cancellationToken)
            : throw new TidemarkException(FailureKind.Usage, "stream.unknown", $"The run {run.Id} has no stream {stream}.")
            {
                Hint = $"Its streams: {string.Join(", ", run.Result.Streams.Select(figures => figures.Stream))}.",
            };

    /// <summary>Takes runs from the queue and carries them out, in this process.</summary>
    /// <param name="maxConcurrentRuns">How many runs go on at once at most.</param>
    public RunWorker Worker(int maxConcurrentRuns) =>
        new(Queue, (journal, stop) => Executor.RunAsync(journal, RunWatch.None, stop), maxConcurrentRuns, _clock);

    /// <summary>Starts runs when they are due. Goes on beside a <see cref="Worker"/>, which carries them out.</summary>
    public Scheduler Scheduler() => new(Definitions, new DueRuns(_database, Requests, Queue), Webhooks, Backfills, Runs, Queue.Signal, _clock);

    /// <summary>Tells people and programs what rules say. Goes on beside a <see cref="Worker"/>, or is called now and then.</summary>
    /// <param name="publicAddress">Address under which people reach the server's pages; null where nobody said.</param>
    public AlertSender AlertSender(Uri? publicAddress) => new(_database, Definitions, Connections, Runs, Deliveries, Queue.Signal, publicAddress, _clock);

    /// <summary>Sends a test message to a channel, here and now.</summary>
    /// <exception cref="TidemarkException"><c>channel.unknown</c> (usage); settings that do not fit.</exception>
    public async Task<ChannelReply> TestChannelAsync(string name, CancellationToken cancellationToken) =>
        await ChannelTest.RunAsync(Connections, await Definitions.Channels.FindAsync(name, cancellationToken), _clock, cancellationToken);

    /// <summary>Removes, once a day, what is old.</summary>
    /// <param name="keepDays">Days that steps and logs of runs are kept; 0 for ever.</param>
    public Cleanup Cleanup(int keepDays) => new(_database, Definitions, History, Deliveries, Backups, Plans, keepDays, _clock);

    /// <summary>Settles runs whose process is gone. Goes on beside a <see cref="Worker"/>.</summary>
    public Reconciler Reconciler() => new(Runs, Queue.Signal, _clock);

    /// <summary>Looks whether the rows that a run left are still what it left. Changes nothing.</summary>
    /// <param name="run">Which; it must be over.</param>
    /// <param name="pipeline">The run's.</param>
    /// <param name="cancellationToken">Looked at between rows.</param>
    /// <exception cref="TidemarkException">Settings, reachability; <c>run.not_over</c>, <c>stream.unknown</c>.</exception>
    public async Task<Verification> VerifyAsync(RunRecord run, PipelineDefinition pipeline, CancellationToken cancellationToken)
    {
        if (pipeline.Transfer is not null)
            throw new TidemarkException(FailureKind.Usage, "pipeline.transfers", $"The pipeline {pipeline.Name} transfers tables.") { Hint = "A dry run of it compares both databases." };
        var from = await Definitions.Sources.FindAsync(pipeline.Source, cancellationToken);
        var to = await Definitions.Destinations.FindAsync(pipeline.Destination, cancellationToken);
        var problems = new List<Problem>();
        await using var source = Connections.OpenSource(from, problems);
        await using var destination = Connections.OpenDestination(to, problems);
        if (source is null || destination is null) throw TidemarkException.ForAll(problems);
        var streams = run.Result.Streams.Select(stream => stream.Stream).ToList();
        var tables = await SyncPlanner.TablesAsync(ResolvedSync.ForLooking(pipeline, streams), source, problems, cancellationToken);
        if (problems.Count > 0) throw TidemarkException.ForAll(problems);
        return await new RunVerifier(destination, tables, new LaterRuns(_database, run)).VerifyAsync(run, cancellationToken);
    }

    /// <summary>The streams of a source as the tables that they become, with their first records if wanted. Writes and stores nothing.</summary>
    /// <param name="name">A pipeline, whose tables are shown; a source; or the address of one.</param>
    /// <param name="environment">Value of an environment variable, for an address; null where it is not set.</param>
    /// <param name="stream">Only this stream; null for all.</param>
    /// <param name="records">How many records of each stream to read.</param>
    /// <param name="settings">Settings of the source in the place of the saved ones; null for none.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="TidemarkException">Settings, reachability; <c>source.unknown</c>, <c>stream.unknown</c>.</exception>
    public Task<IReadOnlyList<PreviewedStream>> PreviewAsync(
        string name, Func<string, string?> environment, string? stream, int records, IReadOnlyDictionary<string, string>? settings, CancellationToken cancellationToken) =>
        new SourcePreview(Definitions, Connections, Connectors, Secrets.MaskKeyAsync, _clock).ReadAsync(name, environment, stream, records, settings, cancellationToken);

    /// <summary>A part of a table that a pipeline has written.</summary>
    /// <param name="query">The table and the rows of it.</param>
    /// <param name="pipeline">The pipeline; null for whichever of those that may be asked has written the table.</param>
    /// <param name="may">Whether a pipeline's tables may be read.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="TidemarkException">Usage: <c>pipeline.unknown</c>, <c>data.table_unknown</c>, <c>data.table_ambiguous</c>,
    /// <c>data.column_unknown</c>, <c>data.value_invalid</c>, <c>destination.no_queries</c>… Settings, reachability.</exception>
    public async Task<QueriedPage> QueryAsync(TableQuery query, string? pipeline, Func<string, bool> may, CancellationToken cancellationToken)
    {
        var pipelines = pipeline is not null ? [pipeline] : (await Definitions.Pipelines.NamesAsync(cancellationToken)).Where(may).ToList();
        return await new TableReading(Definitions, Connections).ReadAsync(query, pipelines, cancellationToken);
    }

    /// <summary>How pipelines stand, first those that need a person.</summary>
    /// <param name="pipeline">Only this one; null for all that are defined or have run.</param>
    /// <param name="cancellationToken">Looked at between pipelines.</param>
    /// <exception cref="TidemarkException"><c>pipeline.unknown</c> (usage).</exception>
    public async Task<IReadOnlyList<PipelineStatus>> StatusAsync(string? pipeline, CancellationToken cancellationToken)
    {
        if (pipeline is not null) await Definitions.PipelineAsync(pipeline, cancellationToken);
        var defined = (await Definitions.ScheduledAsync(cancellationToken)).ToDictionary(scheduled => scheduled.Definition.Name, StringComparer.Ordinal);
        var names = pipeline is not null ? [pipeline] : defined.Keys.Union(await Runs.PipelinesAsync(cancellationToken), StringComparer.Ordinal);
        var dead = await Deliveries.DeadAsync(cancellationToken);
        var now = _clock.GetUtcNow();
        var all = new List<PipelineStatus>();
        foreach (var name in names)
        {
            all.Add(PipelineStatus.Of(
                name, defined.GetValueOrDefault(name), await Runs.ListAsync(StatusRuns, new() { Pipeline = name }, cancellationToken), await Quarantine.CountAsync(name, cancellationToken),
                dead.GetValueOrDefault(name), now));
        }

        return [.. all.OrderBy(status => status.Standing).ThenBy(status => status.Pipeline, StringComparer.Ordinal)];
    }

    private static async Task<Home> OpenAsync(
        HomeOptions options, bool makes, ConnectorCatalog connectors, TimeProvider clock,
        CancellationToken cancellationToken)
    {
        var folder = new HomeFolder(options.Folder);
        var database = await CatalogAddress.OpenAsync(options.Catalog, folder, makes, connectors.All, cancellationToken);
        var home = new Home(database, folder, options.Key, connectors, clock);
        await home.Runs.ReconcileAsync(cancellationToken);
        await home.Samples.SweepAsync(cancellationToken);
        return home;
    }

    /// <summary>Asks a source or a destination, by name, whether it works; null for all of them. Changes nothing.</summary>
    /// <exception cref="TidemarkException"><c>name.unknown</c>.</exception>
    public Task<IReadOnlyList<ConnectionTest>> TestAsync(string? name, CancellationToken cancellationToken) =>
        ConnectionTest.RunAsync(Definitions, Connections, _clock, name, cancellationToken);

    /// <summary>Records and claims a run, and says where that has to wait.</summary>
    private async Task<RunJournal> BeginAsync(RunRequest request, RunOrigin origin, RunWatch watch, CancellationToken cancellationToken)
    {
        var began = _clock.GetTimestamp();
        _database.Hear(Show);
        try
        {
            return await Queue.BeginAsync(await Requests.NewAsync(request, origin, cancellationToken), cancellationToken);
        }
        finally
        {
            _database.HearNoMore(Show);
        }

        void Show(Wait wait) => watch.OnProgress(new([], new(0, _clock.GetElapsedTime(began).TotalSeconds, wait.Why)));
    }

    /// <summary>Tries until no other run has the pipeline.</summary>
    private async Task<T> InTurnAsync<T>(Func<Task<T>> begin, RunWatch watch, CancellationToken cancellationToken)
    {
        var began = _clock.GetTimestamp();
        while (true)
        {
            try
            {
                return await begin();
            }
            catch (TidemarkException busy) when (busy.Code == Lease.InUseCode)
            {
                watch.OnProgress(new([], new(0, _clock.GetElapsedTime(began).TotalSeconds, busy.Message)));
                await Task.Delay(TurnEvery, _clock, cancellationToken);
            }
        }
    }

    private static RunResult ResultOf(RunEnd end)
    {
        if (end.Refusal is { } refusal) ExceptionDispatchInfo.Throw(refusal);
        return end.Result;
    }
}
