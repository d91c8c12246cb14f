using System.Text.Json;
using Microsoft.Data.Sqlite;
using Shouldly;
using Tidemark.Sandbox;
using Tidemark.Tests.Alerts;
using Tidemark.Tests.Sources;
using Xunit;

namespace Tidemark.Tests.Crash;

/// <summary>P8 for alerts: a process that is killed between the end of a run and the answer of a receiver loses no message.</summary>
public sealed class AlertKillTests : IDisposable
{
    private readonly TestFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_message_whose_sender_is_killed_is_sent_again_with_the_same_id()
    {
        var hangs = true;
        await using var receiver = new PlayedServer(_ => PlayedAnswer.Json("{}") with { Hangs = hangs });
        await using var sandbox = await SandboxServer.StartAsync(new SandboxOptions { Port = 0, Size = 20 }, Stop);
        var program = new TidemarkProgram(_folder.File("home"));
        (await program.RunAsync("source", "set", "stripe", "--connector", "stripe", "api_key=sk_test_tidemark", $"base_url={sandbox.Vendors["stripe"]}", "allow_private_network=true")).ShouldBe(0);
        (await program.RunAsync("destination", "set", "data", "--connector", "sqlite", $"path={_folder.File("data.db")}")).ShouldBe(0);
        (await program.RunAsync("channel", "set", "hook", "--connector", "webhook", $"url={receiver.Address}", $"secret={ChannelBench.Secret}", "allow_private_network=true")).ShouldBe(0);
        (await program.RunAsync("alert", "set", "done", "--events", "completed", "--channels", "hook")).ShouldBe(0);
        // The run ends in a process of its own, which tells nobody.
        (await program.RunAsync("sync", "stripe", "data", "customers")).ShouldBe(0);

        (await program.KillAsync(async _ =>
        {
            while (receiver.Requests.IsEmpty) await Task.Delay(10, Stop);
        }, "alert", "send")).ShouldBeTrue();
        hangs = false;
        (await program.RunAsync("alert", "send")).ShouldBe(0);
        receiver.Requests.Count.ShouldBe(1, "The other may live, for two minutes.");
        await ForgetClaimAsync();
        (await program.RunAsync("alert", "send")).ShouldBe(0);
        (await program.RunAsync("alert", "send")).ShouldBe(0);

        receiver.Requests.Count.ShouldBe(2);
        receiver.Requests.Select(request => request.Headers["webhook-id"]).Distinct().ShouldHaveSingleItem();
        JsonSerializer.Deserialize<JsonElement>(receiver.Requests.Last().Body).GetProperty("data").GetProperty("subject").GetString().ShouldBe("stripe:data: completed");
    }

    /// <summary>Two minutes later.</summary>
    private async Task ForgetClaimAsync()
    {
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(_folder.File("home"), "catalog.db")};Pooling=False");
        await connection.OpenAsync(Stop);
        await using var command = connection.CreateCommand();
        command.CommandText = "UPDATE deliveries SET claimed_until = claimed_until - 120000";
        await command.ExecuteNonQueryAsync(Stop);
    }
}
