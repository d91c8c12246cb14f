using Shouldly;
using Tidemark.Engine.Access;
using Tidemark.Server;
using Xunit;

namespace Tidemark.Tests.Server.Compat;

/// <summary>Callers of this machine without a token: the old addresses alone, with the setting alone, and never a web page.</summary>
public sealed class LocalCallersTests
{
    [Fact]
    public async Task P11_the_old_addresses_want_a_token_where_the_setting_is_off()
    {
        await using var server = await ServerBench.StartAsync(new ServerOptions());

        using var refused = await server.Anybody.GetAsync(new Uri("api/sync-status", UriKind.Relative), ServerBench.Cancel);
        using var known = await (await server.ClientAsync("viewer", Role.Viewer)).GetAsync(new Uri("api/sync-status", UriKind.Relative), ServerBench.Cancel);

        ((int)refused.StatusCode, (int)known.StatusCode).ShouldBe((401, 404));
    }

    [Fact]
    public async Task P11_the_setting_opens_the_old_addresses_and_nothing_else()
    {
        await using var bench = await OldBench.StartAsync("oracle", "opportunities");

        await bench.DoAsync("POST", "api/sync-database");

        foreach (var path in new[] { "api/v1/runs", "api/v1/data/opportunities", "api/v1/me" }) (await bench.AskAsync("GET", path)).Status.ShouldBe(401, path);
        var line = (await bench.Server.GetAsync("audit?actor=local")).GetProperty("items")[0];
        (line.GetProperty("actor").GetString(), line.GetProperty("action").GetString(), line.GetProperty("outcome").GetString()).ShouldBe(("local", "opportunities.sync", "done"));
        (await bench.RunsAsync())[0].Origin.Actor.ShouldBe("local");
    }

    [Theory]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("X-Forwarded-For", "127.0.0.1")]
    [InlineData("X-Forwarded-Host", "localhost")]
    [InlineData("Forwarded", "for=127.0.0.1")]
    [InlineData("Authorization", "Bearer tdm_none")]
    public async Task P11_a_page_of_another_origin_a_proxy_and_a_false_token_are_refused_and_start_nothing(string header, string value)
    {
        await using var bench = await OldBench.StartAsync("oracle", "opportunities");

        (await bench.AskAsync("POST", "api/sync-database", null, (header, value))).Status.ShouldBe(401);
        (await bench.AskAsync("GET", "api/opportunities", null, (header, value))).Status.ShouldBe(401);

        (await bench.RunsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task P11_a_body_that_a_form_could_send_is_refused()
    {
        await using var bench = await OldBench.StartAsync("square", "retail");
        using var form = new StringContent("{\"full_refresh\": true}", System.Text.Encoding.UTF8, "text/plain");

        using var answer = await bench.Server.Anybody.PostAsync(new Uri("admin/complete-sync", UriKind.Relative), form, ServerBench.Cancel);

        ((int)answer.StatusCode).ShouldBe(415);
        (await bench.RunsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task S2_11_the_front_end_of_an_allowed_origin_may_call_and_one_of_another_may_not()
    {
        const string frontEnd = "https://app.example.com";
        await using var server = await ServerBench.StartAsync(new ServerOptions { LocalCallers = true, CorsOrigins = [frontEnd] });
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("api/sync-status", UriKind.Relative));
        request.Headers.Add("Origin", frontEnd);

        using var answer = await server.Anybody.SendAsync(request, ServerBench.Cancel);

        ((int)answer.StatusCode).ShouldBe(404); // let in; there is no such pipeline
        answer.Headers.GetValues("Access-Control-Allow-Origin").ShouldBe([frontEnd]);
    }

    [Fact]
    public async Task A_caller_who_goes_away_leaves_the_run_going()
    {
        await using var bench = await OldBench.StartAsync("oracle", "opportunities");
        await bench.Vendor.FaultAsync(new { fault = "delay", milliseconds = 1500, times = 1 });
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("api/sync-database", UriKind.Relative));

        using (var answer = await bench.Server.Anybody.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ServerBench.Cancel))
        {
            // The answer has begun, and its end is not waited for.
            answer.Headers.GetValues("Tidemark-Run").ShouldBe([(await bench.RunsAsync()).ShouldHaveSingleItem().Id]);
            answer.Headers.GetValues("Link").Single().ShouldContain("follow=true");
        }

        var run = (await bench.RunsAsync()).ShouldHaveSingleItem();
        run.Status.ShouldBeOneOf(Engine.Runs.RunStatus.Queued, Engine.Runs.RunStatus.Running);
        (await ServerBench.FollowAsync(bench.Server.Admin, $"runs/{run.Id}?follow=true"))[^1].Data.GetProperty("status").GetString().ShouldBe("succeeded");
    }
}
