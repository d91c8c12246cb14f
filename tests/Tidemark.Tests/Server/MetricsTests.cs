using Shouldly;
using Tidemark.Engine.Access;
using Xunit;

namespace Tidemark.Tests.Server;

/// <summary>What those who measure see.</summary>
public sealed class MetricsTests
{
    [Fact]
    public async Task Runs_records_and_the_age_of_what_is_proven_are_measured_for_a_token_of_its_own()
    {
        await using var bench = await ServerBench.StartAsync();
        await bench.SavePaymentsAsync();
        var client = await bench.ClientAsync("prometheus", Role.Metrics);
        await bench.RunAsync(new { pipeline = "payments" });

        var text = "";
        while (!text.Contains("tidemark_pipeline_proven_age_seconds{", StringComparison.Ordinal)) // asked of the catalog every few seconds
        {
            await Task.Delay(200, ServerBench.Cancel);
            text = await client.GetStringAsync(new Uri("metrics", UriKind.Relative), ServerBench.Cancel);
        }

        Value(text, "tidemark_runs_total", "payments", "succeeded").ShouldBeGreaterThan(0);
        Value(text, "tidemark_records_total", "customers", "created").ShouldBeGreaterThanOrEqualTo(120);
        Value(text, "tidemark_pipeline_proven_age_seconds", "payments").ShouldBeInRange(0, 600);
        text.ShouldContain("tidemark_run_duration_seconds_bucket");
        (await ServerBench.AskAsync(client, HttpMethod.Get, "runs")).Status.ShouldBe(403);
        (await bench.Anybody.GetAsync(new Uri("metrics", UriKind.Relative), ServerBench.Cancel)).StatusCode.ShouldBe(System.Net.HttpStatusCode.Unauthorized);
    }

    /// <summary>The value of the first line of a metric that has these labels.</summary>
    private static double Value(string text, string metric, params string[] labels)
    {
        var line = text.Split('\n').FirstOrDefault(each => each.StartsWith(metric + "{", StringComparison.Ordinal) && labels.All(label => each.Contains($"\"{label}\"", StringComparison.Ordinal)));
        return double.Parse(line.ShouldNotBeNull(text).Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
    }
}
