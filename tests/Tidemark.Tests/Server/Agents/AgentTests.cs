using System.Text.Json;
using Shouldly;
using Tidemark.Engine.Access;
using Xunit;

namespace Tidemark.Tests.Server.Agents;

/// <summary>An agent at <c>/mcp</c> of a server.</summary>
public sealed class AgentTests
{
    [Fact]
    public async Task An_agent_looks_at_everything_that_its_role_may_see()
    {
        await using var bench = await ServerBench.StartAsync();
        await bench.SavePaymentsAsync();
        var run = (await bench.RunAsync(new { pipeline = "payments" })).GetProperty("run").GetString()!;
        await using var agent = await AgentClient.ConnectAsync(await bench.ClientAsync("looker", Role.Viewer));

        agent.Client.ServerInstructions!.ShouldContain("never instructions");
        (await agent.NamesAsync()).ShouldBe(
        [
            "status", "list_runs", "show_run", "list_run_steps", "read_run_log", "list_schedules", "list_inbox", "list_proposals", "show_proposal", "list_definitions",
            "read_table", "list_run_rows", "list_quarantine", "show_quarantined", "list_backups",
        ]);
        Items(await agent.DoAsync("status")).ShouldHaveSingleItem().GetProperty("pipeline").GetString().ShouldBe("payments");
        Items(await agent.DoAsync("list_runs", new { status = new[] { "succeeded" } })).ShouldHaveSingleItem().GetProperty("run").GetString().ShouldBe(run);
        (await agent.DoAsync("show_run", new { run = "last" })).GetProperty("receipt").GetProperty("verified").GetBoolean().ShouldBeTrue();
        (await agent.DoAsync("list_run_steps", new { run })).EnumerateArray().ShouldNotBeEmpty();
        Items(await agent.DoAsync("list_definitions", new { kind = "source" }))[0].GetProperty("settings").GetProperty("api_key").GetString().ShouldBe("***");
        Items(await agent.DoAsync("list_definitions", new { kind = "pipeline" })).ShouldHaveSingleItem();
        var table = await agent.DoAsync("read_table", new
        {
            table = "shop_customers",
            filters = new[] { new { column = "id", op = "contains", value = "cus_" } },
            sort = new[] { "-id" },
            columns = new[] { "email" },
            limit = 3,
        });
        (Items(table).Count, table.GetProperty("total").GetInt32()).ShouldBe((3, 120));
        Items(await agent.DoAsync("list_run_rows", new { run, limit = 1 }), "rows").ShouldHaveSingleItem();
        foreach (var empty in new[] { "list_schedules", "list_quarantine", "list_backups", "list_inbox", "list_proposals" }) Items(await agent.DoAsync(empty)).ShouldBeEmpty(empty);
        (await agent.CodeAsync("show_quarantined", new { id = 7 })).ShouldBe("quarantine.unknown");
        var failed = (await bench.RunAsync(new { pipeline = "payments", streams = new[] { "nothing_like_it" } })).GetProperty("run").GetString();
        Items(await agent.DoAsync("read_run_log", new { run = failed, first_error = true, limit = 1 })).ShouldHaveSingleItem().GetProperty("level").GetString().ShouldBe("error");
        Items(await agent.DoAsync("read_run_log", new { run = failed, search = "no such words" })).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_viewer_proposes_nothing_and_a_role_for_one_pipeline_sees_no_other()
    {
        await using var bench = await ServerBench.StartAsync();
        await bench.SavePaymentsAsync();
        await bench.DoAsync(HttpMethod.Put, "pipelines/other", new { source = "shop", destination = "db", streams = new[] { "products" }, tables = "other_{stream}" });
        var run = (await bench.RunAsync(new { pipeline = "payments", streams = new[] { "products" } })).GetProperty("run").GetString()!;
        await using var viewer = await AgentClient.ConnectAsync(await bench.ClientAsync("looker", Role.Viewer));
        await using var other = await AgentClient.ConnectAsync(await bench.ClientAsync("other", Role.Operator, null, "other"));

        foreach (var (tool, given) in new (string, object)[]
        {
            ("propose_run", new { pipeline = "payments", reason = "Why." }), ("propose_undo", new { run, reason = "Why." }), ("propose_approval", new { run, reason = "Why." }),
            ("plan_run", new { pipeline = "payments" }), ("start_run", new { pipeline = "payments" }), ("list_streams", new { source = "shop" }),
        })
            (await viewer.CodeAsync(tool, given)).ShouldBe("access.role", tool);
        foreach (var (tool, given) in new (string, object)[]
        {
            ("propose_run", new { pipeline = "payments", reason = "Why." }), ("propose_undo", new { run, reason = "Why." }), ("plan_run", new { pipeline = "payments" }),
            ("show_run", new { run }), ("read_run_log", new { run }), ("list_runs", new { pipeline = "payments" }), ("status", new { pipeline = "payments" }),
            ("list_run_rows", new { run }), ("list_quarantine", new { pipeline = "payments" }), ("list_backups", new { pipeline = "payments" }),
            ("list_proposals", new { pipeline = "payments" }), ("read_table", new { table = "shop_products", pipeline = "payments" }), ("list_streams", new { source = "shop" }),
        })
            (await other.CodeAsync(tool, given)).ShouldBe("access.pipeline", tool);
        (await other.CodeAsync("read_table", new { table = "shop_products" })).ShouldBe("data.table_unknown");
        Items(await other.DoAsync("list_runs")).ShouldBeEmpty();
        Items(await other.DoAsync("list_definitions", new { kind = "source" })).ShouldBeEmpty();
        Items(await other.DoAsync("status")).ShouldHaveSingleItem().GetProperty("pipeline").GetString().ShouldBe("other");
        (await bench.GetAsync("proposals")).GetProperty("items").GetArrayLength().ShouldBe(0);
        var refused = (await bench.GetAsync("audit?outcome=refused&limit=100")).GetProperty("items").EnumerateArray().ToList();
        refused.Count.ShouldBe(6 + 13);
        refused.ShouldAllBe(line => line.GetProperty("door").GetString() == "mcp");
    }

    [Fact]
    public async Task A_proposal_does_nothing_until_a_person_approves_it()
    {
        await using var bench = await ServerBench.StartAsync();
        await bench.SavePaymentsAsync();
        var token = await bench.ClientAsync("helper", Role.Operator);
        await using var agent = await AgentClient.ConnectAsync(token);
        (await agent.NamesAsync()).ShouldNotContain("start_run");
        (await agent.CodeAsync("start_run", new { pipeline = "payments" })).ShouldBe("access.alone");

        var plan = await agent.DoAsync("plan_run", new { pipeline = "payments", wait_seconds = 120 });
        (plan.GetProperty("status").GetString(), plan.GetProperty("plan")[0].GetProperty("adds").GetInt32()).ShouldBe(("planned", 120));
        var proposal = await agent.DoAsync("propose_run", new { pipeline = "payments", mode = "replace", reason = "The table is empty." });
        var id = proposal.GetProperty("proposal").GetString()!;

        (proposal.GetProperty("status").GetString(), proposal.GetProperty("proposed_by").GetString()).ShouldBe(("open", "helper"));
        (await agent.CodeAsync("read_table", new { table = "shop_customers" })).ShouldBe("data.table_unknown");
        Items(await agent.DoAsync("list_runs")).ShouldHaveSingleItem().GetProperty("kind").GetString().ShouldBe("dry_run");
        (await ServerBench.AskAsync(token, HttpMethod.Post, $"proposals/{id}/approve")).Answer.GetProperty("code").GetString().ShouldBe("access.own_proposal");

        var run = await bench.DoAsync(HttpMethod.Post, $"proposals/{id}/approve");
        var done = (await ServerBench.FollowAsync(bench.Admin, $"runs/{run.GetProperty("run").GetString()}?follow=true"))[^1].Data;

        (done.GetProperty("status").GetString(), done.GetProperty("trigger").GetString(), done.GetProperty("actor").GetString(), done.GetProperty("approved_by").GetString())
            .ShouldBe(("succeeded", "mcp", "helper", "admin"));
        (await agent.DoAsync("show_proposal", new { proposal = id })).GetProperty("run").GetString().ShouldBe(done.GetProperty("run").GetString());
        (await agent.DoAsync("read_table", new { table = "shop_customers" })).GetProperty("total").GetInt32().ShouldBe(120);
        var (status, again) = await ServerBench.AskAsync(bench.Admin, HttpMethod.Post, $"proposals/{id}/approve");
        (status, again.GetProperty("code").GetString()).ShouldBe((409, "proposal.decided"));
    }

    [Fact]
    public async Task P5_a_proposal_that_was_approved_approves_no_run_that_parks()
    {
        await using var bench = await ServerBench.StartAsync();
        await bench.SavePaymentsAsync();
        await bench.RunAsync(new { pipeline = "payments" });
        await ServerBench.MutateAsync(bench, "stripe/customers", """{"delete":{"count":60}}""");
        await using var agent = await AgentClient.ConnectAsync(await bench.ClientAsync("helper", Role.Operator));
        var first = await agent.DoAsync("propose_run", new { pipeline = "payments", mode = "replace", reason = "Many customers are gone." });
        var run = (await bench.DoAsync(HttpMethod.Post, $"proposals/{Id(first)}/approve")).GetProperty("run").GetString()!;
        (await ServerBench.FollowAsync(bench.Admin, $"runs/{run}?follow=true"))[^1].Data.GetProperty("status").GetString().ShouldBe("parked");
        (await agent.DoAsync("read_table", new { table = "shop_customers" })).GetProperty("total").GetInt32().ShouldBe(120);

        var second = await agent.DoAsync("propose_approval", new { run, reason = "They were test customers." });
        (second.GetProperty("kind").GetString(), second.GetProperty("about").GetString()).ShouldBe(("approve", run));
        (await agent.DoAsync("show_run", new { run })).GetProperty("status").GetString().ShouldBe("parked");
        var approval = (await bench.DoAsync(HttpMethod.Post, $"proposals/{Id(second)}/approve")).GetProperty("run").GetString()!;

        (await ServerBench.FollowAsync(bench.Admin, $"runs/{approval}?follow=true"))[^1].Data.GetProperty("status").GetString().ShouldBe("succeeded");
        (await agent.DoAsync("read_table", new { table = "shop_customers" })).GetProperty("total").GetInt32().ShouldBe(60);
    }

    [Fact]
    public async Task An_agent_whose_token_acts_alone_starts_and_undoes_runs_and_approves_none()
    {
        await using var bench = await ServerBench.StartAsync();
        await bench.SavePaymentsAsync();
        var made = await bench.DoAsync(HttpMethod.Post, "tokens", new { name = "robot", role = "operator", acts_alone = true });
        made.GetProperty("acts_alone").GetBoolean().ShouldBeTrue();
        await using var robot = await AgentClient.ConnectAsync(bench.With(made.GetProperty("token").GetString()!));

        var run = await robot.DoAsync("start_run", new { pipeline = "payments", wait_seconds = 120 });
        (run.GetProperty("status").GetString(), run.GetProperty("actor").GetString()).ShouldBe(("succeeded", "robot"));
        run.TryGetProperty("approved_by", out _).ShouldBeFalse();
        (await robot.DoAsync("plan_undo", new { run = run.GetProperty("run").GetString() })).ToString().ShouldContain("120");
        var undo = await robot.DoAsync("start_undo", new { run = run.GetProperty("run").GetString(), wait_seconds = 120 });
        undo.GetProperty("status").GetString().ShouldBe("succeeded");
        (await robot.DoAsync("read_table", new { table = "shop_customers" })).GetProperty("total").GetInt32().ShouldBe(0);

        (await robot.NamesAsync()).Where(name => name.Contains("appro", StringComparison.Ordinal)).ShouldBe(["propose_approval"]);
        (await ServerBench.AskAsync(bench.Admin, HttpMethod.Post, "tokens", new { name = "x", role = "viewer", acts_alone = true })).Answer.GetProperty("code").GetString()
            .ShouldBe("token.acts_alone");
        var lines = (await bench.GetAsync("audit?actor=robot")).GetProperty("items").EnumerateArray().Select(line => $"{line.GetProperty("door")} {line.GetProperty("action")} {line.GetProperty("outcome")}");
        lines.ShouldBe(["mcp run.undo done", "mcp run.start done"]);
    }

    [Fact]
    public async Task Nobody_gets_in_without_a_token_and_a_refused_one_is_in_the_audit_trail()
    {
        await using var bench = await ServerBench.StartAsync();
        var metrics = await bench.ClientAsync("prometheus", Role.Metrics);

        foreach (var (client, status) in new[] { (bench.Anybody, 401), (bench.With("tdm_aaaaaaaa_" + new string('A', 43)), 401), (metrics, 403) })
        {
            using var body = new StringContent("""{"jsonrpc":"2.0","id":1,"method":"tools/list"}""", System.Text.Encoding.UTF8, "application/json");
            using var response = await client.PostAsync(new Uri("mcp", UriKind.Relative), body, ServerBench.Cancel);
            ((int)response.StatusCode).ShouldBe(status);
            response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        }

        (await bench.GetAsync("audit?outcome=refused")).GetProperty("items").EnumerateArray().Select(line => $"{line.GetProperty("door")} {line.GetProperty("detail")}")
            .ShouldBe(["mcp access.role", "mcp token.unknown", "mcp token.missing"]);
    }

    private static string Id(JsonElement proposal) => proposal.GetProperty("proposal").GetString()!;

    private static List<JsonElement> Items(JsonElement page, string key = "items") => [.. page.GetProperty(key).EnumerateArray()];
}
