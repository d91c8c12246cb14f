using System.Text.Json;
using Shouldly;
using Tidemark.Sandbox;
using Xunit;

namespace Tidemark.Tests.Commands;

/// <summary>What an operator reads at night: how pipelines stand, what a run has left, and what comes next.</summary>
public sealed class StatusVerbTests : IAsyncLifetime
{
    private readonly CommandBench _bench = new();
    private SandboxServer _sandbox = null!;
    private HttpClient _control = null!;

    public async ValueTask InitializeAsync()
    {
        _sandbox = await SandboxServer.StartAsync(new() { Size = 120, Port = 0 }, CommandBench.Cancel);
        _control = new() { BaseAddress = _sandbox.Control };
        await _bench.SaveEndsAsync(_sandbox.Vendors["stripe"]);
        foreach (var name in new[] { "payments", "others" })
            await _bench.DoAsync("pipeline", "set", name, "--source", "shop", "--destination", "db", "--streams", "customers", "--tables", name + "_{stream}");
    }

    public async ValueTask DisposeAsync()
    {
        _control.Dispose();
        await _sandbox.DisposeAsync();
        _bench.Dispose();
    }

    [Fact]
    public async Task Pipelines_stand_in_the_order_in_which_they_need_a_person_with_what_is_due()
    {
        await _bench.DoAsync("sync", "others");
        await _bench.DoAsync("sync", "payments");
        await PostAsync("mutate/stripe/customers", """{"delete":{"count":60}}""");
        (await _bench.RunAsync("sync", "payments", "--full")).Code.ShouldBe(4);
        await _bench.RunAsync("sync", "payments", "--dry-run");
        var all = (await _bench.DoAsync("status", "--json")).Lines;
        var parked = all[0].GetProperty("parked")[0].GetString();

        all.Select(one => $"{one.GetProperty("pipeline")} {one.GetProperty("standing")}").ShouldBe(["payments needs_person", "others proven"]);
        all[0].GetProperty("due").GetString()!.ShouldMatch("^A run waits for approval: [0-9]+ of [0-9]+ rows of .+ would be deleted");
        all[0].GetProperty("next").GetProperty("command").GetString().ShouldBe($"tidemark run approve {parked}");
        all[0].GetProperty("last_run").GetString().ShouldBe(parked);
        all[0].GetProperty("proven_at").ValueKind.ShouldBe(JsonValueKind.String);
        all[1].TryGetProperty("due", out _).ShouldBeFalse();
        var shown = (await _bench.DoAsync("status")).Output;
        shown.ShouldContain("needs a person");
        shown.ShouldContain($"tidemark run approve {parked}");
        (await _bench.DoAsync("status", "others", "--json")).Line.GetProperty("pipeline").GetString().ShouldBe("others");
        (await _bench.RunAsync("status", "paymnets", "--json")).ErrorCode.ShouldBe("pipeline.unknown");
    }

    [Fact]
    public async Task A_pipeline_that_never_ran_and_one_whose_vendor_was_away_say_so()
    {
        await _bench.DoAsync("source", "set", "shop", "retries=0");
        await PostAsync("faults/stripe", """{"fault":"status","status":503,"times":-1}""");
        (await _bench.RunAsync("sync", "payments")).Code.ShouldBe(6);
        var all = (await _bench.DoAsync("status", "--json")).Lines;

        all.Select(one => $"{one.GetProperty("pipeline")} {one.GetProperty("standing")} {one.GetProperty("proven_at").ValueKind}")
            .ShouldBe(["payments try_again Null", "others never Null"]);
        all.Select(one => one.GetProperty("next").GetProperty("command").GetString()).ShouldBe(["tidemark sync payments", "tidemark sync others"]);
    }

    [Fact]
    public async Task A_report_ends_with_the_state_of_the_data_and_the_next_step()
    {
        var first = await _bench.DoAsync("sync", "payments");
        var again = await _bench.DoAsync("sync", "payments", "--json");
        await PostAsync("mutate/stripe/customers", """{"delete":{"count":60}}""");
        var parked = await _bench.RunAsync("sync", "payments", "--full");
        var shown = (await _bench.DoAsync("run", "show", "last", "--json")).Line;

        first.Output.TrimEnd().ShouldEndWith("The tables hold what was read; the values were read back and compared.");
        again.Line.GetProperty("state").GetString().ShouldBe("Nothing had to be written.");
        parked.Output.ShouldContain("The tables are as they were, until somebody decides.");
        parked.Output.ShouldContain($"tidemark run approve {shown.GetProperty("run").GetString()}");
        shown.GetProperty("next").GetProperty("act").GetString().ShouldBe("approve_run");
    }

    [Fact]
    public async Task Last_is_of_one_pipeline_and_no_dry_run()
    {
        var others = (await _bench.DoAsync("sync", "others", "--json")).Line.GetProperty("run").GetString();
        var payments = (await _bench.DoAsync("sync", "payments", "--json")).Line.GetProperty("run").GetString();
        await _bench.DoAsync("sync", "payments", "--dry-run");

        (await _bench.DoAsync("run", "show", "last", "--json")).Line.GetProperty("run").GetString().ShouldBe(payments);
        (await _bench.DoAsync("run", "show", "last", "--pipeline", "others", "--json")).Line.GetProperty("run").GetString().ShouldBe(others);
        var unclear = await _bench.RunAsync("run", "undo", "last", "--json");
        (unclear.Code, unclear.ErrorCode).ShouldBe((2, "run.ambiguous"));
        unclear.Output.ShouldContain("others, payments");
        (await _bench.DoAsync("run", "undo", "last", "--pipeline", "others", "--json")).Line.GetProperty("pipeline").GetString().ShouldBe("others");
        (await _bench.RunAsync("run", "undo", others!, "--pipeline", "others", "--json")).ErrorCode.ShouldBe("usage.invalid");
    }

    [Fact]
    public async Task Runs_are_listed_by_their_states_and_by_their_time()
    {
        await _bench.DoAsync("sync", "payments");
        await PostAsync("mutate/stripe/customers", """{"delete":{"count":60}}""");
        await _bench.RunAsync("sync", "payments", "--full");

        (await StatesAsync("--status", "parked")).ShouldBe(["parked"]);
        (await StatesAsync("--status", "parked", "succeeded")).ShouldBe(["parked", "succeeded"]);
        (await StatesAsync("--since", "1h")).ShouldBe(["parked", "succeeded"]);
        (await StatesAsync("--since", "2000-01-01")).Count.ShouldBe(2);
        (await StatesAsync("--since", "2999-01-01")).ShouldBeEmpty();
        (await _bench.DoAsync("runs", "--status", "failed")).Output.ShouldContain("There are no such runs.");
        (await _bench.RunAsync("runs", "--since", "yesterdayish", "--json")).ErrorCode.ShouldBe("usage.invalid");
        (await _bench.RunAsync("runs", "--status", "green")).Code.ShouldBe(2);
    }

    [Fact]
    public async Task Logs_are_followed_until_the_run_is_over_and_a_second_run_waits_its_turn()
    {
        await PostAsync("faults/stripe", """{"fault":"delay","milliseconds":400,"times":-1}""");
        var running = _bench.RunAsync("sync", "payments", "--full", "--json");
        while ((await _bench.DoAsync("runs", "--json")).Lines is not [_, ..]) await Task.Delay(20, CommandBench.Cancel);
        var following = _bench.DoAsync("run", "logs", "last", "--follow");
        var second = _bench.RunAsync("sync", "payments", "--wait", "--json");
        var refused = await _bench.RunAsync("sync", "payments", "--json");

        (refused.Code, refused.ErrorCode).ShouldBe((6, "pipeline.in_use"));
        following.IsCompleted.ShouldBeFalse();
        var (first, next) = ((await running).Line, (await second).Line);
        await following;
        (first.GetProperty("status").GetString(), next.GetProperty("status").GetString()).ShouldBe(("succeeded", "succeeded"));
        next.GetProperty("started_at").GetDateTimeOffset().ShouldBeGreaterThanOrEqualTo(first.GetProperty("finished_at").GetDateTimeOffset());
    }

    private async Task<List<string?>> StatesAsync(params string[] arguments) =>
        [.. (await _bench.DoAsync(["runs", .. arguments, "--json"])).Lines.Select(run => run.GetProperty("status").GetString())];

    private async Task PostAsync(string path, string body)
    {
        using var content = new StringContent(body, mediaType: new("application/json"));
        using var answer = await _control.PostAsync(new Uri(path, UriKind.Relative), content, CommandBench.Cancel);
        answer.IsSuccessStatusCode.ShouldBeTrue();
    }
}
