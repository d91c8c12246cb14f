using System.Globalization;
using Tidemark.Connectors.Postgres;
using Tidemark.Engine;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Runs;
using Tidemark.Tests.Catalog;
using Tidemark.Tests.Runs;

namespace Tidemark.Tests.Scheduling;

/// <summary>A home with pipelines that have schedules, and a clock that stands where the test puts it. Each server that opens it is one of its own.</summary>
internal sealed class ScheduledHome(TestHome home) : IDisposable
{
    private static readonly ConnectorCatalog Connectors = new([new ShopConnector(), new ShelfConnector(), new PostgresConnector()]);

    public TestHome Catalog => home;

    public DateTimeOffset Now
    {
        get => home.Clock.Now;
        set => home.Clock.Now = value;
    }

    public static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>A server, or a command.</summary>
    public Task<Home> OpenAsync() => Home.OpenAsync(
        new(home.Folder) { Catalog = (home as PostgresHome)?.Address }, Connectors, home.Clock, TestHome.Cancelled);

    public async Task SaveAsync(params PipelineDefinition[] pipelines)
    {
        await using var command = await OpenAsync();
        if ((await command.Definitions.Sources.NamesAsync(TestHome.Cancelled)).Count == 0) await DefinitionSetTests.SaveEndsAsync(command.Definitions);
        foreach (var pipeline in pipelines) await command.Definitions.Pipelines.SaveAsync(pipeline, TestHome.Cancelled);
    }

    /// <summary>What a server does that is started at a moment, or is up at it.</summary>
    public async Task<IReadOnlyList<RunRecord>> LookAsync(string? at = null, Home? up = null)
    {
        if (at is not null) Now = At(at);
        if (up is null)
        {
            await using var started = await OpenAsync();
            return await LookAsync(at, started);
        }

        var before = await RunsAsync();
        await up.Scheduler().LookAsync(TestHome.Cancelled);
        return [.. (await RunsAsync()).Where(run => before.All(old => old.Id != run.Id)).OrderBy(run => run.Id, StringComparer.Ordinal)];
    }

    public async Task<IReadOnlyList<RunRecord>> RunsAsync(string? pipeline = null) =>
        await (await home.RunsAsync()).ListAsync(int.MaxValue, new() { Pipeline = pipeline }, TestHome.Cancelled);

    /// <summary>Carries every waiting run out, with one end for all.</summary>
    public async Task CarryOutAsync(RunStatus status = RunStatus.Succeeded)
    {
        var queue = await home.QueueAsync();
        while (await queue.ClaimNextAsync(TestHome.Cancelled) is { } journal)
        {
            await using (journal) await journal.FinishAsync(RunStoreTests.Ended(journal) with
            {
                Kind = journal.Request.Kind,
                Status = status,
                Streams = journal.Request is ReadingRequest reading ? [.. reading.Streams.Select(stream => new StreamFigures(stream, stream))] : [],
            }, TestHome.Cancelled);
        }
    }

    /// <summary>Kinds and texts of requests, which hold lists and so are equal only as text.</summary>
    public static IEnumerable<string> Requests(params IEnumerable<RunRequest> requests) => requests.Select(RunRequestJson.Write);

    public static PipelineDefinition Pipeline(string name, params PipelineSchedule[] schedules) => new(name, "shop", "shelf") { Schedules = schedules };

    public void Dispose() => home.Dispose();
}
