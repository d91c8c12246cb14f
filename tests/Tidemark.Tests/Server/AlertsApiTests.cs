using System.Text.Json;
using Shouldly;
using Tidemark.Engine.Access;
using Tidemark.Tests.Alerts;
using Tidemark.Tests.Sources;
using Xunit;

namespace Tidemark.Tests.Server;

/// <summary>Channels, alerts and messages over the API, sent by the server itself.</summary>
public sealed class AlertsApiTests : IAsyncLifetime
{
    private readonly PlayedServer _receiver;
    private ServerBench _bench = null!;
    private int _status = 200;

    public AlertsApiTests() => _receiver = new(_ => PlayedAnswer.Json("{}", _status));

    public async ValueTask InitializeAsync()
    {
        _bench = await ServerBench.StartAsync(new() { PublicAddress = new("https://sync.example.com/tidemark/") }, customers: 20);
        await _bench.DoAsync(HttpMethod.Put, "channels/hook", new
        {
            connector = "webhook",
            settings = new { url = $"{_receiver.Address}", secret = ChannelBench.Secret, allow_private_network = "true" },
        });
        await _bench.DoAsync(HttpMethod.Put, "alerts/done", new { events = new[] { "completed" }, channels = new[] { "hook" } });
    }

    public async ValueTask DisposeAsync()
    {
        await _bench.DisposeAsync();
        await _receiver.DisposeAsync();
    }

    [Fact]
    public async Task S2_11_the_server_tells_of_a_run_by_itself_with_a_link()
    {
        await _bench.SavePaymentsAsync();
        var run = (await _bench.RunAsync(new { pipeline = "payments" })).GetProperty("run").GetString()!;

        var delivery = await WaitAsync($"deliveries?run={run}", found => found.GetProperty("state").GetString() == "sent");

        (delivery.GetProperty("rule").GetString(), delivery.GetProperty("channel").GetString(), delivery.GetProperty("subject").GetString()).ShouldBe(("done", "hook", "payments: completed"));
        var request = _receiver.Requests.ShouldHaveSingleItem();
        request.Headers["webhook-id"].ShouldBe(delivery.GetProperty("id").GetString());
        JsonSerializer.Deserialize<JsonElement>(request.Body).GetProperty("data").GetProperty("alerts")[0].GetProperty("link").GetString().ShouldBe($"https://sync.example.com/tidemark/runs/{run}");
        (await _bench.GetAsync("deliveries?state=dead")).GetProperty("items").GetArrayLength().ShouldBe(0);
        (await _bench.GetAsync("deliveries?channel=other")).GetProperty("items").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task A_message_that_was_given_up_is_replayed_with_its_id()
    {
        _status = 410;
        await _bench.SavePaymentsAsync();
        await _bench.RunAsync(new { pipeline = "payments" });
        var dead = await WaitAsync("deliveries?state=dead", _ => true);
        (await _bench.GetAsync("status/payments")).GetProperty("undelivered").GetInt64().ShouldBe(1);
        _status = 200;
        var id = dead.GetProperty("id").GetString()!;

        (await _bench.DoAsync(HttpMethod.Post, $"deliveries/{id}/replay")).GetProperty("state").GetString().ShouldBe("waiting");

        await WaitAsync("deliveries?state=sent", _ => true);
        (await _bench.GetAsync($"deliveries/{id}")).GetProperty("attempts").EnumerateArray().Select(attempt => attempt.GetProperty("status").GetInt32()).ShouldBe([410, 200]);
        _receiver.Requests.Select(request => request.Headers["webhook-id"]).ShouldBe([id, id]);
        (await _bench.GetAsync("audit?action=delivery.replay")).GetProperty("items")[0].GetProperty("subject").GetString().ShouldBe($"delivery {id}");
    }

    [Fact]
    public async Task A_channel_is_shown_without_its_secret_and_tested_by_an_operator()
    {
        (await _bench.GetAsync("channels/hook")).GetProperty("settings").GetProperty("secret").GetString().ShouldBe("***");
        await _bench.SavePaymentsAsync();
        using var viewer = await _bench.ClientAsync("viewer", Role.Viewer);
        using var operators = await _bench.ClientAsync("operator", Role.Operator);
        using var limited = await _bench.ClientAsync("limited", Role.Operator, pipelines: "payments");

        (await ServerBench.AskAsync(viewer, HttpMethod.Post, "channels/hook/test")).Status.ShouldBe(403);
        (await ServerBench.AskAsync(viewer, HttpMethod.Get, "alerts/done")).Answer.GetProperty("events")[0].GetString().ShouldBe("completed");
        var (status, answer) = await ServerBench.AskAsync(operators, HttpMethod.Post, "channels/hook/test");
        (status, answer.GetProperty("works").GetBoolean(), answer.GetProperty("status").GetInt32()).ShouldBe((200, true, 200));
        (await ServerBench.AskAsync(operators, HttpMethod.Put, "channels/hook", new { connector = "slack" })).Status.ShouldBe(403);
        (await ServerBench.AskAsync(limited, HttpMethod.Get, "deliveries")).Status.ShouldBe(403);
        (await ServerBench.AskAsync(limited, HttpMethod.Post, "channels/hook/test")).Status.ShouldBe(403);
    }

    [Fact]
    public async Task What_is_not_there_and_what_is_used_is_said()
    {
        foreach (var (method, path, status, code) in new[]
        {
            (HttpMethod.Post, "channels/none/test", 404, "channel.unknown"), (HttpMethod.Get, "deliveries/none", 404, "delivery.unknown"),
            (HttpMethod.Post, "deliveries/none/replay", 404, "delivery.unknown"), (HttpMethod.Get, "deliveries?state=lost", 400, "request.malformed"),
            (HttpMethod.Get, "deliveries?cursor=zz", 400, "cursor.malformed"), (HttpMethod.Delete, "channels/hook", 409, "channel.in_use"), (HttpMethod.Get, "alerts/none", 404, "alert.unknown"),
        })
        {
            var answer = await ServerBench.AskAsync(_bench.Admin, method, path);
            (answer.Status, answer.Answer.GetProperty("code").GetString()).ShouldBe((status, code), path);
        }
    }

    /// <summary>The first message of a list that is as wanted.</summary>
    private async Task<JsonElement> WaitAsync(string path, Func<JsonElement, bool> wanted)
    {
        while (true)
        {
            var found = (await _bench.GetAsync(path)).GetProperty("items").EnumerateArray().Where(wanted).ToList();
            if (found.Count > 0) return found[0];
            await Task.Delay(50, ServerBench.Cancel);
        }
    }
}
