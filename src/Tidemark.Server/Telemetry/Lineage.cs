using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tidemark.Engine;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;

namespace Tidemark.Server.Telemetry;

/// <summary>
/// Tells a collector of OpenLineage when runs of this server begin and end, a few times where it does not answer. A run never waits for it, and what
/// it does not take is lost to it.
/// </summary>
internal sealed class Lineage(Home home, ServerOptions options, ILogger<Lineage> log) : BackgroundService
{
    private const string Space = "tidemark";
    private const int MaxWaiting = 1000;
    private const int Attempts = 4;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Channel<(string Run, bool IsOver)> _news = Channel.CreateBounded<(string, bool)>(
        new BoundedChannelOptions(MaxWaiting) { FullMode = BoundedChannelFullMode.DropOldest });

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var client = new HttpClient { Timeout = Patience };
        if (options.OpenlineageApiKey is { } key) client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key.Reveal());
        var address = new Uri($"{options.OpenlineageUrl!.ToString().TrimEnd('/')}/api/v1/lineage");
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == RunTelemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStarted = span => Hear(span, isOver: false),
            ActivityStopped = span => Hear(span, isOver: true),
        };
        ActivitySource.AddActivityListener(listener);
        try
        {
            await foreach (var (run, isOver) in _news.Reader.ReadAllAsync(stoppingToken)) await TellAsync(client, address, run, isOver, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopped.
        }
    }

    private void Hear(Activity span, bool isOver)
    {
        if (span.OperationName == RunTelemetry.RunSpan && span.GetTagItem(RunTelemetry.RunTag) is string run) _news.Writer.TryWrite((run, isOver));
    }

    private async Task TellAsync(HttpClient client, Uri address, string id, bool isOver, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var run = await home.Runs.FindAsync(id, cancellationToken);
                // A run that was handed back goes on at another time.
                if (isOver && run.FinishedAt is null) return;
                var said = isOver
                    ? LineageEvent.Ended(run, Space, await FindAsync(home.Definitions.Sources, run.Source, cancellationToken), await FindAsync(home.Definitions.Destinations, run.Destination, cancellationToken))
                    : LineageEvent.Began(run, Space);
                using var answer = await client.PostAsJsonAsync(address, said, LineageJson.Default.LineageEvent, cancellationToken);
                answer.EnsureSuccessStatusCode();
                return;
            }
            catch (TidemarkException other) when (other.Code == "run.unknown")
            {
                return; // of another home in this process
            }
            catch (Exception failed) when (failed is HttpRequestException or TidemarkException || (failed is TaskCanceledException && !cancellationToken.IsCancellationRequested))
            {
                if (attempt == Attempts)
                {
                    log.LogWarning("The OpenLineage collector was not told of {Run}: {Why}", id, failed.Message);
                    return;
                }

                await Task.Delay(TimeSpan.FromSeconds(1 << attempt), cancellationToken);
            }
        }
    }

    private static async Task<T?> FindAsync<T>(DefinitionSet<T> set, string? name, CancellationToken cancellationToken)
        where T : class, IDefinition<T> =>
        name is null ? null : await set.FindOrDefaultAsync(name, cancellationToken);
}
