using Shouldly;
using Tidemark.Engine.Access;
using Tidemark.Tests.Connectors;
using Xunit;

namespace Tidemark.Tests.Server;

/// <summary>The failure inbox over the API.</summary>
public sealed class InboxApiTests
{
    [Fact]
    public async Task A_run_that_failed_is_retried_with_its_failed_stream_alone_and_leaves_the_inbox()
    {
        await using var bench = await ServerBench.StartAsync();
        await bench.SavePaymentsAsync();
        using var vendor = new VendorControl(bench.Sandbox, "stripe");
        await vendor.FaultAsync(new { fault = "status", status = 403, path = "/v1/products", after = 1, times = -1 });
        var failed = (await bench.RunAsync(new { pipeline = "payments" })).GetProperty("run").GetString();

        var listed = (await bench.GetAsync("inbox")).GetProperty("items").EnumerateArray().ShouldHaveSingleItem();
        (listed.GetProperty("run").GetString(), listed.GetProperty("pipeline").GetString(), listed.GetProperty("open").GetBoolean()).ShouldBe((failed, "payments", true));
        var part = listed.GetProperty("parts").EnumerateArray().ShouldHaveSingleItem();
        part.GetProperty("stream").GetString().ShouldBe("products");
        part.GetProperty("transient").GetBoolean().ShouldBeFalse();

        await vendor.ClearFaultsAsync();
        bench.Admin.DefaultRequestHeaders.Add("Idempotency-Key", "again");
        var retried = (await bench.DoAsync(HttpMethod.Post, "inbox/retry", new { runs = new[] { failed } })).EnumerateArray().ShouldHaveSingleItem();
        var same = (await bench.DoAsync(HttpMethod.Post, "inbox/retry", new { runs = new[] { failed } })).EnumerateArray().FirstOrDefault();
        var run = retried.GetProperty("run").GetString();
        if (same.ValueKind != System.Text.Json.JsonValueKind.Undefined) same.GetProperty("run").GetString().ShouldBe(run);
        var done = (await ServerBench.FollowAsync(bench.Admin, $"runs/{run}?follow=true"))[^1].Data;

        done.GetProperty("streams").EnumerateArray().ShouldHaveSingleItem().GetProperty("stream").GetString().ShouldBe("products");
        (await bench.GetAsync("inbox")).GetProperty("items").GetArrayLength().ShouldBe(0);
        (await bench.GetAsync("inbox?over=true")).GetProperty("items")[0].GetProperty("parts")[0].GetProperty("over_by").GetString().ShouldBe(run);
        (await bench.DoAsync(HttpMethod.Post, "inbox/retry", new { runs = new[] { failed } })).GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task A_person_settles_the_runs_that_were_seen_and_one_of_another_pipeline_is_refused_with_all()
    {
        await using var bench = await ServerBench.StartAsync();
        await bench.SavePaymentsAsync();
        await bench.DoAsync(HttpMethod.Put, "pipelines/other", new { source = "shop", destination = "db", streams = new[] { "customers" } });
        using var vendor = new VendorControl(bench.Sandbox, "stripe");
        await vendor.FaultAsync(new { fault = "status", status = 403, times = -1 });
        var one = (await bench.RunAsync(new { pipeline = "payments" })).GetProperty("run").GetString();
        var two = (await bench.RunAsync(new { pipeline = "other" })).GetProperty("run").GetString();
        var operators = await bench.ClientAsync("ada", Role.Operator, null, "payments");
        var viewer = await bench.ClientAsync("eve", Role.Viewer);

        (await ServerBench.AskAsync(viewer, HttpMethod.Post, "inbox/settle", new { runs = new[] { one }, note = "Why." })).Status.ShouldBe(403);
        (await ServerBench.AskAsync(operators, HttpMethod.Post, "inbox/settle", new { runs = new[] { one, two }, note = "Why." })).Status.ShouldBe(403);
        (await ServerBench.AskAsync(operators, HttpMethod.Get, $"inbox/{two}")).Status.ShouldBe(403);
        (await ServerBench.AskAsync(operators, HttpMethod.Post, "inbox/settle", new { runs = Array.Empty<string>(), note = "Why." })).Status.ShouldBe(400);
        (await ServerBench.AskAsync(operators, HttpMethod.Get, "inbox")).Answer.GetProperty("items").GetArrayLength().ShouldBe(1);
        (await bench.GetAsync("inbox")).GetProperty("items").GetArrayLength().ShouldBe(2);

        var (status, settled) = await ServerBench.AskAsync(operators, HttpMethod.Post, "inbox/settle", new { runs = new[] { one }, note = "The vendor was down." });

        status.ShouldBe(200, settled.ToString());
        settled.GetProperty("settled")[0].GetString().ShouldBe(one);
        (await bench.GetAsync("inbox?search=other")).GetProperty("items").EnumerateArray().ShouldHaveSingleItem().GetProperty("run").GetString().ShouldBe(two);
        var parts = (await bench.GetAsync($"inbox/{one}")).GetProperty("parts").EnumerateArray().ToList();
        parts.ShouldAllBe(part => part.GetProperty("settled_by").GetString() == "ada" && part.GetProperty("note").GetString() == "The vendor was down.");
        var line = (await bench.GetAsync("audit?action=inbox.settle")).GetProperty("items").EnumerateArray().Single(line => line.GetProperty("outcome").GetString() == "done");
        line.GetProperty("actor").GetString().ShouldBe("ada");
    }
}
