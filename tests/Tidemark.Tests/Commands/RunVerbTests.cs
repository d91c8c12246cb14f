using Shouldly;
using Tidemark.Sandbox;
using Xunit;

namespace Tidemark.Tests.Commands;

/// <summary>How runs are told of and found.</summary>
public sealed class RunVerbTests : IAsyncLifetime
{
    private readonly CommandBench _bench = new();
    private SandboxServer _sandbox = null!;

    public async ValueTask InitializeAsync()
    {
        _sandbox = await SandboxServer.StartAsync(new() { Size = 20, Port = 0 }, CommandBench.Cancel);
        await _bench.SaveEndsAsync(_sandbox.Vendors["stripe"]);
        await _bench.DoAsync("pipeline", "set", "payments", "--source", "shop", "--destination", "db", "--streams", "customers");
    }

    public async ValueTask DisposeAsync()
    {
        await _sandbox.DisposeAsync();
        _bench.Dispose();
    }

    [Fact]
    public async Task Undo_and_restore_are_called_so_at_once_and_afterwards()
    {
        var run = (await _bench.DoAsync("sync", "payments", "--json")).Line.GetProperty("run").GetString();
        var backup = (await _bench.DoAsync("backup", "create", "payments", "--json")).Line.GetProperty("filename").GetString()!;
        var restore = await _bench.DoAsync("backup", "restore", Path.GetFileNameWithoutExtension(backup));
        (await _bench.DoAsync("run", "show", "last")).Output.ShouldContain($"(restore of {backup}, r-");
        var undo = await _bench.DoAsync("run", "undo", run!, "--json");

        restore.Output.ShouldContain("Take it back: tidemark run undo r-");
        undo.Line.GetProperty("kind").GetString().ShouldBe("undo");
        undo.Error.ShouldContain($"(undo of {run}, r-");
        (await _bench.DoAsync("run", "show", "last")).Output.ShouldContain($"(undo of {run}, r-");
        (await _bench.DoAsync("runs", "--json")).Lines.Select(line => line.GetProperty("kind").GetString())
            .ShouldBe(["undo", "restore", "backup", "sync"]);
    }

    [Fact]
    public async Task A_plan_that_is_saved_says_how_it_is_carried_out()
    {
        var file = _bench.File("p.jsonl");

        (await _bench.DoAsync("sync", "payments", "--dry-run", "--save", file)).Output
            .ShouldContain($"Plan written to {file}; carry it out: tidemark apply --plan {file}");
        (await _bench.DoAsync("apply", "--plan", file)).Output.ShouldContain("(plan, r-");
    }

    [Fact]
    public async Task Runs_of_a_pipeline_that_is_not_there_are_asked_for_in_vain_and_those_of_two_ends_are_not()
    {
        await _bench.DoAsync("sync", "shop", "db", "plans");

        (await _bench.RunAsync("runs", "--pipeline", "paymnets")).ShouldSatisfyAllConditions(
            answer => answer.Code.ShouldBe(2), answer => answer.Error.ShouldContain("Did you mean payments?"));
        (await _bench.DoAsync("runs", "--pipeline", "payments")).Output.ShouldContain("no runs yet");
        (await _bench.DoAsync("runs", "--pipeline", "shop:db", "--json")).Lines.Count.ShouldBe(1);
    }

    [Fact]
    public async Task An_unknown_run_is_answered_with_the_last_few()
    {
        for (var round = 0; round < 5; round++) await _bench.DoAsync("sync", "payments", "--dry-run");
        var ids = (await _bench.DoAsync("runs", "--json")).Lines.Select(line => line.GetProperty("run").GetString()!).ToList();

        var told = (await _bench.RunAsync("run", "show", "nosuch")).Error;

        ids.Where(told.Contains).Count().ShouldBe(3);
        told.ShouldContain(ids[0]);
    }
}
