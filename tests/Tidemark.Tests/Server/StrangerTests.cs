using System.Net;
using System.Net.Sockets;
using System.Text;
using Shouldly;
using Tidemark.Engine.Access;
using Xunit;

namespace Tidemark.Tests.Server;

/// <summary>What strangers, and callers with a role for some pipelines, cannot find out, fill or break.</summary>
public sealed class StrangerTests
{
    [Fact]
    public async Task A_caller_for_one_pipeline_is_answered_the_same_whether_something_is_another_s_or_not_there()
    {
        await using var bench = await ServerBench.StartAsync(customers: 20);
        await bench.SavePaymentsAsync();
        await bench.DoAsync(HttpMethod.Put, "pipelines/secret-project", new { source = "shop", destination = "db", streams = new[] { "products" }, tables = "other_{stream}" });
        var run = (await bench.RunAsync(new { pipeline = "secret-project" })).GetProperty("run").GetString()!;
        await bench.DoAsync(HttpMethod.Put, "channels/pager", new { connector = "webhook", settings = new { url = "https://hooks.example.com/x", secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" } });
        var limited = await bench.ClientAsync("eve", Role.Operator, null, "payments");

        var answers = new List<string>();
        foreach (var path in new[]
        {
            "pipelines/secret-project", "pipelines/nope", "sources/shop", "sources/nope", "destinations/nope", "channels/pager", "channels/nope", "alerts/nope",
            $"runs/{run}", $"runs/{run[..15]}", "runs/r-none", "runs/last", "proposals/p", "backups/nope", "inbox/nope", "backfills/nope", "quarantine/1", "runs?pipeline=secret-project", "runs?pipeline=nope",
            "status/nope", "data/other_products", "schedules?pipeline=secret-project",
        })
        {
            var (status, problem) = await ServerBench.AskAsync(limited, HttpMethod.Get, path);
            if (path.StartsWith("data/", StringComparison.Ordinal))
            {
                status.ShouldBe(404);
                continue;
            }

            status.ShouldBe(403, path);
            problem.ToString().ShouldNotContain("secret-project", Case.Insensitive, path);
            problem.ToString().ShouldNotContain(run, Case.Insensitive, path);
            problem.ToString().ShouldNotContain("pager", Case.Insensitive, path);
            problem.ToString().ShouldNotContain(bench.File("home"), Case.Insensitive, path);
            answers.Add(problem.GetProperty("code").GetString()!);
        }

        answers.Distinct().ShouldBe(["access.pipeline"]);
        using var metrics = await limited.GetAsync(new Uri("metrics", UriKind.Relative), ServerBench.Cancel);
        metrics.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await ServerBench.AskAsync(bench.Admin, HttpMethod.Get, "pipelines/nope")).Answer.GetProperty("hint").GetString()!.ShouldContain("secret-project");
    }

    [Fact]
    public async Task Tables_that_no_pipeline_wrote_are_not_shown_and_the_catalog_is_no_destination()
    {
        await using var bench = await ServerBench.StartAsync(customers: 20);
        await bench.SavePaymentsAsync();
        await bench.DoAsync(HttpMethod.Put, "destinations/own", new { connector = "sqlite", settings = new { path = bench.File("home/catalog.db") } });
        await bench.DoAsync(HttpMethod.Put, "pipelines/takeover", new { source = "shop", destination = "own", streams = new[] { "products" }, tables = "users" });

        (await ServerBench.AskAsync(bench.Admin, HttpMethod.Get, "data/users?pipeline=takeover")).Status.ShouldBe(404);
        (await ServerBench.AskAsync(bench.Admin, HttpMethod.Get, "data/tokens")).Status.ShouldBe(404);
        (await bench.DoAsync(HttpMethod.Post, "test?name=own")).ToString().ShouldContain("destination.is_catalog");
        (await bench.RunAsync(new { pipeline = "takeover" })).ToString().ShouldContain("destination.is_catalog");

        // A table of somebody else's beside ours, which a definition names.
        await bench.RunAsync(new { pipeline = "payments" });
        await using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={bench.File("db.sqlite")};Pooling=False"))
        {
            await connection.OpenAsync(ServerBench.Cancel);
            await using var command = connection.CreateCommand();
            command.CommandText = "CREATE TABLE salaries (id TEXT PRIMARY KEY, amount INTEGER); INSERT INTO salaries VALUES ('boss', 1000000)";
            await command.ExecuteNonQueryAsync(ServerBench.Cancel);
        }

        await bench.DoAsync(HttpMethod.Put, "pipelines/payments", new { source = "shop", destination = "db", streams = new[] { "products" }, tables = "salaries" });
        (await ServerBench.AskAsync(bench.Admin, HttpMethod.Get, "data/salaries")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task The_body_of_a_call_to_an_unknown_source_is_not_waited_for()
    {
        await using var bench = await ServerBench.StartAsync(customers: 20);

        (await StatusLineAsync(bench, "POST /webhooks/none HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900000\r\n\r\n{")).ShouldBe("HTTP/1.1 404");
    }

    [Fact]
    public async Task A_call_that_names_a_port_that_is_none_is_refused_and_is_no_defect()
    {
        await using var bench = await ServerBench.StartAsync(customers: 20);
        await bench.DoAsync(HttpMethod.Put, "sources/shop", new
        {
            connector = "stripe",
            settings = new { api_key = "sk_test_tidemark", base_url = $"{bench.Sandbox.Vendors["stripe"]}", allow_private_network = "true", webhook_secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" },
        });

        (await StatusLineAsync(bench, "POST /webhooks/shop HTTP/1.1\r\nHost: localhost:99999\r\nContent-Length: 2\r\n\r\n{}")).ShouldBe("HTTP/1.1 400");
    }

    [Fact]
    public async Task The_page_that_tries_the_API_calls_nobody_but_the_server()
    {
        await using var bench = await ServerBench.StartAsync(customers: 20);
        var page = await bench.Anybody.GetStringAsync(new Uri("docs/", UriKind.Relative), ServerBench.Cancel);

        page.ShouldContain("\"telemetry\":false");
        page.ShouldContain("\"agent\":{\"disabled\":true");
        page.ShouldNotContain("https://");
    }

    [Fact]
    public async Task Strangers_fill_the_audit_trail_with_the_first_refusals_of_a_minute_and_no_more()
    {
        await using var bench = await ServerBench.StartAsync(customers: 20);
        for (var call = 0; call < 200; call++) (await ServerBench.AskAsync(bench.Anybody, HttpMethod.Get, $"runs/{call}")).Status.ShouldBe(401);

        (await bench.GetAsync("audit?limit=1000")).GetProperty("items").EnumerateArray().Count(line => line.GetProperty("outcome").GetString() == "refused").ShouldBeInRange(60, 120);
    }

    [Theory]
    [InlineData("POST", "/login", "application/x-www-form-urlencoded; charset=utf-7", "email=a")]
    [InlineData("POST", "/api/v1/runs", "application/json; charset=nope", "{}")]
    [InlineData("POST", "/api/v1/runs", "application/json; charset=utf-7", "{}")]
    [InlineData("PUT", "/api/v1/sources/x", "application/json", "{\"connector\":\"\\ud800\"}")]
    [InlineData("POST", "/api/v1/tokens", "application/json", "{\"name\":\"n\",\"role\":\"operator\",\"pipelines\":[null,\"nope\"]}")]
    [InlineData("POST", "/api/v1/users", "application/json", "{\"email\":\"a@example.com\",\"role\":\"operator\",\"pipelines\":[null]}")]
    [InlineData("POST", "/api/v1/runs", "application/json", "{\"pipeline\":\"payments\",\"streams\":[null]}")]
    [InlineData("POST", "/api/v1/tokens", "application/json", "{\"name\":\"local\",\"role\":\"operator\"}")]
    [InlineData("POST", "/api/v1/tokens", "application/json", "{\"name\":\"a\\u202eb\",\"role\":\"operator\"}")]
    public async Task Nonsense_is_refused_and_is_no_defect(string method, string path, string type, string body)
    {
        await using var bench = await ServerBench.StartAsync(customers: 20);
        await bench.SavePaymentsAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative)) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", type);

        using var answer = await bench.Admin.SendAsync(request, ServerBench.Cancel);

        ((int)answer.StatusCode).ShouldBeInRange(400, 499, await answer.Content.ReadAsStringAsync(ServerBench.Cancel));
        (await bench.GetAsync("runs")).GetProperty("items").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task Whoever_follows_a_run_hears_no_more_once_the_token_is_revoked()
    {
        await using var bench = await ServerBench.StartAsync(customers: 20);
        await bench.SavePaymentsAsync();
        using var vendor = new Connectors.VendorControl(bench.Sandbox, "stripe");
        await vendor.FaultAsync(new { fault = "delay", milliseconds = 60_000, path = "/v1/products", after = 1, times = -1 });
        var viewer = await bench.ClientAsync("eve", Role.Viewer);
        var run = (await bench.DoAsync(HttpMethod.Post, "runs", new { pipeline = "payments" })).GetProperty("run").GetString();
        var following = ServerBench.FollowAsync(viewer, $"runs/{run}?follow=true");
        await Task.Delay(1500, ServerBench.Cancel);

        await bench.DoAsync(HttpMethod.Delete, "tokens/eve");

        var heard = await following.WaitAsync(TimeSpan.FromSeconds(30), ServerBench.Cancel);
        heard[^1].Data.GetProperty("status").GetString().ShouldBe("running");
        await bench.DoAsync(HttpMethod.Post, $"runs/{run}/cancel");
    }

    [Fact]
    public async Task Keys_of_callers_with_likely_names_are_not_mixed_up()
    {
        await using var bench = await ServerBench.StartAsync(customers: 20);
        await bench.SavePaymentsAsync();
        var (one, other) = (await bench.ClientAsync("ops", Role.Operator), await bench.ClientAsync("ops:x", Role.Operator));
        one.DefaultRequestHeaders.Add("Idempotency-Key", "x:y");
        other.DefaultRequestHeaders.Add("Idempotency-Key", "y");

        var first = (await ServerBench.AskAsync(one, HttpMethod.Post, "runs", new { pipeline = "payments", streams = new[] { "products" } })).Answer.GetProperty("run").GetString();
        var (status, second) = await ServerBench.AskAsync(other, HttpMethod.Post, "runs", new { pipeline = "payments", streams = new[] { "customers" } });

        status.ShouldBe(202);
        second.GetProperty("run").GetString().ShouldNotBe(first);
    }

    /// <summary>What is answered to bytes as they are, up to the status.</summary>
    private static async Task<string> StatusLineAsync(ServerBench bench, string request)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(bench.Anybody.BaseAddress!.Host, bench.Anybody.BaseAddress.Port, ServerBench.Cancel);
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), ServerBench.Cancel);
        var answer = new byte[12];
        await stream.ReadExactlyAsync(answer, ServerBench.Cancel);
        return Encoding.ASCII.GetString(answer);
    }
}
