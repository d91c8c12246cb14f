using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Tidemark.Engine;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Runs;
using Tidemark.Server;
using Tidemark.Tests.Catalog;
using Xunit;

namespace Tidemark.Tests.Scheduling;

/// <summary>Whole servers, at a moment that stands.</summary>
public sealed class ScheduledServerTests : IDisposable
{
    private const int Looks = 1200;

    private readonly ScheduledHome _home = new(new SqliteHome());

    public ScheduledServerTests() => _home.Now = ScheduledHome.At("2027-03-01T10:00Z");

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task S2_8_servers_that_start_after_three_nights_make_up_for_them_by_one_run_between_them()
    {
        await _home.SaveAsync(ScheduledHome.Pipeline("opportunities", new PipelineSchedule("0 0 * * *")));
        _home.Now = ScheduledHome.At("2027-03-04T09:00Z");

        await using var one = await _home.OpenAsync();
        await using var other = await _home.OpenAsync();
        var servers = await Task.WhenAll(StartAsync(one), StartAsync(other));
        var run = await EndAsync(one);

        (run.Origin.Trigger, run.Origin.Missed, run.Origin.DueAt).ShouldBe((RunTrigger.Schedule, 3, ScheduledHome.At("2027-03-04T00:00Z")));
        _home.Now = ScheduledHome.At("2027-03-05T00:00Z");
        (await EndAsync(other, after: run)).Origin.Missed.ShouldBe(0);
        foreach (var server in servers)
        {
            await server.StopAsync();
            await server.DisposeAsync();
        }

        (await _home.RunsAsync()).Count.ShouldBe(2);
    }

    private Task<TidemarkServer> StartAsync(Home home) =>
        TidemarkServer.StartAsync(home, new() { Port = 0 }, _home.Catalog.Clock, NullLoggerProvider.Instance, TestHome.Cancelled);

    /// <summary>The latest run once it is over. There is nothing behind its connectors: it fails.</summary>
    private static async Task<RunRecord> EndAsync(Home home, RunRecord? after = null)
    {
        for (var look = 0; look < Looks; look++)
        {
            if (await home.Runs.ListAsync(1, new(), TestHome.Cancelled) is [{ Status: RunStatus.Failed } run] && run.Id != after?.Id) return run;
            await Task.Delay(100, TestHome.Cancelled);
        }

        throw new InvalidOperationException("No run came to its end.");
    }
}
