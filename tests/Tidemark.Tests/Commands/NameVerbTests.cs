using Shouldly;
using Tidemark.Output;
using Tidemark.Sandbox;
using Xunit;

namespace Tidemark.Tests.Commands;

/// <summary>A name that neither the source nor its records have is refused, or told after the reading.</summary>
public sealed class NameVerbTests : IAsyncLifetime
{
    private readonly CommandBench _bench = new();
    private SandboxServer _sandbox = null!;

    public async ValueTask InitializeAsync()
    {
        _sandbox = await SandboxServer.StartAsync(new() { Size = 20, Port = 0 }, CommandBench.Cancel);
        await _bench.SaveEndsAsync(_sandbox.Vendors["stripe"]);
    }

    public async ValueTask DisposeAsync()
    {
        await _sandbox.DisposeAsync();
        _bench.Dispose();
    }

    [Fact]
    public async Task Apply_names_the_line_and_the_nearest_stream_and_field_and_saves_nothing()
    {
        var refused = await ApplyAsync("""
            pipelines:
              - name: p
                source: shop
                destination: db
                streams:
                  - custmers
                  - name: charges
                    columns:
                      id: id
                      amount: amout
                      state: { from: status, owner: app, when: { stat: [paid] } }
            """);

        refused.Code.ShouldBe(ExitCode.Configuration);
        refused.Error.ShouldContain("pipeline \"p\", line 6: The source shop has no stream custmers. (stream.unknown)");
        refused.Error.ShouldContain("Did you mean customers?");
        refused.Error.ShouldContain("pipeline \"p\", stream \"charges\", line 10: The stream charges has no field amout. (column.unknown)");
        refused.Error.ShouldContain("Did you mean amount?");
        (await _bench.DoAsync("pipeline", "list", "--json")).Output.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_rule_that_names_an_unknown_column_is_refused_with_the_nearest()
    {
        var refused = await ApplyAsync("""
            pipelines:
              - name: p
                source: shop
                destination: db
                streams:
                  - name: charges
                    columns: { id: id, status: status, state: { from: status, owner: app, when: { statuss: [paid] } } }
            """);

        refused.Error.ShouldContain("The column state: There is no column statuss. Did you mean status?");
    }

    [Fact]
    public async Task The_command_that_saves_a_pipeline_refuses_unknown_streams_too()
    {
        var refused = await _bench.RunAsync("pipeline", "set", "p", "--source", "shop", "--destination", "db", "--streams", "custmers", "--json");

        (refused.Code, refused.ErrorCode).ShouldBe((ExitCode.Usage, "stream.unknown"));
    }

    [Fact]
    public async Task A_place_that_no_record_has_is_told_in_report_log_and_JSON_of_the_run()
    {
        const string remark = "The column loyalty is null: none of the 20 records read has loyalty_tier.";
        await ApplyAsync("""
            pipelines:
              - name: p
                source: shop
                destination: db
                streams: [{ name: customers, columns: { id: id, loyalty: { from: loyalty_tier }, street: address/line1 } }]
            """);

        var run = await _bench.DoAsync("sync", "p", "--json");

        run.Error.ShouldContain($"customers: {remark}");
        run.Line.GetProperty("streams")[0].GetProperty("remarks").EnumerateArray().Select(each => each.GetString()).ShouldBe([remark]);
        (await _bench.DoAsync("run", "logs", "last")).Output.ShouldContain("loyalty_tier");
        (await _bench.DoAsync("run", "show", "last")).Output.ShouldContain(remark);
    }

    private async Task<Answer> ApplyAsync(string yaml)
    {
        var file = _bench.File("tidemark.yaml");
        await File.WriteAllTextAsync(file, yaml, CommandBench.Cancel);
        return await _bench.RunAsync("apply", "-f", file);
    }
}
