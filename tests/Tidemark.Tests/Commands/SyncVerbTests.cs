using System.Text.Json;
using Shouldly;
using Tidemark.Sandbox;
using Xunit;

namespace Tidemark.Tests.Commands;

public sealed class SyncVerbTests : IAsyncLifetime
{
    private readonly CommandBench _bench = new();
    private SandboxServer _sandbox = null!;
    private HttpClient _control = null!;

    public async ValueTask InitializeAsync()
    {
        _sandbox = await SandboxServer.StartAsync(new() { Size = 120, Port = 0 }, CommandBench.Cancel);
        _control = new() { BaseAddress = _sandbox.Control };
        await _bench.SaveEndsAsync(_sandbox.Vendors["stripe"]);
    }

    public async ValueTask DisposeAsync()
    {
        _control.Dispose();
        await _sandbox.DisposeAsync();
        _bench.Dispose();
    }

    [Fact]
    public async Task A_run_is_one_line_of_json_and_words_go_to_standard_error()
    {
        var answer = await _bench.RunAsync("sync", "shop", "db", "customers", "charges", "--json");

        answer.Code.ShouldBe(0, answer.ToString());
        answer.Line.GetProperty("pipeline").GetString().ShouldBe("shop:db");
        answer.Line.GetProperty("status").GetString().ShouldBe("succeeded");
        answer.Line.GetProperty("receipt").GetProperty("verified").GetBoolean().ShouldBeTrue();
        answer.Line.GetProperty("streams").EnumerateArray()
            .Select(stream => (stream.GetProperty("stream").GetString(), stream.GetProperty("created").GetInt64()))
            .ShouldBe([("customers", 120), ("charges", 240)]);
        answer.Error.ShouldContain("receipt: verified, 360 rows");
    }

    [Fact]
    public async Task A_pipeline_may_be_followed_by_the_streams_that_are_wanted()
    {
        (await _bench.RunAsync("pipeline", "set", "orders", "--source", "shop", "--destination", "db")).Code.ShouldBe(0);
        var answer = await _bench.RunAsync("sync", "orders", "products", "plans", "--json");

        answer.Code.ShouldBe(0, answer.ToString());
        answer.Line.GetProperty("pipeline").GetString().ShouldBe("orders");
        answer.Line.GetProperty("streams").EnumerateArray().Select(stream => stream.GetProperty("stream").GetString())
            .ShouldBe(["products", "plans"]);
    }

    [Fact]
    public async Task A_pipe_gets_no_escape_codes()
    {
        var answer = await _bench.DoAsync("sync", "shop", "db", "customers");

        answer.Output.ShouldContain("succeeded");
        answer.Output.ShouldNotContain('\e');
    }

    [Fact]
    public async Task What_a_run_did_can_be_looked_at_afterwards()
    {
        await _bench.DoAsync("sync", "shop", "db", "customers");

        var listed = (await _bench.DoAsync("runs", "--json")).Line;
        var shown = (await _bench.DoAsync("run", "show", "last", "--json")).Line;

        shown.GetRawText().ShouldBe(listed.GetRawText());
        (await _bench.DoAsync("run", "show", "last")).Output.ShouldMatch("customers +done");
        (await _bench.DoAsync("run", "logs", "last", "--json")).Lines
            .ShouldAllBe(line => line.GetProperty("message").GetString()!.Length > 0);
        (await _bench.DoAsync("run", "quarantine", "last", "--json")).Output.ShouldBeEmpty();
        (await _bench.RunAsync("runs", "--pipeline", "another", "--json")).ErrorCode.ShouldBe("pipeline.unknown");
    }

    [Fact]
    public async Task A_run_is_retried_with_its_mode_and_streams()
    {
        await _bench.DoAsync("sync", "shop", "db", "customers", "--full");

        var again = (await _bench.DoAsync("run", "retry", "last", "--json")).Line;

        again.GetProperty("mode").GetString().ShouldBe("replace");
        var stream = again.GetProperty("streams").EnumerateArray().ShouldHaveSingleItem();
        stream.GetProperty("unchanged").GetInt64().ShouldBe(120);
    }

    [Theory]
    [InlineData()]
    [InlineData("--deletions")]
    public async Task P7_a_dry_run_is_retried_as_a_dry_run(params string[] how)
    {
        await _bench.DoAsync("sync", "shop", "db", "customers");
        await MutateAsync("customers", """{"delete":{"count":5},"create":3}""");
        await _bench.DoAsync(["sync", "shop", "db", "customers", "--dry-run", .. how]);

        var again = (await _bench.DoAsync("run", "retry", await _bench.LatestAsync(), "--json")).Line;

        again.GetProperty("status").GetString().ShouldBe("planned");
        (await _bench.RunAsync("verify", await _bench.LatestAsync(), "--json")).ErrorCode.ShouldBe("run.wrote_nothing");
        (await _bench.DoAsync("sync", "shop", "db", "customers", "--full", "--json")).Line
            .GetProperty("streams")[0].GetProperty("deleted").GetInt64().ShouldBe(5);
    }

    [Fact]
    public async Task P7_an_undo_is_not_retried_as_a_sync_and_one_that_failed_says_what_to_do()
    {
        var run = (await _bench.DoAsync("sync", "shop", "db", "customers", "--json")).Line.GetProperty("run").GetString()!;
        await _bench.DoAsync("run", "undo", run);
        (await _bench.RunAsync("run", "retry", "last", "--json")).ErrorCode.ShouldBe("run.not_a_sync");

        (await _bench.RunAsync("run", "undo", run, "--json")).Code.ShouldBe(1);
        var failed = await _bench.RunAsync("run", "undo", await _bench.LatestAsync(), "--json");

        failed.Line.GetProperty("problems")[0].GetProperty("code").GetString().ShouldBe("undo.unknown");
        failed.Line.GetProperty("problems")[0].GetProperty("hint").GetString()!.ShouldContain($"tidemark run undo {run}");
        (await _bench.RunAsync("verify", await _bench.LatestAsync(), "--json")).ErrorCode.ShouldBe("run.wrote_nothing");
    }

    [Fact]
    public async Task P7_what_was_no_sync_or_held_to_a_plan_is_not_retried_as_a_sync()
    {
        await _bench.DoAsync("sync", "shop", "db", "customers", "--full");
        await MutateAsync("customers", """{"delete":{"count":2}}""");
        await _bench.DoAsync("sync", "shop", "db", "customers", "--full", "--dry-run", "--save", _bench.File("plan"));
        await MutateAsync("customers", """{"delete":{"count":1}}""");
        (await _bench.RunAsync("apply", "--plan", _bench.File("plan"), "--json")).Output.ShouldContain("plan.moved_on");
        await RefusesAsync("apply --plan");
        await _bench.DoAsync("run", "undo", (await _bench.DoAsync("runs", "--json")).Lines[^1].GetProperty("run").GetString()!);
        await RefusesAsync("run undo");

        async Task RefusesAsync(string hint)
        {
            var answer = await _bench.RunAsync("run", "retry", "last", "--json");
            answer.Code.ShouldBe(2, answer.ToString());
            answer.ErrorCode.ShouldBe("run.not_a_sync");
            answer.Error.ShouldContain(hint);
        }
    }

    [Theory]
    [InlineData("_tidemark_stage_shop_plans", "table.invalid_name")]
    [InlineData("a_name_that_has_more_than_the_sixty_three_bytes_that_postgresql_keeps", "table.invalid_name")]
    [InlineData("Shop_Plans", "table.not_unique")]
    public async Task P1_a_table_that_would_be_taken_for_another_is_refused(string table, string code)
    {
        // Where the streams are listed it is known before their source is asked.
        var answer = await _bench.TypeAsync($$"""
            pipelines:
              - { name: both, source: shop, destination: db, streams: [plans, { name: customers, table: {{table}} }] }
            """, "apply", "-f", "-", "--json");

        answer.Code.ShouldBe(5, answer.ToString());
        answer.Error.ShouldContain(code);
    }

    [Fact]
    public async Task A_parked_run_goes_on_once_it_is_approved()
    {
        await _bench.DoAsync("sync", "shop", "db", "customers", "--full");
        await MutateAsync("customers", """{"delete":{"count":60}}""");

        var parked = await _bench.RunAsync("sync", "shop", "db", "customers", "--full", "--json");
        var approved = await _bench.RunAsync("run", "approve", "last", "--json");
        var twice = await _bench.RunAsync("run", "approve", "last", "--json");

        parked.Code.ShouldBe(4);
        parked.Line.GetProperty("status").GetString().ShouldBe("parked");
        parked.Error.ShouldContain("tidemark run approve r-");
        var next = parked.Line.GetProperty("problems")[0].GetProperty("next");
        next.GetProperty("act").GetString().ShouldBe("approve_run");
        next.GetProperty("of").GetString().ShouldBe(parked.Line.GetProperty("run").GetString());
        next.GetProperty("command").GetString().ShouldBe($"tidemark run approve {next.GetProperty("of").GetString()}");
        approved.Code.ShouldBe(0, approved.ToString());
        approved.Line.GetProperty("streams")[0].GetProperty("deleted").GetInt64().ShouldBe(60);
        twice.Code.ShouldBe(2);
        twice.ErrorCode.ShouldBe("run.not_parked");
        var superseded = (await _bench.DoAsync("run", "show", parked.Line.GetProperty("run").GetString()!, "--json")).Line;
        superseded.GetProperty("status").GetString().ShouldBe("cancelled");
        superseded.GetProperty("problems").EnumerateArray().Last().GetProperty("code").GetString().ShouldBe("run.superseded");
    }

    [Fact]
    public async Task A_vendor_that_fails_in_one_stream_makes_the_run_partial()
    {
        await _bench.DoAsync("sync", "shop", "db", "customers", "charges");
        await TellAsync("faults/stripe", """{"fault":"wrong_content","path":"/v1/charges","times":-1,"after":1}""");

        var answer = await _bench.RunAsync("sync", "shop", "db", "plans", "charges", "--json");

        answer.Code.ShouldBe(3, answer.ToString());
        answer.Lines.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_stream_that_is_mistyped_is_usage()
    {
        var answer = await _bench.RunAsync("sync", "shop", "db", "custmers", "--json");

        answer.Code.ShouldBe(2);
        answer.ErrorCode.ShouldBe("stream.unknown");
        answer.Error.ShouldContain("Did you mean customers?");
    }

    [Fact]
    public async Task A_key_that_is_refused_is_configuration()
    {
        await _bench.DoAsync("source", "set", "shop", "api_key=sk_test_another");

        var sync = await _bench.RunAsync("sync", "shop", "db", "--json");
        var test = await _bench.RunAsync("test", "shop", "--json");

        sync.Code.ShouldBe(5);
        sync.Output.ShouldNotContain("sk_test_another");
        test.Code.ShouldBe(5);
        test.Line.GetProperty("works").GetBoolean().ShouldBeFalse();
    }

    [Fact]
    public async Task Ends_that_work_are_tested_with_their_facts()
    {
        var tests = (await _bench.DoAsync("test", "--json")).Lines;

        tests.Select(test => (test.GetProperty("name").GetString(), test.GetProperty("works").GetBoolean()))
            .ShouldBe([("shop", true), ("db", true)]);
        tests[0].GetProperty("streams").EnumerateArray()
            .Select(stream => (stream.GetProperty("name").GetString(), stream.GetProperty("estimated_count").ValueKind))
            .ShouldContain(("customers", JsonValueKind.Null));
        (await _bench.DoAsync("test", "shop")).Output.ShouldContain("stream customers: number of records unknown");
    }

    private Task MutateAsync(string stream, string json) => TellAsync($"mutate/stripe/{stream}", json);

    private async Task TellAsync(string path, string json)
    {
        using var body = new StringContent(json, mediaType: new("application/json"));
        using var answer = await _control.PostAsync(new Uri(path, UriKind.Relative), body, CommandBench.Cancel);
        answer.IsSuccessStatusCode.ShouldBeTrue(await answer.Content.ReadAsStringAsync(CommandBench.Cancel));
    }
}
