using Shouldly;
using Tidemark.Connectors.Stripe;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Sources.Http;
using Tidemark.Tests.Sources;
using Xunit;

namespace Tidemark.Tests.Stripe;

public sealed class StripeErrorsTests
{
    [Theory]
    [InlineData(400, "parameter_unknown", "stripe.parameter_unknown", FailureKind.Upstream, 1)]
    [InlineData(400, "Not A Code!", "stripe.refused", FailureKind.Upstream, 1)]
    [InlineData(402, "card_declined", "stripe.card_declined", FailureKind.Upstream, 1)]
    [InlineData(403, "account_invalid", "stripe.forbidden", FailureKind.Configuration, 1)]
    [InlineData(404, "resource_missing", "stripe.not_found", FailureKind.Upstream, 1)]
    [InlineData(409, "lock_timeout", "stripe.unavailable", FailureKind.Transient, 3)]
    [InlineData(429, "rate_limit", "stripe.rate_limited", FailureKind.Transient, 3)]
    [InlineData(500, "", "stripe.unavailable", FailureKind.Transient, 3)]
    public async Task An_error_is_named_and_asked_again_where_that_may_help(int status, string said, string code, FailureKind kind, int asked)
    {
        var (failure, times) = await SendAsync(new PlayedAnswer(status, Body(said)) { Headers = { ["Request-Id"] = "req_1" } });
        (failure.Code, failure.Kind, times).ShouldBe((code, kind, asked));
        failure.Message.ShouldContain("Stripe says no");
        failure.Message.ShouldContain("req_1");
    }

    [Theory]
    [InlineData(500, "false", 1)]
    [InlineData(400, "true", 3)]
    [InlineData(429, "false", 3)]
    public async Task Stripe_decides_whether_to_ask_again_except_after_a_429(int status, string header, int asked) =>
        (await SendAsync(new PlayedAnswer(status, Body("x")) { Headers = { ["Stripe-Should-Retry"] = header } })).Asked.ShouldBe(asked);

    [Fact]
    public async Task An_error_without_a_body_is_named_all_the_same() =>
        (await SendAsync(new PlayedAnswer(400, []))).Failure.Code.ShouldBe("stripe.refused");

    private static byte[] Body(string code) => System.Text.Encoding.UTF8.GetBytes(
        $$$"""{"error":{"code":"{{{code}}}","message":"Stripe says no","type":"invalid_request_error"}}""");

    private static async Task<(TidemarkException Failure, int Asked)> SendAsync(PlayedAnswer answer)
    {
        var api = StripeConnector.Api(new StripeOptions { Retries = 2 }) with { RetryDelay = TimeSpan.FromMilliseconds(1), RequestsPerSecond = 0 };
        var handler = new PlayedHandler(_ => answer);
        await using var exchange = new HttpExchange(api, TimeProvider.System, handler);
        var failure = await Played.FailureAsync(() => exchange.SendAsync(
            HttpCall.Get("/v1/customers"), PageShape.One, TestContext.Current.CancellationToken));
        return (failure, handler.Asked);
    }
}
