using Shouldly;
using Tidemark.Engine.Access;
using Xunit;

namespace Tidemark.Tests.Server;

/// <summary>Backfills over the API.</summary>
public sealed class BackfillsApiTests
{
    [Fact]
    public async Task A_range_is_read_again_by_the_server_window_after_window()
    {
        await using var bench = await ServerBench.StartAsync();
        await bench.SavePaymentsAsync();
        await bench.RunAsync(new { pipeline = "payments" });

        var made = await bench.DoAsync(HttpMethod.Post, "backfills", new { pipeline = "payments", from = "1990-01-01T00:00:00Z", to = "2026-01-01T00:00:00Z", window = "7000d", streams = new[] { "customers" } });
        var id = made.GetProperty("backfill").GetString();
        made.GetProperty("windows").GetArrayLength().ShouldBe(2);
        made.GetProperty("windows")[0].GetProperty("run").GetString().ShouldNotBeNull();
        for (var wait = 0; wait < 600 && (await bench.GetAsync($"backfills/{id}")).GetProperty("status").GetString() == "open"; wait++) await Task.Delay(100, ServerBench.Cancel);

        var done = await bench.GetAsync($"backfills/{id}");
        done.GetProperty("status").GetString().ShouldBe("done", done.ToString());
        done.GetProperty("done").GetInt32().ShouldBe(2);
        (await bench.GetAsync("backfills")).GetProperty("items").GetArrayLength().ShouldBe(1);
        (await ServerBench.AskAsync(bench.Admin, HttpMethod.Post, $"backfills/{id}/resume")).Answer.GetProperty("code").GetString().ShouldBe("backfill.ended");
    }

    [Fact]
    public async Task What_makes_no_sense_or_is_not_the_callers_is_refused()
    {
        await using var bench = await ServerBench.StartAsync();
        await bench.SavePaymentsAsync();
        await bench.DoAsync(HttpMethod.Put, "pipelines/another", new { source = "shop", destination = "db", streams = new[] { "customers" } });
        var other = await bench.ClientAsync("ada", Role.Operator, null, "another");

        (await ServerBench.AskAsync(other, HttpMethod.Post, "backfills", new { pipeline = "payments", from = "2026-01-01T00:00:00Z", to = "2026-01-02T00:00:00Z" })).Status.ShouldBe(403);
        foreach (var (body, code) in new (object Body, string Code)[]
        {
            (new { pipeline = "payments", from = "2026-01-02T00:00:00Z", to = "2026-01-01T00:00:00Z" }, "backfill.range_invalid"),
            (new { pipeline = "payments", from = "2026-01-01T00:00:00Z", to = "2026-01-02T00:00:00Z", window = "soon" }, "request.malformed"),
            (new { pipeline = "payments", from = "2026-01-01T00:00:00Z", to = "2026-01-02T00:00:00Z", window = "1s" }, "backfill.window_invalid"),
            (new { pipeline = "payments", from = "2026-02-30T00:00:00Z", to = "2026-03-02T00:00:00Z" }, "request.malformed"),
        })
        {
            var (status, problem) = await ServerBench.AskAsync(bench.Admin, HttpMethod.Post, "backfills", body);
            (status, problem.GetProperty("code").GetString()).ShouldBe((400, code));
        }

        (await bench.GetAsync("backfills")).GetProperty("items").GetArrayLength().ShouldBe(0);
        (await ServerBench.AskAsync(bench.Admin, HttpMethod.Get, "backfills/b-none")).Status.ShouldBe(404);
    }
}
