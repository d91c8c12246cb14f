using System.Text.Json;
using Microsoft.Data.Sqlite;
using Shouldly;
using Tidemark.Tests.Commands;
using Tidemark.Tests.Sources;
using Xunit;

namespace Tidemark.Tests.Alerts;

/// <summary>Each event, brought about by a real run at the command line, and sent to a real receiver by <c>tidemark alert send</c>.</summary>
public sealed class RealRunTests : IAsyncLifetime
{
    private readonly PaymentsBench _payments = new(size: 40, isSynced: true);
    private readonly PlayedServer _receiver = new(_ => PlayedAnswer.Json("{}"));

    public async ValueTask InitializeAsync()
    {
        await _payments.InitializeAsync();
        await _payments.DoAsync("channel", "set", "hook", "--connector", "webhook", $"url={_receiver.Address}", $"secret={ChannelBench.Secret}", "allow_private_network=true");
    }

    public async ValueTask DisposeAsync()
    {
        await _receiver.DisposeAsync();
        await _payments.DisposeAsync();
    }

    [Fact]
    public async Task S1_15_a_run_that_failed_and_the_next_that_succeeded()
    {
        await TellAsync("failed,recovered");
        await _payments.DoAsync("source", "set", "shop", "base_url=http://127.0.0.1:1", "retries=0");
        (await _payments.RunAsync("sync", "payments")).Code.ShouldBe(6);
        var failed = await SendAsync();
        (Text(failed, "event"), Text(failed, "run")).ShouldBe(("failed", await _payments.LatestAsync()));
        Text(failed, "what").ShouldNotBeNull().ShouldStartWith("The sync of payments failed: ");
        Text(failed, "state").ShouldBe("It failed before anything was read: the tables are as they were.");

        await _payments.DoAsync("source", "set", "shop", $"base_url={_payments.Sandbox.Vendors["stripe"]}");
        await _payments.DoAsync("sync", "payments");
        Text(await SendAsync(), "event").ShouldBe("recovered");
    }

    [Fact]
    public async Task S4_11_a_run_that_succeeded()
    {
        await TellAsync("completed");
        await _payments.DoAsync("sync", "payments", "--full");

        Text(await SendAsync(), "what").ShouldBe("The sync of payments succeeded: 40 read, 0 created, 0 updated, 0 deleted.");
    }

    [Theory]
    [InlineData("partial", "2 records wait in quarantine; all others are written.")]
    [InlineData("quarantine", "2 records wait in quarantine; all others are written.")]
    public async Task Records_that_could_not_be_written(string what, string state)
    {
        await TellAsync(what);
        await ExecuteAsync(_payments.Data, "CREATE TRIGGER rule BEFORE UPDATE ON shop_customers BEGIN SELECT RAISE(ABORT, 'not this one'); END");
        await _payments.Vendor.MutateAsync("customers", new { update = new { count = 2, set = new { description = "new" } } });
        (await _payments.RunAsync("sync", "payments")).Code.ShouldBe(3);

        var said = await SendAsync();
        (Text(said, "event"), Text(said, "state")).ShouldBe((what, state));
        Text(said, "next").ShouldBe("Look at the records in quarantine.");
    }

    [Fact]
    public async Task A_quarantine_that_is_not_over_its_threshold_is_not_told()
    {
        await TellAsync("quarantine", "--over", "2");
        await ExecuteAsync(_payments.Data, "CREATE TRIGGER rule BEFORE UPDATE ON shop_customers BEGIN SELECT RAISE(ABORT, 'not this one'); END");
        await _payments.Vendor.MutateAsync("customers", new { update = new { count = 2, set = new { description = "new" } } });
        (await _payments.RunAsync("sync", "payments")).Code.ShouldBe(3);

        (await _payments.DoAsync("alert", "send")).Output.ShouldContain("Nothing waits");
        _receiver.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_run_that_waits_for_approval()
    {
        await TellAsync("parked");
        await _payments.DeleteAsync("customers", 20);
        (await _payments.RunAsync("sync", "payments", "--full")).Code.ShouldBe(4);

        var said = await SendAsync();
        Text(said, "event").ShouldBe("parked");
        Text(said, "next").ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task A_schema_that_is_frozen_and_changes()
    {
        await TellAsync("failed,partial,schema_change");
        await _payments.DoAsync("pipeline", "set", "payments", "--schema-changes", "freeze");
        await _payments.Vendor.MutateAsync("customers", new { update = new { count = 2, set = new { loyalty_level = "gold" } } });
        (await _payments.RunAsync("sync", "payments")).Code.ShouldNotBe(0);

        var said = await SendAsync();
        (Text(said, "event"), Text(said, "code")).ShouldBe(("schema_change", "schema.frozen"));
        Text(said, "what").ShouldNotBeNull().ShouldContain("loyalty_level");
    }

    [Fact]
    public async Task A_volume_unlike_its_history()
    {
        await TellAsync("volume");
        foreach (var _ in Enumerable.Range(0, 5)) await _payments.DoAsync("sync", "payments", "--full");
        (await _payments.DoAsync("alert", "send")).Output.ShouldContain("Nothing waits");
        await _payments.Vendor.MutateAsync("customers", new { create = 100 });
        await _payments.DoAsync("sync", "payments", "--full");

        var what = Text(await SendAsync(), "what").ShouldNotBeNull();
        what.ShouldStartWith("The sync of payments read ");
        what.ShouldEndWith(" records of customers; the median of the 5 runs before it is 40.");
    }

    [Fact]
    public async Task A_pipeline_that_is_late()
    {
        await _payments.DoAsync("pipeline", "set", "payments", "--deadline", "1h");
        await TellAsync("late");
        (await _payments.DoAsync("alert", "send")).Output.ShouldContain("Nothing waits");
        await ExecuteAsync(Path.Combine(_payments.Bench.Home, "catalog.db"), "UPDATE runs SET finished_at = finished_at - 7200000, started_at = started_at - 7200000");

        var said = await SendAsync();
        (Text(said, "event"), Text(said, "next")).ShouldBe(("late", "Run the pipeline payments again, where its schedule does not."));
    }

    [Fact]
    public async Task A_message_that_is_not_taken_ends_send_with_try_later_and_is_seen_in_the_list()
    {
        await TellAsync("completed");
        await _payments.DoAsync("channel", "set", "hook", "url=http://127.0.0.1:1");
        await _payments.DoAsync("sync", "payments");

        (await _payments.RunAsync("alert", "send")).Code.ShouldBe(6);

        var listed = (await _payments.DoAsync("alerts", "deliveries", "--state", "waiting", "--json")).Line;
        (listed.GetProperty("channel").GetString(), listed.GetProperty("tries").GetInt32()).ShouldBe(("hook", 1));
        var shown = (await _payments.DoAsync("alert", "delivery", listed.GetProperty("id").GetString()!, "--json")).Line;
        shown.GetProperty("attempts")[0].GetProperty("code").GetString().ShouldBe("channel.unreachable");
        await _payments.DoAsync("channel", "set", "hook", $"url={_receiver.Address}");
        await _payments.DoAsync("alert", "replay", listed.GetProperty("id").GetString()!);
        (await _payments.DoAsync("alert", "send", "--json")).Line.GetProperty("state").GetString().ShouldBe("sent");
    }

    [Fact]
    public async Task A_channel_is_tested_by_a_real_message()
    {
        (await _payments.DoAsync("channel", "test", "hook", "--json")).Line.GetProperty("status").GetInt32().ShouldBe(200);
        JsonSerializer.Deserialize<JsonElement>(_receiver.Requests.ShouldHaveSingleItem().Body).GetProperty("type").GetString().ShouldBe("test");

        await _payments.DoAsync("channel", "set", "hook", "allow_private_network=false");
        var refused = await _payments.RunAsync("channel", "test", "hook", "--json");
        (refused.Code, refused.Line.GetProperty("problem").GetProperty("code").GetString()).ShouldBe((5, "channel.address_refused"));
        (await _payments.DoAsync("channel", "show", "hook")).Output.ShouldNotContain(ChannelBench.Secret);
        (await _payments.DoAsync("export")).Output.ShouldNotContain(ChannelBench.Secret);
    }

    private Task<Answer> TellAsync(string events, params string[] more) =>
        _payments.DoAsync(["alert", "set", "rule", "--events", events, "--channels", "hook", .. more]);

    /// <summary>The one part of the one message that is sent now.</summary>
    private async Task<JsonElement> SendAsync()
    {
        _receiver.Requests.Clear();
        await _payments.DoAsync("alert", "send");
        return JsonSerializer.Deserialize<JsonElement>(_receiver.Requests.ShouldHaveSingleItem().Body).GetProperty("data").GetProperty("alerts").EnumerateArray().ShouldHaveSingleItem();
    }

    private static string? Text(JsonElement said, string key) => said.TryGetProperty(key, out var value) ? value.GetString() : null;

    private static async Task ExecuteAsync(string file, string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        await connection.OpenAsync(CommandBench.Cancel);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(CommandBench.Cancel);
    }
}
