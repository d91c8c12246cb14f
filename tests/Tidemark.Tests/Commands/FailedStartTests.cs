using System.Globalization;
using System.Text.Json;
using Dapper;
using Microsoft.Data.Sqlite;
using Shouldly;
using Tidemark.Sandbox;
using Tidemark.Tests.Crash;
using Xunit;

namespace Tidemark.Tests.Commands;

/// <summary>A run that fails before it reads anything is a run: a schedule's, too, can be looked up afterwards.</summary>
public sealed class FailedStartTests : IAsyncLifetime
{
    private readonly CommandBench _bench = new();
    private SandboxServer _sandbox = null!;

    public async ValueTask InitializeAsync()
    {
        _sandbox = await SandboxServer.StartAsync(new() { Size = 20, Port = 0 }, CommandBench.Cancel);
        await _bench.SaveEndsAsync(_sandbox.Vendors["stripe"]);
        await SetPipelineAsync("db");
    }

    public async ValueTask DisposeAsync()
    {
        await _sandbox.DisposeAsync();
        _bench.Dispose();
    }

    [Fact]
    public async Task P3_a_run_whose_database_is_down_is_recorded_with_its_reason()
    {
        await SetPostgresAsync("postgres://tidemark@127.0.0.1:1/postgres");

        await FailsAsync("postgres.unreachable");
        var answer = await _bench.RunAsync("sync", "payments");
        answer.Code.ShouldBe(6, answer.ToString());
        answer.Error.ShouldContain("in destination \"pg\"");
    }

    [Fact]
    public async Task P3_a_run_whose_password_is_wrong_is_recorded_with_its_reason()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no PostgreSQL of its own to start.");
        await using var server = await PrivatePostgres.StartAsync(password: "right");
        await SetPostgresAsync(server.Url.Replace("tidemark@", "tidemark:wrong@", StringComparison.Ordinal));

        await FailsAsync("postgres.login_refused");
    }

    [Fact]
    public async Task P3_a_run_whose_vendor_answers_503_at_the_start_is_recorded_with_its_reason()
    {
        using var control = new HttpClient { BaseAddress = _sandbox.Control };
        using var fault = new StringContent("""{"fault":"status","status":503,"times":-1}""", mediaType: new("application/json"));
        using var set = await control.PostAsync(new Uri("faults/stripe", UriKind.Relative), fault, CommandBench.Cancel);
        set.IsSuccessStatusCode.ShouldBeTrue(await set.Content.ReadAsStringAsync(CommandBench.Cancel));

        await FailsAsync("stripe.unavailable");
    }

    [Fact]
    public async Task Two_problems_that_may_both_pass_may_pass_together()
    {
        using var control = new HttpClient { BaseAddress = _sandbox.Control };
        using var fault = new StringContent("""{"fault":"status","status":503,"times":-1}""", mediaType: new("application/json"));
        using var set = await control.PostAsync(new Uri("faults/stripe", UriKind.Relative), fault, CommandBench.Cancel);
        await SetPostgresAsync("postgres://tidemark@127.0.0.1:1/postgres");

        var answer = await _bench.RunAsync("sync", "payments", "--json");

        (answer.Code, answer.ErrorCode).ShouldBe((6, "transient.problems"));
        answer.Error.ShouldContain("stripe.unavailable");
        answer.Error.ShouldContain("postgres.unreachable");
    }

    [Fact]
    public async Task P3_a_run_whose_secret_is_missing_is_recorded_with_its_reason()
    {
        await using (var catalog = new SqliteConnection($"Data Source={Path.Combine(_bench.Home, "catalog.db")};Pooling=False"))
        {
            await catalog.OpenAsync(CommandBench.Cancel);
            await catalog.ExecuteAsync("DELETE FROM secrets");
        }

        await FailsAsync("setting.missing");
    }

    [Fact]
    public async Task A_request_that_makes_no_sense_is_no_run()
    {
        (await _bench.RunAsync("sync", "paymnets", "--json")).ErrorCode.ShouldBe("pipeline.unknown");
        (await _bench.RunAsync("sync", "payments", "--full", "--merge", "--json")).Code.ShouldBe(2);
        (await _bench.RunAsync("run", "approve", "r-1", "--json")).Code.ShouldBe(2);

        (await _bench.DoAsync("runs", "--json")).Output.ShouldBeEmpty();
    }

    /// <summary>The command fails as ever, and there is a run that says why.</summary>
    private async Task FailsAsync(string code)
    {
        var before = TimeProvider.System.GetUtcNow().AddSeconds(-1);
        var answer = await _bench.RunAsync("sync", "payments", "--json");

        answer.Code.ShouldNotBe(0, answer.ToString());
        var error = answer.Line.GetProperty("error");
        var run = (await _bench.DoAsync("runs", "--json")).Line;
        run.GetProperty("status").GetString().ShouldBe("failed");
        var problems = run.GetProperty("problems");
        Words(problems).ShouldBe(Words(error.GetProperty("problems")));
        problems[0].GetProperty("code").GetString().ShouldBe(code);
        (run.GetProperty("trigger").GetString(), run.GetProperty("actor").GetString()).ShouldBe(("command", Environment.UserName));
        (run.GetProperty("source").GetString(), run.GetProperty("kind").GetString()).ShouldBe(("shop", "sync"));
        Time(run, "started_at").ShouldBeGreaterThan(before);
        Time(run, "finished_at").ShouldBeGreaterThanOrEqualTo(Time(run, "started_at"));
        var shown = (await _bench.DoAsync("run", "show", "last")).Output;
        shown.ShouldContain("plan");
        shown.ShouldContain("failed");
        shown.ShouldContain($"by command ({Environment.UserName})");
    }

    [Fact]
    public async Task What_may_pass_ends_with_its_own_code_and_what_a_person_must_mend_does_not()
    {
        await _bench.DoAsync("source", "set", "away", "--connector", "stripe", "api_key=sk_test_tidemark",
            "base_url=http://127.0.0.1:9", "allow_private_network=true", "retries=0");
        var away = await _bench.RunAsync("sync", "away", "db", "--json");
        await _bench.DoAsync("source", "set", "refused", "--connector", "stripe", "api_key=sk_test_wrong",
            $"base_url={_sandbox.Vendors["stripe"]}", "allow_private_network=true", "retries=0");
        var refused = await _bench.RunAsync("sync", "refused", "db", "--json");

        (away.Code, refused.Code).ShouldBe((6, 5), away + "\n" + refused);
        (away.Error.Contains("It may pass: try again later.", StringComparison.Ordinal), refused.Error.Contains("It may pass", StringComparison.Ordinal)).ShouldBe((true, false));
        away.Line.GetProperty("error").GetProperty("transient").GetBoolean().ShouldBeTrue();
        var runs = (await _bench.DoAsync("runs", "--json")).Lines;
        runs.Select(run => run.GetProperty("problems").EnumerateArray().All(problem => problem.TryGetProperty("transient", out _))).ShouldBe([false, true]);
    }

    private static List<string> Words(JsonElement problems) =>
        [.. problems.EnumerateArray().Select(problem => $"{problem.GetProperty("code")} {problem.GetProperty("subject")} {problem.GetProperty("message")}")];

    private static DateTimeOffset Time(JsonElement run, string name) =>
        DateTimeOffset.Parse(run.GetProperty(name).GetString()!, CultureInfo.InvariantCulture);

    private async Task SetPostgresAsync(string url)
    {
        await _bench.DoAsync("destination", "set", "pg", "--connector", "postgres", $"url={url}");
        await SetPipelineAsync("pg");
    }

    private Task<Answer> SetPipelineAsync(string destination) => _bench.DoAsync(
        "pipeline", "set", "payments", "--source", "shop", "--destination", destination, "--streams", "customers");
}
