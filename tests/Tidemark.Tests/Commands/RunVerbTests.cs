using Shouldly;
using Xunit;

namespace Tidemark.Tests.Commands;

/// <summary>How runs are told of and found.</summary>
public sealed class RunVerbTests : IAsyncLifetime
{
    private readonly PaymentsBench _payments = new(size: 20);

    private CommandBench Bench => _payments.Bench;

    public ValueTask InitializeAsync() => _payments.InitializeAsync();

    public ValueTask DisposeAsync() => _payments.DisposeAsync();

    [Fact]
    public async Task Undo_and_restore_are_called_so_at_once_and_afterwards()
    {
        var run = (await Bench.DoAsync("sync", "payments", "--json")).Line.GetProperty("run").GetString();
        var backup = (await Bench.DoAsync("backup", "create", "payments", "--json")).Line.GetProperty("filename").GetString()!;
        var restore = await Bench.DoAsync("backup", "restore", Path.GetFileNameWithoutExtension(backup));
        (await Bench.DoAsync("run", "show", "last")).Output.ShouldContain($"(restore of {backup}, r-");
        var undo = await Bench.DoAsync("run", "undo", run!, "--json");

        restore.Output.ShouldContain("Take it back: tidemark run undo r-");
        undo.Line.GetProperty("kind").GetString().ShouldBe("undo");
        undo.Error.ShouldContain($"(undo of {run}, r-");
        (await Bench.DoAsync("run", "show", "last")).Output.ShouldContain($"(undo of {run}, r-");
        (await Bench.DoAsync("runs", "--json")).Lines.Select(line => line.GetProperty("kind").GetString())
            .ShouldBe(["undo", "restore", "backup", "sync"]);
    }

    [Fact]
    public async Task A_plan_that_is_saved_says_how_it_is_carried_out()
    {
        var file = Bench.File("p.jsonl");

        (await Bench.DoAsync("sync", "payments", "--dry-run", "--save", file)).Output
            .ShouldContain($"Plan written to {file}; carry it out: tidemark apply --plan {file}");
        (await Bench.DoAsync("apply", "--plan", file)).Output.ShouldContain("(plan, r-");
    }

    [Fact]
    public async Task Runs_of_a_pipeline_that_is_not_there_are_asked_for_in_vain_and_those_of_two_ends_are_not()
    {
        await Bench.DoAsync("sync", "shop", "db", "plans");

        (await Bench.RunAsync("runs", "--pipeline", "paymnets")).ShouldSatisfyAllConditions(
            answer => answer.Code.ShouldBe(2), answer => answer.Error.ShouldContain("Did you mean payments?"));
        (await Bench.DoAsync("runs", "--pipeline", "payments")).Output.ShouldContain("no runs yet");
        (await Bench.DoAsync("runs", "--pipeline", "shop:db", "--json")).Lines.Count.ShouldBe(1);
    }

    [Fact]
    public async Task An_unknown_run_is_answered_with_the_last_few()
    {
        for (var round = 0; round < 5; round++) await Bench.DoAsync("sync", "payments", "--dry-run");
        var ids = (await Bench.DoAsync("runs", "--json")).Lines.Select(line => line.GetProperty("run").GetString()!).ToList();

        var told = (await Bench.RunAsync("run", "show", "nosuch")).Error;

        ids.Where(told.Contains).Count().ShouldBe(3);
        told.ShouldContain(ids[0]);
    }
}
