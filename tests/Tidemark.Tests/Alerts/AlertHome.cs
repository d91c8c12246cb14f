using System.Globalization;
using Tidemark.Connectors.Postgres;
using Tidemark.Engine;
using Tidemark.Engine.Alerts;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;
using Tidemark.Tests.Catalog;

namespace Tidemark.Tests.Alerts;

/// <summary>A home with rules, a channel that keeps what it is sent, and a clock that stands where the test puts it. Each server that opens it is one of its own.</summary>
internal sealed class AlertHome : IDisposable
{
    private readonly TestHome _home;
    private readonly ConnectorCatalog _connectors;

    public AlertHome(TestHome home)
    {
        _home = home;
        _connectors = new([new ShopConnector(), new ShelfConnector(), new PostgresConnector(), Box]);
        Now = At("2027-03-01T10:00Z");
    }

    public Box Box { get; } = new();

    public TestHome Catalog => _home;

    public DateTimeOffset Now
    {
        get => _home.Clock.Now;
        set => _home.Clock.Now = value;
    }

    public static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>A server, or a command.</summary>
    public Task<Home> OpenAsync() => Home.OpenAsync(new(_home.Folder) { Catalog = (_home as PostgresHome)?.Address }, _connectors, _home.Clock, TestHome.Cancelled);

    public async Task SaveAsync(params PipelineDefinition[] pipelines)
    {
        await using var command = await OpenAsync();
        if ((await command.Definitions.Sources.NamesAsync(TestHome.Cancelled)).Count == 0) await DefinitionSetTests.SaveEndsAsync(command.Definitions);
        foreach (var pipeline in pipelines) await command.Definitions.Pipelines.SaveAsync(pipeline, TestHome.Cancelled);
    }

    /// <summary>Saves rules that tell the box, each as given but for that.</summary>
    public async Task SaveAsync(params AlertDefinition[] rules)
    {
        await using var command = await OpenAsync();
        await command.Definitions.Channels.SaveAsync(new("box", "box", new Dictionary<string, string>()), TestHome.Cancelled);
        foreach (var rule in rules) await command.Definitions.Alerts.SaveAsync(rule with { Channels = ["box"] }, TestHome.Cancelled);
    }

    public Task SaveAsync(params AlertEvent[] events) => SaveAsync(new AlertDefinition("rule") { Events = events });

    /// <summary>Ends a run here and now.</summary>
    public async Task<string> EndAsync(
        RunStatus status, string pipeline = "payments", RunRequest? request = null, IReadOnlyList<StreamFigures>? streams = null, params Problem[] problems)
    {
        await using var journal = await (await _home.QueueAsync()).BeginAsync(new(request ?? new SyncRun(pipeline), new(RunTrigger.Command, null), WriteMode.Merge), TestHome.Cancelled);
        if (problems.Length == 0 && status is not RunStatus.Succeeded) problems = [new("source.unreachable", pipeline, "The vendor does not answer.")];
        await journal.FinishAsync(new(journal.Run, journal.Pipeline, journal.Mode, status, streams ?? [], 1) { Kind = journal.Request.Kind, Problems = problems }, TestHome.Cancelled);
        Now += TimeSpan.FromSeconds(1);
        return journal.Run;
    }

    /// <summary>What a server does at a moment, or later.</summary>
    /// <returns>Subjects of the messages that were taken.</returns>
    public async Task<IReadOnlyList<string>> LookAsync(string? at = null, TimeSpan later = default)
    {
        Now = (at is null ? Now : At(at)) + later;
        await using var server = await OpenAsync();
        await server.AlertSender(publicAddress: null).SendAsync(TestHome.Cancelled);
        return Box.Empty();
    }

    public async Task<IReadOnlyList<Delivery>> DeliveriesAsync(DeliveryFilter? filter = null)
    {
        await using var command = await OpenAsync();
        return await command.Deliveries.ListAsync(filter ?? new(), int.MaxValue, TestHome.Cancelled);
    }

    public void Dispose() => _home.Dispose();
}
