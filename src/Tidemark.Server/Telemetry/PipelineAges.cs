using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Tidemark.Engine;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;

namespace Tidemark.Server.Telemetry;

/// <summary>
/// How old the last proven run of each pipeline and each stream is, and how many records wait in quarantine: asked of the catalog every few
/// seconds.
/// </summary>
internal sealed class PipelineAges : BackgroundService
{
    private static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(5);

    // A stream that none of so many runs has read is read by nobody.
    private const int RecentRuns = 20;

    private readonly Home _home;
    private readonly TimeProvider _clock;
    private readonly Meter _meter = new(RunTelemetry.Name);
    private IReadOnlyDictionary<string, DateTimeOffset> _proven = new Dictionary<string, DateTimeOffset>();
    private Dictionary<string, IReadOnlyDictionary<string, DateTimeOffset>> _streams = new(StringComparer.Ordinal);
    private IReadOnlyDictionary<string, long> _quarantined = new Dictionary<string, long>();

    public PipelineAges(Home home, TimeProvider clock)
    {
        (_home, _clock) = (home, clock);
        _meter.CreateObservableGauge(
            "tidemark.pipeline.proven.age", () => Of(_proven, at => (clock.GetUtcNow() - at).TotalSeconds), "s", "Time since a run of the pipeline last proved what it wrote");
        _meter.CreateObservableGauge("tidemark.stream.proven.age", () => _streams.SelectMany(pipeline => pipeline.Value.Select(stream => new Measurement<double>(
            (clock.GetUtcNow() - stream.Value).TotalSeconds, new("pipeline", pipeline.Key), new("stream", stream.Key)))), "s", "Time since a run last proved what it wrote of the stream");
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
            var proven = await _home.Runs.ProvenAsync(cancellationToken);
            var streams = new Dictionary<string, IReadOnlyDictionary<string, DateTimeOffset>>(StringComparer.Ordinal);
            foreach (var (pipeline, at) in proven)
                streams[pipeline] = _proven.GetValueOrDefault(pipeline) == at && _streams.TryGetValue(pipeline, out var same) ? same : await StreamsAsync(pipeline, cancellationToken);
            (_proven, _streams) = (proven, streams);
            _quarantined = await _home.Quarantine.CountsAsync(cancellationToken);
        }
        catch (TidemarkException)
        {
            // The catalog cannot be asked just now; /readyz says so.
        }
    }

    /// <summary>When a run last proved each stream of a pipeline.</summary>
    private async Task<IReadOnlyDictionary<string, DateTimeOffset>> StreamsAsync(string pipeline, CancellationToken cancellationToken)
    {
        var runs = await _home.Runs.ListAsync(RecentRuns, new() { Pipeline = pipeline, Statuses = [RunStatus.Succeeded] }, cancellationToken);
        return runs.Where(run => run.Result.BringsIntoStep).SelectMany(run => run.Result.Streams.Select(stream => (stream.Stream, At: run.FinishedAt!.Value)))
            .GroupBy(each => each.Stream, StringComparer.Ordinal).ToDictionary(each => each.Key, each => each.Max(one => one.At), StringComparer.Ordinal);
    }

    private static IEnumerable<Measurement<T>> Of<TValue, T>(IReadOnlyDictionary<string, TValue> values, Func<TValue, T> measure)
        where T : struct =>
        values.Select(each => new Measurement<T>(measure(each.Value), new KeyValuePair<string, object?>("pipeline", each.Key)));
}
