using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Shouldly;
using StandardWebhooks;
using StandardWebhooks.Diagnostics;
using Tidemark.Engine.Connectors;
using Tidemark.Tests.Sources;
using Xunit;

namespace Tidemark.Tests.Alerts;

/// <summary>Webhooks, to a real receiver over HTTP that verifies them as its own users do.</summary>
public sealed class WebhookChannelTests
{
    private const string OtherSecret = "whsec_dGlkZW1hcmsgc2lnbnMgd2l0aCB0aGlzIHNlY3JldA==";

    [Fact]
    public async Task S2_11_a_receiver_verifies_a_message_with_either_secret()
    {
        await using var server = new PlayedServer(_ => PlayedAnswer.Json("{}"));

        var reply = await SendAsync(server.Address, ("second_secret", OtherSecret));

        (reply.Problem, reply.Status).ShouldBe((null, 200));
        var request = server.Requests.ShouldHaveSingleItem();
        request.Headers["webhook-id"].ShouldBe("msg_1");
        Math.Abs(long.Parse(request.Headers["webhook-timestamp"], CultureInfo.InvariantCulture) - TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()).ShouldBeLessThan(60);
        // The library looks at the first signature alone; a receiver takes any of them.
        var signatures = request.Headers["webhook-signature"].Split(' ');
        signatures.Length.ShouldBe(2);
        new StandardWebhook(ChannelBench.Secret).Verify(request.Body, Headers(request));
        new StandardWebhook(OtherSecret).Verify(request.Body, Headers(request, signatures[1]));
        Should.Throw<WebhookVerificationException>(() => new StandardWebhook(ChannelBench.Secret).Verify(request.Body + " ", Headers(request)));
        Should.Throw<WebhookVerificationException>(() => new StandardWebhook(OtherSecret).Verify(request.Body, Headers(request, signatures[0])));
    }

    [Fact]
    public void A_signature_is_that_of_the_specification()
    {
        // The example of https://docs.svix.com/receiving/verifying-payloads/how-manual.
        new StandardWebhook(ChannelBench.Secret).Sign("msg_p5jXN8AQM9LWM0D4loKWxJek", DateTimeOffset.FromUnixTimeSeconds(1614265330), "{\"test\": 2432232314}")
            .ShouldBe("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    [Fact]
    public async Task A_body_has_type_timestamp_and_data()
    {
        await using var server = new PlayedServer(_ => PlayedAnswer.Json("{}"));

        await SendAsync(server.Address);

        var body = JsonSerializer.Deserialize<JsonElement>(server.Requests.ShouldHaveSingleItem().Body);
        body.EnumerateObject().Select(key => key.Name).ShouldBe(["type", "timestamp", "data"]);
        (body.GetProperty("type").GetString(), body.GetProperty("timestamp").GetString()).ShouldBe(("alert", "2026-12-01T02:03:00.0000000Z"));
        var data = body.GetProperty("data");
        (data.GetProperty("rule").GetString(), data.GetProperty("severity").GetString()).ShouldBe(("nightly", "critical"));
        var alert = data.GetProperty("alerts")[0];
        (alert.GetProperty("event").GetString(), alert.GetProperty("pipeline").GetString(), alert.GetProperty("run").GetString(), alert.GetProperty("code").GetString())
            .ShouldBe(("failed", "payments", "r-20261201-020300-0a1b2c", "source.unreachable"));
    }

    [Theory]
    [InlineData(500, "channel.refused", true, false)]
    [InlineData(429, "channel.refused", true, false)]
    [InlineData(403, "channel.refused", false, false)]
    [InlineData(410, "channel.gone", false, true)]
    [InlineData(302, "channel.redirected", false, false)]
    public async Task An_answer_that_is_no_success_is_said_with_its_status(int status, string code, bool mayPass, bool isFinal)
    {
        await using var elsewhere = new PlayedServer(_ => PlayedAnswer.Json("{}"));
        await using var server = new PlayedServer(request => PlayedAnswer.Json($"You sent {request.Body} signed {request.Headers["webhook-signature"]}", status) with
        {
            Headers = new() { ["Location"] = $"{elsewhere.Address}" },
        });

        var reply = await SendAsync(server.Address);

        var problem = reply.Problem.ShouldNotBeNull();
        (reply.Status, problem.Code, problem.IsTransient, reply.IsFinal).ShouldBe((status, code, mayPass, isFinal));
        problem.Message.ShouldNotContain("You sent");
        elsewhere.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_receiver_that_never_answers_is_given_up_for_now()
    {
        await using var server = new PlayedServer(_ => PlayedAnswer.Json("{}") with { Hangs = true });

        var reply = await ChannelBench.SendAsync(Open(new HurriedClock(), server.Address), ChannelBench.Message(ChannelBench.Failed()));

        reply.Problem.ShouldNotBeNull().Code.ShouldBe("channel.slow");
    }

    [Theory]
    [InlineData("http://127.0.0.1:1", "false", "channel.address_refused")]
    [InlineData("http://[::1]:1", "false", "channel.address_refused")]
    [InlineData("http://10.0.0.1", "false", "channel.address_refused")]
    [InlineData("http://169.254.169.254/latest/meta-data", "true", "channel.address_refused")]
    [InlineData("http://192.88.99.1", "true", "channel.not_encrypted")]
    [InlineData("http://127.0.0.1:1", "true", "channel.unreachable")]
    public async Task An_address_that_nothing_is_sent_to_is_refused(string url, string allowed, string code) =>
        (await SendAsync(new(url), ("allow_private_network", allowed))).Problem.ShouldNotBeNull().Code.ShouldBe(code);

    [Theory]
    [InlineData("url", "ftp://example.com")]
    [InlineData("url", "file:///etc/passwd")]
    [InlineData("url", "https://user:password@example.com")]
    [InlineData("secret", "short")]
    [InlineData("secret", "whsec_c2hvcnQ=")]
    [InlineData("second_secret", "no base64 at all, but long enough for one")]
    public void Settings_that_are_none_are_refused(string setting, string value)
    {
        var settings = new Dictionary<string, string> { ["url"] = "https://example.com", ["secret"] = ChannelBench.Secret, [setting] = value };

        var problem = ChannelBench.Problems("webhook", [.. settings.Select(each => (each.Key, each.Value))]).ShouldHaveSingleItem();

        problem.Code.ShouldBe("setting.invalid");
        $"{problem}".ShouldNotContain(value);
    }

    private static HeaderDictionary Headers(PlayedRequest request, string? signature = null)
    {
        var headers = new HeaderDictionary();
        foreach (var (name, value) in request.Headers) headers[name] = value;
        if (signature is not null) headers["webhook-signature"] = signature;
        return headers;
    }

    private static Task<ChannelReply> SendAsync(Uri address, params (string Name, string Value)[] settings) =>
        ChannelBench.SendAsync(Open(TimeProvider.System, address, settings), ChannelBench.Message(ChannelBench.Failed()));

    private static IChannel Open(TimeProvider clock, Uri address, params (string Name, string Value)[] settings)
    {
        var all = new Dictionary<string, string> { ["url"] = $"{address}", ["secret"] = ChannelBench.Secret, ["allow_private_network"] = "true" };
        foreach (var (name, value) in settings) all[name] = value;
        return ChannelBench.Open("webhook", clock, [.. all.Select(setting => (setting.Key, setting.Value))]);
    }
}
