using System.Text;
using System.Text.Json;
using Shouldly;
using Tidemark.Sandbox;
using Xunit;

namespace Tidemark.Tests.Commands;

/// <summary>How much is said of a run: nothing that needs nobody, the usual, or everything.</summary>
public sealed class WatchedRunTests : IAsyncLifetime
{
    private readonly CommandBench _bench = new();
    private SandboxServer _sandbox = null!;
    private HttpClient _control = null!;

    public async ValueTask InitializeAsync()
    {
        _sandbox = await SandboxServer.StartAsync(new() { Size = 60, Port = 0 }, CommandBench.Cancel);
        _control = new() { BaseAddress = _sandbox.Control };
        await _bench.SaveEndsAsync(_sandbox.Vendors["stripe"]);
        await _bench.DoAsync("pipeline", "set", "p", "--source", "shop", "--destination", "db", "--streams", "customers");
    }

    public async ValueTask DisposeAsync()
    {
        _control.Dispose();
        await _sandbox.DisposeAsync();
        _bench.Dispose();
    }

    [Fact]
    public async Task Quiet_says_nothing_of_a_success()
    {
        foreach (string[] args in new string[][]
        {
            ["sync", "p"], ["run", "undo", "last"], ["sync", "p", "--refresh"], ["run", "retry", "last"], ["backup", "create", "p"],
            ["sync", "p", "--dry-run"], ["quarantine", "retry", "--pipeline", "p"],
        })
        {
            var answer = await _bench.RunAsync([.. args, "--quiet"]);
            (answer.Code, answer.Output, answer.Error).ShouldBe((0, "", ""), string.Join(' ', args));
        }

        var backup = (await _bench.DoAsync("backup", "list", "--json")).Lines[0].GetProperty("filename").GetString()!;
        var restored = await _bench.RunAsync("backup", "restore", backup, "--quiet");
        (restored.Code, restored.Output, restored.Error).ShouldBe((0, "", ""));
    }

    [Fact]
    public async Task Quiet_says_what_needs_a_person_on_standard_error()
    {
        await _bench.DoAsync("sync", "p");
        await PostAsync("mutate/stripe/customers", """{"delete":{"count":40}}""");

        var parked = await _bench.RunAsync("sync", "p", "--full", "--quiet");

        (parked.Code, parked.Output).ShouldBe((4, ""));
        parked.Error.ShouldContain("parked");
        parked.Error.ShouldContain("tidemark run approve");
        var approved = await _bench.RunAsync("run", "approve", "last", "--quiet");
        (approved.Code, approved.Output, approved.Error).ShouldBe((0, "", ""));

        await PostAsync("faults/stripe", """{"fault":"expire"}""");
        var failed = await _bench.RunAsync("sync", "p", "--quiet");
        (failed.Code, failed.Output).ShouldBe((5, ""));
        failed.Error.ShouldStartWith("error: ");
    }

    [Fact]
    public async Task Verbose_prints_the_log_as_it_comes_and_counts_requests_and_batches()
    {
        await PostAsync("faults/stripe", """{"fault":"status","status":503,"path":"/v1/customers","after":1,"times":1}""");

        var answer = await _bench.DoAsync("sync", "p", "--verbose");

        answer.Output.ShouldMatch(@"(?m)^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d) warning .*Waiting ");
        answer.Output.ShouldMatch(@"(?m)^requests [1-9]\d*, batches [1-9]\d*\r?$");
        (await _bench.DoAsync("sync", "p")).Output.ShouldNotContain("batches");
    }

    [Fact]
    public async Task Neither_touches_the_line_of_JSON()
    {
        var usual = await _bench.DoAsync("sync", "p", "--json");
        var quiet = await _bench.DoAsync("sync", "p", "--json", "--quiet");
        var verbose = await _bench.DoAsync("sync", "p", "--json", "--verbose");

        quiet.Error.ShouldBeEmpty();
        verbose.Error.ShouldContain("batches");
        foreach (var answer in new[] { quiet, verbose }) Keys(answer.Line).ShouldBe(Keys(usual.Line));
        (await _bench.RunAsync("sync", "p", "--quiet", "--verbose", "--json")).ErrorCode.ShouldBe("usage.invalid");

        static IEnumerable<string> Keys(JsonElement line) => line.EnumerateObject().Select(key => key.Name);
    }

    [Fact]
    public async Task A_pipe_hears_when_a_stream_begins_and_ends()
    {
        var output = (await _bench.DoAsync("sync", "p")).Output;

        output.ShouldMatch(@"(?m)^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d) p: customers: reading");
        output.ShouldMatch(@"(?m)^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d) p: customers: read 60 in \d");
        output.Any(letter => char.IsControl(letter) && letter is not ('\n' or '\r')).ShouldBeFalse();
    }

    private async Task PostAsync(string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await _control.PostAsync(new Uri(path, UriKind.Relative), content, CommandBench.Cancel);
        answer.EnsureSuccessStatusCode();
    }
}
