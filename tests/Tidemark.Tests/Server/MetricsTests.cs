using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Shouldly;
using Tidemark.Sandbox;
using Tidemark.Tests.Crash;
using Xunit;

namespace Tidemark.Tests.Server;

/// <summary>What those who measure see of a server. It has a process of its own: a process has one set of instruments.</summary>
public sealed class MetricsTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly TidemarkProgram _program;
    private Process? _server;

    public MetricsTests() => _program = new TidemarkProgram(_folder.File("home"));

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _server?.Kill();
        _server?.WaitForExit();
        _server?.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Runs_records_and_the_age_of_what_is_proven_are_measured_for_a_token_of_its_own()
    {
        await using var sandbox = await SandboxServer.StartAsync(new() { Port = 0, Size = 120 }, Stop);
        (await _program.RunAsync("source", "set", "shop", "--connector", "stripe", "api_key=sk_test_tidemark", $"base_url={sandbox.Vendors["stripe"]}",
            "allow_private_network=true", "requests_per_second=1000")).ShouldBe(0);
        (await _program.RunAsync("destination", "set", "db", "--connector", "sqlite", $"path={_folder.File("db.sqlite")}")).ShouldBe(0);
        (_server, var address) = await _program.ServeAsync();
        using var anybody = new HttpClient { BaseAddress = address };
        using var starter = await ClientAsync(address, "operator");
        using var reader = await ClientAsync(address, "metrics");
        using (var started = await starter.PostAsJsonAsync(new Uri("api/v1/runs", UriKind.Relative), new { pipeline = "shop:db", streams = new[] { "customers" } }, Stop))
            started.EnsureSuccessStatusCode();

        var text = "";
        while (!text.Contains("tidemark_pipeline_proven_age_seconds{", StringComparison.Ordinal)) // asked of the catalog every few seconds
        {
            await Task.Delay(200, Stop);
            text = await reader.GetStringAsync(new Uri("metrics", UriKind.Relative), Stop);
        }

        Value(text, "tidemark_runs_total", "shop:db", "succeeded").ShouldBe(1);
        Value(text, "tidemark_records_total", "customers", "created").ShouldBe(120);
        Value(text, "tidemark_pipeline_proven_age_seconds", "shop:db").ShouldBeGreaterThanOrEqualTo(0);
        Value(text, "tidemark_stream_proven_age_seconds", "shop:db", "customers").ShouldBeGreaterThanOrEqualTo(0);
        Value(text, "tidemark_source_bytes_total", "127.0.0.1").ShouldBeGreaterThan(1000);
        Value(text, "tidemark_source_requests_total", "127.0.0.1").ShouldBeGreaterThan(2);
        text.ShouldContain("tidemark_run_duration_seconds_bucket");
        using var looked = await reader.GetAsync(new Uri("api/v1/runs", UriKind.Relative), Stop);
        looked.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        using var refused = await anybody.GetAsync(new Uri("metrics", UriKind.Relative), Stop);
        refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    /// <summary>A client with a token of its own.</summary>
    private async Task<HttpClient> ClientAsync(Uri address, string role)
    {
        var token = await _program.AnswerAsync("token", "create", role, "--role", role, "--json");
        var client = new HttpClient { BaseAddress = address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token.GetProperty("token").GetString());
        return client;
    }

    /// <summary>The value of the first line of a metric that has these labels.</summary>
    private static double Value(string text, string metric, params string[] labels)
    {
        var line = text.Split('\n').FirstOrDefault(each => each.StartsWith(metric + "{", StringComparison.Ordinal) && labels.All(label => each.Contains($"\"{label}\"", StringComparison.Ordinal)));
        return double.Parse(line.ShouldNotBeNull(text).Split(' ')[1], CultureInfo.InvariantCulture);
    }
}
