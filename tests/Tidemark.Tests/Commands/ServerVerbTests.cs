using Shouldly;
using Tidemark.Engine.Access;
using Tidemark.Output;
using Tidemark.Tests.Connectors;
using Tidemark.Tests.Server;
using Xunit;

namespace Tidemark.Tests.Commands;

/// <summary>Verbs that ask a server in place of a home.</summary>
public sealed class ServerVerbTests : IAsyncLifetime
{
    private readonly CommandBench _here = new();
    private ServerBench _server = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await ServerBench.StartAsync(customers: 60);
        await _server.SavePaymentsAsync();
        _here.Variables["TIDEMARK_TOKEN"] = _server.Admin.DefaultRequestHeaders.Authorization!.Parameter!;
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _here.Dispose();
    }

    [Fact]
    public async Task P3_a_pipeline_is_synced_at_the_server_and_its_run_is_shown_as_here()
    {
        var done = (await DoAsync("sync", "payments", "customers", "--full", "--json")).Line;
        done.GetProperty("status").GetString().ShouldBe("succeeded");
        done.GetProperty("mode").GetString().ShouldBe("replace");
        done.GetProperty("actor").GetString().ShouldBe("admin");
        done.GetProperty("streams").EnumerateArray().ShouldHaveSingleItem().GetProperty("created").GetInt64().ShouldBe(60);
        var id = done.GetProperty("run").GetString()!;

        (await DoAsync("sync", "payments")).Output.ShouldContain("receipt: verified");
        (await DoAsync("runs", "--json")).Lines.Count.ShouldBe(2);
        (await DoAsync("runs", "--status", "failed")).Output.ShouldContain("There are no such runs.");
        (await DoAsync("runs", "--limit", "1")).Output.ShouldContain("succeeded");
        (await DoAsync("run", "show", id[2..], "--json")).Line.GetProperty("run").GetString().ShouldBe(id);
        (await DoAsync("run", "show", "last")).Output.ShouldContain("payments");
        (await DoAsync("run", "logs", id)).Output.ShouldContain("has logged nothing");
        (await DoAsync("status")).Output.ShouldContain("proven");
        await _server.DoAsync(HttpMethod.Put, "pipelines/another", new { source = "shop", destination = "db", streams = new[] { "customers" } });
        (await DoAsync("status", "--json")).Lines.Count.ShouldBe(2);
        (await DoAsync("status", "payments", "--json")).Line.GetProperty("standing").GetString().ShouldBe("proven");
        (await DoAsync("schedules", "--json")).Output.ShouldBeEmpty();
        Directory.Exists(_here.Home).ShouldBeFalse("nothing is made here");
    }

    [Fact]
    public async Task P7_a_dry_run_shows_the_plan_and_an_undo_takes_a_run_back()
    {
        (await DoAsync("sync", "payments", "--dry-run", "--json")).Line.GetProperty("kind").GetString().ShouldBe("dry_run");
        var id = (await DoAsync("sync", "payments", "products", "--json")).Line.GetProperty("run").GetString()!;

        (await DoAsync("run", "undo", id, "--dry-run")).Output.ShouldContain("to delete");
        (await DoAsync("run", "undo", id, "--json", "--yes")).Line.GetProperty("kind").GetString().ShouldBe("undo");
        (await RunAsync("run", "cancel", id, "--json")).ErrorCode.ShouldBe("run.finished");
    }

    [Fact]
    public async Task What_failed_is_in_the_inbox_there_and_retried_from_here()
    {
        using var vendor = new VendorControl(_server.Sandbox, "stripe");
        await vendor.FaultAsync(new { fault = "status", status = 403, path = "/v1/products", after = 1, times = -1 });
        (await RunAsync("sync", "payments")).Code.ShouldBe(3);
        var failed = (await DoAsync("inbox", "list", "--json")).Line.GetProperty("run").GetString()!;
        (await DoAsync("inbox", "list")).Output.ShouldContain("products");
        (await DoAsync("run", "logs", failed, "--json")).Output.ShouldContain("403");
        (await DoAsync("run", "logs", failed, "--follow")).Output.ShouldContain("403");
        await vendor.ClearFaultsAsync();

        (await DoAsync("inbox", "retry", failed, "--json")).Line.GetProperty("status").GetString().ShouldBe("succeeded");

        (await DoAsync("inbox", "list", "--over")).Output.ShouldContain(failed[2..]);
        (await DoAsync("inbox", "settle", failed, "--note", "why")).Output.ShouldContain("was over already");
        var made = (await DoAsync("backfill", "start", "payments", "--from", "2026-01-01T00:00:00Z", "--to", "2026-02-01T00:00:00Z", "--streams", "customers", "--json")).Line;
        (await DoAsync("backfill", "show", made.GetProperty("backfill").GetString()!)).Output.ShouldContain("of 2 windows");
    }

    [Fact]
    public async Task Definitions_are_applied_there()
    {
        await File.WriteAllTextAsync(_here.File("more.yaml"), "pipelines:\n- name: more\n  source: shop\n  destination: db\n  streams: [customers]\n", CommandBench.Cancel);

        (await DoAsync("apply", "-f", _here.File("more.yaml"), "--dry-run")).Output.ShouldContain("Nothing was saved.");
        (await _server.GetAsync("pipelines")).GetProperty("items").GetArrayLength().ShouldBe(1);
        (await DoAsync("apply", "-f", _here.File("more.yaml"))).Output.ShouldContain("pipeline more: created");
        (await _server.GetAsync("pipelines")).GetProperty("items").GetArrayLength().ShouldBe(2);
        (await RunAsync("apply", "-f", _here.File("more.yaml"), "--prune", "--json")).ErrorCode.ShouldBe("apply.not_confirmed");
    }

    [Fact]
    public async Task What_the_server_refuses_is_told_with_its_code_and_what_is_no_server_too()
    {
        (await RunAsync("sync", "none", "--json")).ShouldSatisfyAllConditions(answer => answer.ErrorCode.ShouldBe("pipeline.unknown"), answer => answer.Code.ShouldBe(2));
        (await RunAsync("run", "show", "r-1", "--json")).ErrorCode.ShouldBe("run.unknown");
        _here.Variables["TIDEMARK_TOKEN"] = (await _server.ClientAsync("eve", Role.Viewer)).DefaultRequestHeaders.Authorization!.Parameter!;
        (await RunAsync("sync", "payments", "--json")).ShouldSatisfyAllConditions(answer => answer.ErrorCode.ShouldBe("access.role"), answer => answer.Code.ShouldBe(5));
        _here.Variables.Remove("TIDEMARK_TOKEN");
        (await RunAsync("status", "--json")).Code.ShouldBe(5);
        (await _here.RunAsync("status", "--server", "ftp://here", "--json")).ErrorCode.ShouldBe("usage.invalid");
        (await _here.RunAsync("status", "--server", "http://127.0.0.1:1", "--json")).ShouldSatisfyAllConditions(
            answer => answer.ErrorCode.ShouldBe("server.unreachable"), answer => answer.Code.ShouldBe(6));
        (await _here.RunAsync("status", "--server", $"{_server.Sandbox.Vendors["stripe"]}", "--json")).ErrorCode.ShouldBe("server.not_tidemark");
    }

    [Fact]
    public async Task The_variable_names_the_server_where_no_home_is_typed_and_some_verbs_are_for_this_machine_alone()
    {
        var home = new Dictionary<string, string>(_here.Variables) { ["TIDEMARK_SERVER"] = $"{_server.Admin.BaseAddress}", ["TIDEMARK_HOME"] = _here.Home };
        using var output = new StringWriter();
        var terminal = new Terminal(() => TextReader.Null, output, TextWriter.Null, home.GetValueOrDefault, new(false, false, false));

        (await TidemarkCommand.InvokeAsync(["pipeline", "list", "--json"], terminal, TimeProvider.System, CommandBench.Cancel)).ShouldBe(0);
        output.ToString().ShouldContain("\"payments\"");
        _here.Variables["TIDEMARK_SERVER"] = "http://127.0.0.1:1";
        (await _here.RunAsync("pipeline", "list", "--json")).ErrorCode.ShouldBe("home.unknown", "a home that is typed goes before the variable");
        foreach (var verb in new[] { "demo", "sandbox", "init", "serve", "mcp", "secrets rotate", "secrets forget", "alert send", "completion bash" })
        {
            var refused = await RunAsync([.. verb.Split(' '), "--json"]);
            (refused.Code, refused.ErrorCode).ShouldBe((2, "usage.invalid"), verb);
            refused.Error.ShouldContain("works without --server: ");
        }
    }

    private Task<Answer> DoAsync(params string[] args) => _here.DoAsync([.. args, "--server", $"{_server.Admin.BaseAddress}"]);

    private Task<Answer> RunAsync(params string[] args) => _here.RunAsync([.. args, "--server", $"{_server.Admin.BaseAddress}"]);
}
