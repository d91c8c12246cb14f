using System.Text.Json;
using Shouldly;
using Tidemark.Connectors.Slack;
using Tidemark.Engine.Connectors;
using Tidemark.Tests.Sources;
using Xunit;

namespace Tidemark.Tests.Alerts;

/// <summary>Slack, as an incoming webhook takes it.</summary>
public sealed class SlackChannelTests
{
    [Fact]
    public async Task S2_11_a_message_is_a_text_and_a_block_each_part()
    {
        await using var server = new PlayedServer(_ => new(200, "ok"u8.ToArray()));

        var reply = await SendAsync(server, ChannelBench.Message(ChannelBench.Failed(), ChannelBench.Failed("retail")));

        reply.Problem.ShouldBeNull();
        var body = JsonSerializer.Deserialize<JsonElement>(server.Requests.ShouldHaveSingleItem().Body);
        body.GetProperty("text").GetString().ShouldBe("payments: failed");
        body.GetProperty("blocks").GetArrayLength().ShouldBe(2);
        var section = body.GetProperty("blocks")[1];
        (section.GetProperty("type").GetString(), section.GetProperty("text").GetProperty("type").GetString()).ShouldBe(("section", "mrkdwn"));
        var text = section.GetProperty("text").GetProperty("text").GetString()!;
        text.ShouldContain("*retail: failed*");
        text.ShouldEndWith("<https://sync.example.com/runs/r-20261201-020300-0a1b2c|Open>");
    }

    [Fact]
    public void Names_and_errors_call_nobody_and_make_no_links()
    {
        var text = Section(ChannelBench.Failed("<!channel>", "See <https://evil.example|this> & <@U123>"));

        text.ShouldContain("&lt;!channel&gt;");
        text.ShouldContain("See &lt;https://evil.example|this&gt; &amp; &lt;@U123&gt;");
    }

    [Fact]
    public void A_part_that_is_too_long_is_cut_between_letters()
    {
        foreach (var letters in Enumerable.Range(0, 12))
        {
            var section = Section(ChannelBench.Failed(new string('x', letters), string.Concat(Enumerable.Repeat("&<>🌊", 1000))) with { Link = null });

            section.Length.ShouldBeLessThanOrEqualTo(3000);
            section.ShouldEndWith("…");
            section.EnumerateRunes().ShouldNotContain(System.Text.Rune.ReplacementChar);
            section.Replace("&amp;", "", StringComparison.Ordinal).Replace("&lt;", "", StringComparison.Ordinal).Replace("&gt;", "", StringComparison.Ordinal).ShouldNotContain("&");
        }
    }

    [Fact]
    public async Task What_Slack_says_is_repeated_and_the_address_is_not()
    {
        await using var server = new PlayedServer(_ => new(403, "invalid_token"u8.ToArray()));

        var problem = (await SendAsync(server, ChannelBench.Message(ChannelBench.Failed()))).Problem.ShouldNotBeNull();

        (problem.Code, problem.Message).ShouldBe(("channel.refused", "127.0.0.1 answered 403 invalid_token."));
        $"{problem}".ShouldNotContain("T000");
    }

    [Fact]
    public void An_address_that_is_none_is_refused_and_not_repeated()
    {
        var problem = ChannelBench.Problems("slack", ("url", "javascript:T000")).ShouldHaveSingleItem();

        problem.Code.ShouldBe("setting.invalid");
        $"{problem}".ShouldNotContain("T000");
    }

    private static string Section(ChannelAlert alert) =>
        JsonSerializer.Deserialize<JsonElement>(SlackText.Of(ChannelBench.Message(alert)).Span).GetProperty("blocks")[0].GetProperty("text").GetProperty("text").GetString()!;

    private static Task<ChannelReply> SendAsync(PlayedServer server, ChannelMessage message) => ChannelBench.SendAsync(
        ChannelBench.Open("slack", TimeProvider.System, ("url", $"{server.Address}services/T000/B000/XXXX"), ("allow_private_network", "true")), message);
}
