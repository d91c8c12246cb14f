using System.Text;
using Shouldly;
using Tidemark.Engine;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;
using Tidemark.Tests.Catalog;
using Xunit;

namespace Tidemark.Tests.Scheduling;

/// <summary>What the calls of vendors come to, whatever database the catalog is in.</summary>
public abstract class WebhookPromises : IDisposable
{
    private const string Token = "of-the-shop";

    private readonly ScheduledHome _home;

    private protected WebhookPromises(TestHome home) => _home = new(home);

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task S2_11_a_burst_of_calls_is_one_merge_of_the_streams_that_they_tell_of()
    {
        await SaveAsync(Listening("payments", "a", "b", "c"), ScheduledHome.Pipeline("deaf"));
        foreach (var stream in new[] { "a", "c", "a", "z", "c" }) (await HearAsync(stream)).ShouldBe(stream == "z" ? [] : ["payments"]);

        (await _home.LookAsync("2027-03-01T10:00:01Z")).ShouldBeEmpty("more may come");
        var run = (await _home.LookAsync("2027-03-01T10:00:02Z")).ShouldHaveSingleItem();
        (run.Pipeline, run.Status, run.Origin).ShouldBe(("payments", RunStatus.Queued, new RunOrigin(RunTrigger.Webhook, "shop")));
        Request(run).ShouldBe(["a", "c"]);
        (await _home.LookAsync("2027-03-01T10:00:09Z")).ShouldBeEmpty();

        // What comes while it waits is read by it; what it does not read waits for another.
        await HearAsync("c");
        (await _home.LookAsync("2027-03-01T10:00:20Z")).ShouldBeEmpty();
        await HearAsync("b");
        Request((await _home.LookAsync("2027-03-01T10:00:30Z")).ShouldHaveSingleItem()).ShouldBe(["b"]);
        await _home.CarryOutAsync();
        (await _home.LookAsync("2027-03-01T10:00:40Z")).ShouldBeEmpty();
        await HearAsync("c");
        Request((await _home.LookAsync("2027-03-01T10:00:50Z")).ShouldHaveSingleItem()).ShouldBe(["c"], "the run before is over, and may have read too early");
    }

    [Fact]
    public async Task S2_11_two_servers_make_one_run_of_what_was_told_once()
    {
        await SaveAsync([.. Enumerable.Range(0, 40).Select(number => Listening($"p{number:00}"))]);
        await HearAsync("a");
        _home.Now = _home.Now.AddSeconds(5);
        await using var one = await _home.OpenAsync();
        await using var other = await _home.OpenAsync();

        await Task.WhenAll(new[] { one, other, one, other }.Select(server => Task.Run(() => server.Scheduler().LookAsync(TestHome.Cancelled))));

        (await _home.RunsAsync()).Select(run => run.Pipeline).Order(StringComparer.Ordinal).ShouldBe(Enumerable.Range(0, 40).Select(number => $"p{number:00}"));
    }

    [Fact]
    public async Task P1_what_was_told_is_kept_while_the_pipeline_is_paused_or_a_run_waits_for_approval()
    {
        await SaveAsync(Listening("payments") with { Paused = true });
        await HearAsync(null);
        (await _home.LookAsync("2027-03-01T10:00:10Z")).ShouldBeEmpty();
        await SaveAsync(Listening("payments"));
        Request((await _home.LookAsync("2027-03-01T10:00:20Z")).ShouldHaveSingleItem()).ShouldBeEmpty("all of them");
        await _home.CarryOutAsync(RunStatus.Parked);

        await HearAsync("a");
        (await _home.LookAsync("2027-03-01T10:00:30Z")).ShouldBeEmpty("it would end the parked run before anybody could decide");
        await using (var home = await _home.OpenAsync()) await home.Runs.RequestCancelAsync((await _home.RunsAsync())[0].Id, TestHome.Cancelled);
        Request((await _home.LookAsync("2027-03-01T10:00:40Z")).ShouldHaveSingleItem()).ShouldBe(["a"]);
    }

    [Theory]
    [InlineData("shop", "wrong", "webhook.refused")]
    [InlineData("shop", null, "webhook.refused")]
    [InlineData("nobody", Token, "webhook.unknown")]
    [InlineData("quiet", Token, "webhook.unknown")]
    [InlineData("../shop\0", Token, "webhook.unknown")]
    public async Task P11_a_call_that_shows_no_token_of_the_source_comes_to_nothing(string source, string? token, string code)
    {
        await SaveAsync(Listening("payments"));

        (await Should.ThrowAsync<TidemarkException>(() => HearAsync("a", source, token))).Code.ShouldBe(code);

        (await _home.LookAsync("2027-03-01T11:00:00Z")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_pipeline_that_is_removed_takes_what_was_told_along()
    {
        await SaveAsync(Listening("payments"));
        await HearAsync("a");
        await using (var home = await _home.OpenAsync()) await home.Definitions.Pipelines.RemoveAsync("payments", TestHome.Cancelled);
        await SaveAsync(Listening("payments"));

        (await _home.LookAsync("2027-03-01T11:00:00Z")).ShouldBeEmpty();
    }

    private static PipelineDefinition Listening(string name, params string[] streams) => ScheduledHome.Pipeline(name) with { Webhooks = true, Streams = streams };

    private static IReadOnlyList<string> Request(RunRecord run)
    {
        var sync = run.Request.ShouldBeOfType<SyncRun>();
        sync.Mode.ShouldBe(WriteMode.Merge);
        return sync.Streams;
    }

    private async Task SaveAsync(params PipelineDefinition[] pipelines)
    {
        _home.Now = ScheduledHome.At("2027-03-01T10:00Z");
        await _home.SaveAsync(pipelines);
        await using var home = await _home.OpenAsync();
        var shop = await home.Definitions.Sources.FindAsync("shop", TestHome.Cancelled);
        await home.Definitions.Sources.SaveAsync(shop.With(new Dictionary<string, string> { ["webhook_secret"] = Token }), TestHome.Cancelled);
        await home.Definitions.Sources.SaveAsync(shop with { Name = "quiet" }, TestHome.Cancelled);
    }

    private async Task<IReadOnlyList<string>> HearAsync(string? streams, string source = "shop", string? token = Token)
    {
        await using Home home = await _home.OpenAsync();
        var body = streams is null ? "{}" : $$"""{"streams":"{{streams}}"}""";
        var call = new WebhookCall(new("http://here/webhooks/shop"), Encoding.UTF8.GetBytes(body), name => name == WebhookProof.TokenHeader ? token : null);
        return (await home.Webhooks.HearAsync(source, call, TestHome.Cancelled)).Pipelines;
    }
}

public sealed class SqliteWebhookPromises() : WebhookPromises(new SqliteHome());

public sealed class PostgresWebhookPromises() : WebhookPromises(new PostgresHome());
