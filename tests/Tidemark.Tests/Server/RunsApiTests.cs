using System.Net.Http.Json;
using System.Text.Json;
using Shouldly;
using Xunit;

namespace Tidemark.Tests.Server;

/// <summary>Runs over the API: what the command line does, by the same operations.</summary>
public sealed class RunsApiTests
{
    [Fact]
    public async Task P3_a_run_is_queued_carried_out_and_followed_to_its_receipt()
    {
        await using var bench = await ServerBench.StartAsync();
        await bench.SavePaymentsAsync();

        var queued = await bench.DoAsync(HttpMethod.Post, "runs", new { pipeline = "payments" });
        queued.GetProperty("status").GetString().ShouldBe("queued");
        queued.GetProperty("trigger").GetString().ShouldBe("api");
        queued.GetProperty("actor").GetString().ShouldBe("admin");
        var id = queued.GetProperty("run").GetString();
        var events = await ServerBench.FollowAsync(bench.Admin, $"runs/{id}?follow=true");

        events.ShouldAllBe(each => each.Name == "run");
        var done = events[^1].Data;
        done.GetProperty("status").GetString().ShouldBe("succeeded", done.ToString());
        done.GetProperty("receipt").GetProperty("verified").GetBoolean().ShouldBeTrue();
        done.GetProperty("streams").EnumerateArray().Sum(stream => stream.GetProperty("created").GetInt64()).ShouldBeGreaterThan(120);
        (await bench.GetAsync($"runs/{id}")).GetProperty("status").GetString().ShouldBe("succeeded");
        (await bench.GetAsync($"runs/{id}/steps")).EnumerateArray().Select(step => step.GetProperty("name").GetString()).ShouldContain("plan");
        (await bench.DoAsync(HttpMethod.Post, $"runs/{id}/verify")).GetProperty("verified").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task A_key_that_is_sent_twice_starts_one_run_and_one_for_another_request_is_refused()
    {
        await using var bench = await ServerBench.StartAsync();
        await bench.SavePaymentsAsync();
        bench.Admin.DefaultRequestHeaders.Add("Idempotency-Key", "tonight");

        var first = await bench.DoAsync(HttpMethod.Post, "runs", new { pipeline = "payments", streams = new[] { "products" } });
        var second = await bench.DoAsync(HttpMethod.Post, "runs", new { pipeline = "payments", streams = new[] { "products" } });
        var (status, problem) = await ServerBench.AskAsync(bench.Admin, HttpMethod.Post, "runs", new { pipeline = "payments" });

        second.GetProperty("run").GetString().ShouldBe(first.GetProperty("run").GetString());
        status.ShouldBe(409);
        problem.GetProperty("code").GetString().ShouldBe("run.key_used");
    }

    [Fact]
    public async Task P7_a_dry_run_shows_the_plan_and_an_undo_takes_a_run_back()
    {
        await using var bench = await ServerBench.StartAsync();
        await bench.SavePaymentsAsync();
        var run = (await bench.RunAsync(new { pipeline = "payments", streams = new[] { "products" } })).GetProperty("run").GetString();

        var dry = await bench.RunAsync(new { pipeline = "payments", streams = new[] { "products" }, dry_run = true, mode = "replace" });
        dry.GetProperty("kind").GetString().ShouldBe("dry_run");
        dry.GetProperty("plan").GetArrayLength().ShouldBe(1);
        var rows = await bench.GetAsync($"runs/{run}/rows?limit=5");
        rows.GetProperty("rows").GetArrayLength().ShouldBe(5);
        var created = rows.GetProperty("tables")[0].GetProperty("created").GetInt64();
        var trial = await bench.GetAsync($"runs/{run}/undo");
        trial.GetProperty("tables")[0].GetProperty("deleted").GetInt64().ShouldBe(created);

        var undo = await bench.DoAsync(HttpMethod.Post, $"runs/{run}/undo");
        var undone = (await ServerBench.FollowAsync(bench.Admin, $"runs/{undo.GetProperty("run").GetString()}?follow=true"))[^1].Data;
        undone.GetProperty("status").GetString().ShouldBe("succeeded", undone.ToString());
        undone.GetProperty("streams")[0].GetProperty("deleted").GetInt64().ShouldBe(created);
    }

    [Fact]
    public async Task P5_a_parked_run_says_by_which_request_it_goes_on()
    {
        await using var bench = await ServerBench.StartAsync();
        await bench.SavePaymentsAsync();
        await bench.RunAsync(new { pipeline = "payments", streams = new[] { "customers" } });
        using var control = new HttpClient { BaseAddress = bench.Control };
        (await control.PostAsJsonAsync(new Uri("mutate/stripe/customers", UriKind.Relative), new { delete = new { count = 60 } }, ServerBench.Cancel)).EnsureSuccessStatusCode();

        var parked = await bench.RunAsync(new { pipeline = "payments", streams = new[] { "customers" }, mode = "replace" });
        parked.GetProperty("status").GetString().ShouldBe("parked", parked.ToString());
        var status = await bench.GetAsync("status/payments");
        status.GetProperty("standing").GetString().ShouldBe("needs_person");
        var approved = await bench.DoAsync(HttpMethod.Post, $"runs/{parked.GetProperty("run").GetString()}/approve");
        var done = (await ServerBench.FollowAsync(bench.Admin, $"runs/{approved.GetProperty("run").GetString()}?follow=true"))[^1].Data;
        done.GetProperty("status").GetString().ShouldBe("succeeded", done.ToString());
        done.GetProperty("streams")[0].GetProperty("deleted").GetInt64().ShouldBe(60);
    }

    [Fact]
    public async Task Lists_are_walked_by_cursor_filtered_and_exported()
    {
        await using var bench = await ServerBench.StartAsync();
        await bench.SavePaymentsAsync();
        var ids = new List<string>();
        for (var each = 0; each < 5; each++)
            ids.Insert(0, (await bench.RunAsync(new { pipeline = "payments", streams = new[] { "products" } })).GetProperty("run").GetString()!);

        var walked = new List<string>();
        var next = "";
        do
        {
            var page = await bench.GetAsync($"runs?limit=2&cursor={next}");
            walked.AddRange(page.GetProperty("items").EnumerateArray().Select(run => run.GetProperty("run").GetString()!));
            next = page.GetProperty("next").GetString();
        }
        while (next is not null);

        walked.ShouldBe(ids);
        (await bench.GetAsync("runs?status=failed")).GetProperty("items").GetArrayLength().ShouldBe(0);
        (await bench.GetAsync($"runs?search={ids[2][^6..].ToUpperInvariant()}")).GetProperty("items")[0].GetProperty("run").GetString().ShouldBe(ids[2]);
        (await bench.GetAsync("runs?search=%25")).GetProperty("items").GetArrayLength().ShouldBe(0);
        var csv = await bench.Admin.GetStringAsync(new Uri("api/v1/runs?format=csv", UriKind.Relative), ServerBench.Cancel);
        csv.Split("\r\n").Length.ShouldBe(ids.Count + 2);
        csv.ShouldStartWith("run,pipeline,kind,mode,status");
        (await ServerBench.AskAsync(bench.Admin, HttpMethod.Get, "runs?cursor=zz")).Answer.GetProperty("code").GetString().ShouldBe("cursor.malformed");
    }

    [Theory]
    [InlineData("backups")]
    [InlineData("tokens")]
    [InlineData("status")]
    [InlineData("schedules")]
    public async Task P3_a_cursor_behind_what_is_gone_is_no_end_of_the_list(string list)
    {
        await using var bench = await ServerBench.StartAsync();
        await bench.SavePaymentsAsync();

        var (status, problem) = await ServerBench.AskAsync(bench.Admin, HttpMethod.Get, $"{list}?cursor=676f6e65");

        (status, problem.GetProperty("code").GetString()).ShouldBe((400, "cursor.gone"));
    }

    [Fact]
    public async Task The_log_of_a_run_is_found_by_level_stream_and_text_and_followed()
    {
        await using var bench = await ServerBench.StartAsync();
        await bench.SavePaymentsAsync();
        var failed = await bench.RunAsync(new { pipeline = "payments", streams = new[] { "nothing_like_it" } });
        failed.GetProperty("status").GetString().ShouldBe("failed");
        var run = failed.GetProperty("run").GetString();

        var all = (await bench.GetAsync($"runs/{run}/logs?limit=1000")).GetProperty("items").EnumerateArray().ToList();
        all.ShouldNotBeEmpty();
        var message = all[^1].GetProperty("message").GetString()!;
        var found = (await bench.GetAsync($"runs/{run}/logs?search={Uri.EscapeDataString(message.ToUpperInvariant())}")).GetProperty("items");
        found.EnumerateArray().ShouldAllBe(line => line.GetProperty("message").GetString() == message);
        found.GetArrayLength().ShouldBeGreaterThan(0);
        (await bench.GetAsync($"runs/{run}/logs?stream=none")).GetProperty("items").GetArrayLength().ShouldBe(0);
        var followed = await ServerBench.FollowAsync(bench.Admin, $"runs/{run}/logs?follow=true");
        followed.Count.ShouldBe(all.Count);
        var error = (await bench.GetAsync($"runs/{run}/logs?first_error=true&limit=1")).GetProperty("items")[0];
        error.GetProperty("level").GetString().ShouldBe("error");
    }

    [Theory]
    [InlineData("GET", "runs/none", null, 404, "run.unknown")]
    [InlineData("GET", "pipelines/none", null, 404, "pipeline.unknown")]
    [InlineData("POST", "runs", """{"pipeline":"none"}""", 404, "pipeline.unknown")]
    [InlineData("POST", "runs", """{"pipelin":"none"}""", 400, "request.malformed")]
    [InlineData("POST", "runs", """{"pipeline":null}""", 400, "request.malformed")]
    [InlineData("POST", "runs", "{", 400, "request.malformed")]
    [InlineData("POST", "runs", """{"pipeline":"x","kind":"backup","mode":"merge"}""", 400, "request.malformed")]
    [InlineData("GET", "runs?status=done", null, 400, "request.malformed")]
    [InlineData("GET", "runs?limit=0", null, 400, "request.malformed")]
    [InlineData("GET", "runs?limit=many", null, 400, "request.malformed")]
    [InlineData("PUT", "sources/x", """{"connector":"strpe"}""", 422, "connector.unknown")]
    [InlineData("PUT", "sources/x", "[]", 400, "request.malformed")]
    [InlineData("POST", "quarantine/retry", """{"ids":[7]}""", 404, "quarantine.unknown")]
    [InlineData("GET", "backups/..%2Fkey", null, 400, "backup.name_invalid")]
    [InlineData("GET", "nothing", null, 404, "address.unknown")]
    public async Task Bad_input_has_one_clear_problem_with_a_stable_code(string method, string path, string? body, int status, string code)
    {
        await using var bench = await ServerBench.StartAsync();

        var (answered, problem) = await ServerBench.AskAsync(bench.Admin, new(method), path, body);

        answered.ShouldBe(status, problem.ToString());
        problem.GetProperty("code").GetString().ShouldBe(code, problem.ToString());
        problem.GetProperty("status").GetInt32().ShouldBe(status);
        problem.GetProperty("detail").GetString().ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task P11_a_definition_over_the_API_gives_no_secret_back_and_reads_no_variable_of_the_server()
    {
        await using var bench = await ServerBench.StartAsync();
        await bench.SavePaymentsAsync();

        $"{await bench.GetAsync("sources/shop")}".ShouldNotContain("sk_test_tidemark");
        (await bench.Admin.GetStringAsync(new Uri("api/v1/definitions", UriKind.Relative), ServerBench.Cancel)).ShouldNotContain("sk_test_tidemark");
        var (status, problem) = await ServerBench.AskAsync(
            bench.Admin, HttpMethod.Put, "sources/thief", new { connector = "stripe", settings = new { api_key = "x${PATH}" } });
        status.ShouldBe(422, problem.ToString());
        // Saved again as it is shown, a source keeps its secret.
        await bench.DoAsync(HttpMethod.Put, "sources/shop", JsonSerializer.Serialize(new
        {
            connector = "stripe",
            settings = new { api_key = "<secret>", base_url = (await bench.GetAsync("sources/shop")).GetProperty("settings").GetProperty("base_url").GetString(), allow_private_network = "true" },
        }));
        (await bench.RunAsync(new { pipeline = "payments", streams = new[] { "products" } })).GetProperty("status").GetString().ShouldBe("succeeded");
    }
}
