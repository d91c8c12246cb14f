using Shouldly;
using Tidemark.Connectors;
using Tidemark.Engine;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Runs;
using Tidemark.Sandbox;
using Xunit;

namespace Tidemark.Tests.Commands;

/// <summary>Runs that somebody starts and a worker carries out, as a schedule, a page or a REST call does.</summary>
public sealed class StartedRunTests : IAsyncLifetime
{
    private static readonly RunOrigin Schedule = new(RunTrigger.Schedule, null);
    private static readonly RunOrigin Page = new(RunTrigger.Page, "ada");

    private readonly CommandBench _bench = new();
    private SandboxServer _sandbox = null!;
    private Home _home = null!;

    public async ValueTask InitializeAsync()
    {
        _sandbox = await SandboxServer.StartAsync(new() { Size = 40, Port = 0 }, CommandBench.Cancel);
        await _bench.SaveEndsAsync(_sandbox.Vendors["stripe"]);
        await _bench.DoAsync("pipeline", "set", "payments", "--source", "shop", "--destination", "db", "--streams", "customers");
        _home = await Home.OpenAsync(new HomeOptions(_bench.Home), CompiledConnectors.Catalog(), TimeProvider.System, CommandBench.Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await _sandbox.DisposeAsync();
        _bench.Dispose();
    }

    [Fact]
    public async Task A_run_of_any_kind_waits_until_a_worker_takes_it_and_the_command_line_sees_both()
    {
        var sync = await _home.StartAsync(new SyncRun("payments") { Mode = WriteMode.Replace }, Schedule, "key", CommandBench.Cancel);
        var same = await _home.StartAsync(new SyncRun("payments") { Mode = WriteMode.Replace }, Schedule, "key", CommandBench.Cancel);
        var waiting = (await _bench.DoAsync("runs", "--json")).Line;
        (same.Id, waiting.GetProperty("status").GetString(), waiting.GetProperty("trigger").GetString())
            .ShouldBe((sync.Id, "queued", "schedule"));
        waiting.TryGetProperty("actor", out _).ShouldBeFalse();

        await WorkAsync(sync.Id);
        await WorkAsync((await _home.StartAsync(new BackupRun("payments"), Page, null, CommandBench.Cancel)).Id);
        var file = (await _home.Backups.ListAsync(null, CommandBench.Cancel)).ShouldHaveSingleItem();
        await WorkAsync((await _home.StartAsync(
            await _home.Requests.RestoreAsync(file.Name, RestoreMode.Exact, CommandBench.Cancel), Page, null, CommandBench.Cancel)).Id);
        await WorkAsync((await _home.StartAsync(
            await _home.Requests.UndoAsync("last", CommandBench.Cancel), Page, null, CommandBench.Cancel)).Id);
        await WorkAsync((await _home.StartAsync(
            new DryRun(new DeletionScan("payments")), Page, null, CommandBench.Cancel)).Id);

        var runs = (await _bench.DoAsync("runs", "--json")).Lines;
        runs.Select(run => $"{run.GetProperty("kind")} {run.GetProperty("status")}").ShouldBe(
        [
            "dry_run planned", "undo succeeded", "restore succeeded", "backup succeeded", "sync succeeded",
        ]);
        runs[0].GetProperty("actor").GetString().ShouldBe("ada");
        (await _bench.DoAsync("run", "show", sync.Id)).Output.ShouldContain("by schedule");
    }

    [Fact]
    public async Task P3_a_schedule_that_fails_at_the_start_leaves_a_run_with_its_reason()
    {
        await _bench.DoAsync("source", "set", "shop", "api_key=sk_test_another");
        var started = await _home.StartAsync(new SyncRun("payments"), Schedule, null, CommandBench.Cancel);

        var run = await WorkAsync(started.Id);

        (run.Status, run.Origin, run.Result.Problems[0].Code).ShouldBe((RunStatus.Failed, Schedule, "stripe.unauthorized"));
    }

    /// <summary>Lets a worker work until a run is over.</summary>
    private async Task<RunRecord> WorkAsync(string run)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(CommandBench.Cancel);
        var working = _home.Worker(maxConcurrentRuns: 2).RunAsync(stop.Token);
        try
        {
            while (true)
            {
                var found = await _home.Runs.FindAsync(run, CommandBench.Cancel);
                if (found.FinishedAt is not null) return found;
                await Task.Delay(50, CommandBench.Cancel);
            }
        }
        finally
        {
            await stop.CancelAsync();
            await working;
        }
    }
}
