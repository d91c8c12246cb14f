using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Tidemark.Engine.Runs;

/// <summary>
/// What runs tell those who measure: instruments of the meter, and spans of the source, called <see cref="Name"/>. Names of pipelines and streams
/// are in them; records, settings and messages are not.
/// </summary>
public static class RunTelemetry
{
    public const string Name = "Tidemark";

    /// <summary>Name of the span of a run; those of its steps are within it.</summary>
    public const string RunSpan = "run";

    /// <summary>The tag of a span that has the id of its run.</summary>
    public const string RunTag = "tidemark.run";

    private static readonly Meter Meter = new(Name);
    private static readonly ActivitySource Spans = new(Name);
    private static readonly Counter<long> Runs = Meter.CreateCounter<long>("tidemark.runs", "{run}", "Runs that have ended");
    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>("tidemark.run.duration", "s", "Wall time of runs");
    private static readonly Counter<long> Records = Meter.CreateCounter<long>("tidemark.records", "{record}", "Records, by what became of them");
    private static readonly Counter<long> Retries = Meter.CreateCounter<long>("tidemark.retries", "{attempt}", "Attempts after the first ones");
    private static readonly Counter<double> Waited = Meter.CreateCounter<double>("tidemark.waits", "s", "Time that runs waited for retries, rate limits and locks");

    internal static Activity? Begin(RunJournal journal)
    {
        // Whoever hears of the beginning wants to know which run it is.
        var tags = new TagList { { RunTag, journal.Run }, { "tidemark.pipeline", journal.Pipeline }, { "tidemark.kind", RunJson.Word(journal.Request.Kind) } };
        return Spans.StartActivity(RunSpan, ActivityKind.Internal, default(ActivityContext), tags);
    }

    /// <summary>A span of a step, within that of its run. What goes on after it is no part of it.</summary>
    internal static Activity? Step(string name, string? stream)
    {
        var around = Activity.Current;
        var span = Spans.StartActivity($"step {name}");
        Activity.Current = around;
        return stream is null ? span : span?.SetTag("tidemark.stream", stream);
    }

    internal static void End(Activity? span, RunResult result)
    {
        var of = new TagList { { "pipeline", result.Pipeline }, { "kind", RunJson.Word(result.Kind) }, { "status", RunJson.Word(result.Status) } };
        Runs.Add(1, of);
        Duration.Record(result.Seconds, of);
        foreach (var stream in result.Streams) Count(result.Pipeline, stream);
        if (result.Waits is { } waits)
        {
            Retries.Add(waits.Retries, new KeyValuePair<string, object?>("pipeline", result.Pipeline));
            Waited.Add(waits.Seconds, new KeyValuePair<string, object?>("pipeline", result.Pipeline));
        }

        span?.SetTag("tidemark.status", RunJson.Word(result.Status));
        if (result.Status is RunStatus.Failed or RunStatus.Partial) span?.SetStatus(ActivityStatusCode.Error, result.Problems is [var first, ..] ? first.Code : null);
    }

    private static void Count(string pipeline, StreamFigures stream)
    {
        foreach (var (became, count) in new[]
        {
            ("created", stream.Created), ("updated", stream.Updated), ("unchanged", stream.Unchanged), ("skipped", stream.Skipped),
            ("quarantined", stream.Quarantined), ("deleted", stream.Deleted), ("written_back", stream.WrittenBack),
        })
        {
            if (count > 0) Records.Add(count, new TagList { { "pipeline", pipeline }, { "stream", stream.Stream }, { "became", became } });
        }
    }
}
