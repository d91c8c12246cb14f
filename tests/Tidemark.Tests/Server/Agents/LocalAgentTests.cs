using Shouldly;
using Tidemark.Sandbox;
using Tidemark.Tests.Commands;
using Xunit;

namespace Tidemark.Tests.Server.Agents;

/// <summary>An agent that starts <c>tidemark mcp</c>, a real process, and a person at the command line.</summary>
public sealed class LocalAgentTests
{
    [Fact]
    public async Task An_agent_on_this_machine_proposes_and_a_person_at_the_command_line_approves()
    {
        await using var vendors = await SandboxServer.StartAsync(new() { Size = 40, Port = 0 }, CommandBench.Cancel);
        using var bench = new CommandBench();
        await bench.SaveEndsAsync(vendors.Vendors["stripe"]);
        await bench.DoAsync("pipeline", "set", "payments", "--source", "shop", "--destination", "db", "--streams", "customers");
        string id;
        await using (var agent = await AgentClient.StartAsync(bench.Home, "--role", "operator", "--name", "claudia"))
        {
            (await agent.DoAsync("plan_run", new { pipeline = "payments", wait_seconds = 120 })).GetProperty("plan")[0].GetProperty("adds").GetInt32().ShouldBe(40);
            id = (await agent.DoAsync("propose_run", new { pipeline = "payments", reason = "First load." })).GetProperty("proposal").GetString()!;
            (await agent.CodeAsync("start_run", new { pipeline = "payments" })).ShouldBe("access.alone");
            (await agent.DoAsync("list_runs")).GetProperty("items").GetArrayLength().ShouldBe(1);
        }

        (await bench.DoAsync("proposal", "list", "--status", "open")).Output.ShouldContain("First load.");
        (await bench.DoAsync("proposal", "show", id)).Output.ShouldContain("claudia");
        (await bench.DoAsync("status")).Output.ShouldContain("tidemark proposal list");
        var run = (await bench.DoAsync("proposal", "approve", id, "--json")).Line;

        (run.GetProperty("status").GetString(), run.GetProperty("trigger").GetString(), run.GetProperty("actor").GetString(), run.GetProperty("approved_by").GetString())
            .ShouldBe(("succeeded", "mcp", "claudia", Environment.UserName));
        (await bench.RunAsync("proposal", "approve", id)).Code.ShouldBe(2);
        (await bench.DoAsync("proposal", "show", id, "--json")).Line.GetProperty("run").GetString().ShouldBe(run.GetProperty("run").GetString());
        (await bench.DoAsync("run", "show", "last")).Output.ShouldContain($"mcp (claudia), approved by {Environment.UserName}");
    }

    [Fact]
    public async Task An_agent_is_a_viewer_unless_it_is_said_and_one_that_acts_alone_starts_runs_here()
    {
        await using var vendors = await SandboxServer.StartAsync(new() { Size = 40, Port = 0 }, CommandBench.Cancel);
        using var bench = new CommandBench();
        await bench.SaveEndsAsync(vendors.Vendors["stripe"]);
        await bench.DoAsync("pipeline", "set", "payments", "--source", "shop", "--destination", "db", "--streams", "customers");
        await using (var viewer = await AgentClient.StartAsync(bench.Home))
        {
            (await viewer.DoAsync("status")).GetProperty("items").GetArrayLength().ShouldBe(1);
            (await viewer.CodeAsync("propose_run", new { pipeline = "payments", reason = "Why." })).ShouldBe("access.role");
        }

        await using (var alone = await AgentClient.StartAsync(bench.Home, "--role", "operator", "--pipeline", "payments", "--acts-alone"))
        {
            var run = await alone.DoAsync("start_run", new { pipeline = "payments", wait_seconds = 120 });
            (run.GetProperty("status").GetString(), run.GetProperty("actor").GetString()).ShouldBe(("succeeded", "agent"));
            (await alone.CodeAsync("list_streams", new { source = "shop" })).ShouldBe("access.pipeline");
        }

        (await bench.DoAsync("audit", "--json")).Output.ShouldContain("\"door\":\"mcp\"");
        (await bench.RunAsync("mcp", "--acts-alone")).Code.ShouldBe(2);
        (await bench.RunAsync("mcp", "--pipeline", "none")).Error.ShouldContain("none");
    }

    [Fact]
    public async Task A_proposal_that_is_rejected_at_the_command_line_starts_nothing()
    {
        using var bench = new CommandBench();
        await bench.SaveEndsAsync(new Uri("http://127.0.0.1:9/"));
        await bench.DoAsync("pipeline", "set", "payments", "--source", "shop", "--destination", "db", "--streams", "customers");
        string id;
        await using (var agent = await AgentClient.StartAsync(bench.Home, "--role", "operator"))
            id = (await agent.DoAsync("propose_run", new { pipeline = "payments", kind = "backup", reason = "Before the weekend." })).GetProperty("proposal").GetString()!;

        (await bench.TypeAtTerminalAsync("n\n", "proposal", "approve", id)).Code.ShouldBe(130);
        (await bench.DoAsync("proposal", "reject", id)).Output.ShouldContain("It starts nothing.");

        (await bench.DoAsync("runs", "--json")).Output.ShouldBeEmpty();
        (await bench.RunAsync("proposal", "approve", id, "--json")).Error.ShouldContain("proposal.decided");
    }
}
