using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Shouldly;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Settings;
using Tidemark.Server;
using Tidemark.Tests.Connectors;
using Xunit;

namespace Tidemark.Tests.Server;

/// <summary>What a collector of OpenLineage is told, and what spans a run has.</summary>
public sealed class LineageTests
{
    [Fact]
    public async Task A_collector_is_told_when_a_run_begins_and_ends_what_it_read_and_what_it_wrote()
    {
        await using var collector = await Collector.StartAsync(refusals: 1);
        await using var bench = await ServerBench.StartAsync(new ServerOptions { OpenlineageUrl = collector.Address, OpenlineageApiKey = new Secret("sesame-lineage") });
        await bench.SavePaymentsAsync();
        var run = await bench.RunAsync(new { pipeline = "payments" });

        var events = await collector.EventsAsync(2);

        collector.Tokens.ShouldAllBe(token => token == "Bearer sesame-lineage");
        events.Select(each => each.GetProperty("eventType").GetString()).ShouldBe(["START", "COMPLETE"]);
        events.Select(each => each.GetProperty("run").GetProperty("runId").GetGuid()).Distinct().Count().ShouldBe(1);
        events.ShouldAllBe(each => each.GetProperty("job").GetProperty("name").GetString() == "payments" && each.GetProperty("schemaURL").GetString()!.Contains("OpenLineage.json", StringComparison.Ordinal));
        var end = events[1];
        end.GetProperty("inputs").EnumerateArray().Select(each => (each.GetProperty("namespace").GetString(), each.GetProperty("name").GetString()))
            .ShouldBe([("stripe://shop", "customers"), ("stripe://shop", "products")], ignoreOrder: true);
        var written = end.GetProperty("outputs").EnumerateArray().Single(each => each.GetProperty("name").GetString() == "shop_customers");
        written.GetProperty("namespace").GetString().ShouldBe("sqlite://db");
        written.GetProperty("outputFacets").GetProperty("outputStatistics").GetProperty("rowCount").GetInt64().ShouldBe(120);
        end.GetProperty("eventTime").GetDateTimeOffset().ShouldBe(run.GetProperty("finished_at").GetDateTimeOffset());
    }

    [Fact]
    public async Task A_run_that_failed_is_told_as_failed()
    {
        await using var collector = await Collector.StartAsync(refusals: 0);
        await using var bench = await ServerBench.StartAsync(new ServerOptions { OpenlineageUrl = collector.Address });
        await bench.SavePaymentsAsync();
        using var vendor = new VendorControl(bench.Sandbox, "stripe");
        await vendor.FaultAsync(new { fault = "status", status = 403, times = -1 });
        await bench.RunAsync(new { pipeline = "payments" });

        (await collector.EventsAsync(2))[1].GetProperty("eventType").GetString().ShouldBe("FAIL");
    }

    [Fact]
    public async Task A_run_is_a_span_and_its_steps_are_spans_within_it()
    {
        var spans = new System.Collections.Concurrent.ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == RunTelemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using var bench = await ServerBench.StartAsync();
        await bench.SavePaymentsAsync();
        var run = (await bench.RunAsync(new { pipeline = "payments", mode = "replace" })).GetProperty("run").GetString();

        Activity? whole;
        while ((whole = spans.FirstOrDefault(span => span.OperationName == RunTelemetry.RunSpan && run!.Equals(span.GetTagItem(RunTelemetry.RunTag)))) is null) await Task.Delay(50, ServerBench.Cancel);
        var steps = spans.Where(span => span.ParentSpanId == whole.SpanId).ToList();
        steps.Select(step => $"{step.OperationName} {step.GetTagItem("tidemark.stream")}".Trim()).ShouldBe(
            ["step plan", "step read customers", "step read products", "step guard", "step publish"], ignoreOrder: true);
        steps.ShouldAllBe(step => step.StartTimeUtc >= whole.StartTimeUtc && step.Duration <= whole.Duration);
    }

    /// <summary>Takes events over real HTTP; the first few it refuses.</summary>
    private sealed class Collector(WebApplication app, int refusals) : IAsyncDisposable
    {
        private readonly List<JsonElement> _events = [];
        private int _refusals = refusals;

        public Uri Address => new(app.Urls.First());

        public List<string> Tokens { get; } = [];

        public static async Task<Collector> StartAsync(int refusals)
        {
            var builder = WebApplication.CreateEmptyBuilder(new());
            builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
            builder.Logging.ClearProviders();
            var app = builder.Build();
            var collector = new Collector(app, refusals);
            app.Run(collector.TakeAsync);
            await app.StartAsync(ServerBench.Cancel);
            return collector;
        }

        public async Task<IReadOnlyList<JsonElement>> EventsAsync(int count)
        {
            while (true)
            {
                lock (_events)
                {
                    if (_events.Count >= count) return [.. _events];
                }

                await Task.Delay(50, ServerBench.Cancel);
            }
        }

        public ValueTask DisposeAsync() => app.DisposeAsync();

        private async Task TakeAsync(HttpContext http)
        {
            var body = await JsonSerializer.DeserializeAsync<JsonElement>(http.Request.Body, cancellationToken: http.RequestAborted);
            if (Interlocked.Decrement(ref _refusals) >= 0 || http.Request.Path != "/api/v1/lineage")
            {
                http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                return;
            }

            lock (_events)
            {
                Tokens.Add(http.Request.Headers.Authorization.ToString());
                _events.Add(body);
            }

            http.Response.StatusCode = StatusCodes.Status201Created;
        }
    }
}
