using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Tidemark.Engine;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;

namespace Tidemark.Server.Telemetry;

/// <summary>How old each pipeline's last proven run is, and how many records wait in quarantine: asked of the catalog every few seconds.</summary>
internal sealed class PipelineAges : BackgroundService
{
    private static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(5);

    private readonly Home _home;
    private readonly TimeProvider _clock;
    private readonly Meter _meter = new(RunTelemetry.Name);
    private IReadOnlyDictionary<string, DateTimeOffset> _proven = new Dictionary<string, DateTimeOffset>();
    private IReadOnlyDictionary<string, long> _quarantined = new Dictionary<string, long>();

    public PipelineAges(Home home, TimeProvider clock)
    {
        (_home, _clock) = (home, clock);
        _meter.CreateObservableGauge(
            "tidemark.pipeline.proven.age", () => Of(_proven, at => (clock.GetUtcNow() - at).TotalSeconds), "s", "Time since a run of the pipeline last proved what it wrote");
        _meter.CreateObservableGauge("tidemark.quarantine", () => Of(_quarantined, count => count), "{record}", "Records in quarantine");
    }

    public override void Dispose()
    {
        _meter.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(AskEvery, _clock);
        try
        {
            do await AskAsync(stoppingToken);
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopped.
        }
    }

    private async Task AskAsync(CancellationToken cancellationToken)
    {
        try
        {
            _proven = await _home.Runs.ProvenAsync(cancellationToken);
            _quarantined = await _home.Quarantine.CountsAsync(cancellationToken);
        }
        catch (TidemarkException)
        {
            // The catalog cannot be asked just now; /readyz says so.
        }
    }

    private static IEnumerable<Measurement<T>> Of<TValue, T>(IReadOnlyDictionary<string, TValue> values, Func<TValue, T> measure)
        where T : struct =>
        values.Select(each => new Measurement<T>(measure(each.Value), new KeyValuePair<string, object?>("pipeline", each.Key)));
}
