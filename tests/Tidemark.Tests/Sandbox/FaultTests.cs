using System.Diagnostics;
using System.Text.Json;
using Shouldly;
using Xunit;

namespace Tidemark.Tests.Sandbox;

public sealed class FaultTests
{
    private static readonly Uri Customers = new("/v1/customers?limit=20", UriKind.Relative);

    [Fact]
    public async Task Break_off_cuts_the_connection_in_the_middle_of_the_body()
    {
        await using var standIn = await StandIn.StartAsync();
        await standIn.BreakAsync(new { fault = "break_off" });

        using var answer =
            await standIn.Stripe.GetAsync(Customers, HttpCompletionOption.ResponseHeadersRead, StandIn.Cancel);

        answer.Content.Headers.ContentLength.ShouldNotBeNull().ShouldBeGreaterThan(10_000);
        await Should.ThrowAsync<HttpRequestException>(() => answer.Content.ReadAsStringAsync(StandIn.Cancel));
        (await standIn.GetAsync("/v1/customers")).Data().Count.ShouldBe(10);
    }

    [Fact]
    public async Task Half_json_is_a_whole_answer_that_does_not_parse()
    {
        await using var standIn = await StandIn.StartAsync();
        await standIn.BreakAsync(new { fault = "half_json" });

        var text = await standIn.Stripe.GetStringAsync(Customers, StandIn.Cancel);

        Should.Throw<JsonException>(() => JsonDocument.Parse(text));
    }

    [Fact]
    public async Task Wrong_content_is_a_page_for_people()
    {
        await using var standIn = await StandIn.StartAsync();
        await standIn.BreakAsync(new { fault = "wrong_content" });

        using var answer = await standIn.Stripe.GetAsync(Customers, StandIn.Cancel);

        ((int)answer.StatusCode).ShouldBe(200);
        answer.Content.Headers.ContentType?.MediaType.ShouldBe("text/html");
    }

    [Theory]
    [InlineData(429, "invalid_request_error", 3)]
    [InlineData(500, "api_error", null)]
    [InlineData(403, "invalid_request_error", null)]
    public async Task A_status_comes_with_stripes_error_body(int status, string type, int? retryAfter)
    {
        await using var standIn = await StandIn.StartAsync();
        await standIn.BreakAsync(new { fault = "status", status, retry_after = retryAfter });

        using var answer = await standIn.Stripe.GetAsync(Customers, StandIn.Cancel);

        ((int)answer.StatusCode).ShouldBe(status);
        answer.Headers.RetryAfter?.Delta.ShouldBe(TimeSpan.FromSeconds(retryAfter ?? 0));
        (answer.Headers.RetryAfter is null).ShouldBe(retryAfter is null);
        answer.Headers.Contains("Request-Id").ShouldBeTrue();
        var body = JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync(StandIn.Cancel));
        body.GetProperty("error").Text("type").ShouldBe(type);
        await standIn.GetAsync("/v1/customers");
    }

    [Fact]
    public async Task Repeat_page_answers_the_page_before_again()
    {
        await using var standIn = await StandIn.StartAsync();
        var first = await standIn.GetAsync("/v1/customers?limit=20");
        var next = $"/v1/customers?limit=20&starting_after={first.Data()[^1].Id()}";
        await standIn.BreakAsync(new { fault = "repeat_page" });

        (await standIn.GetAsync("/v1/customers?limit=20")).GetRawText().ShouldBe(first.GetRawText());
        (await standIn.GetAsync(next)).GetRawText().ShouldBe(first.GetRawText());
        (await standIn.GetAsync(next)).Data()[0].Id().ShouldNotBe(first.Data()[0].Id());
    }

    [Fact]
    public async Task Has_more_can_lie_both_ways()
    {
        await using var standIn = await StandIn.StartAsync();
        await standIn.BreakAsync(new { fault = "has_more_lie_false" });
        (await standIn.GetAsync("/v1/customers?limit=20")).HasMore().ShouldBeFalse();
        (await standIn.GetAsync("/v1/customers?limit=20")).HasMore().ShouldBeTrue();

        await standIn.BreakAsync(new { fault = "has_more_lie_true" });
        (await standIn.GetAsync("/v1/products?limit=100")).HasMore().ShouldBeTrue();
        (await standIn.GetAsync("/v1/products?limit=100")).HasMore().ShouldBeFalse();
    }

    [Fact]
    public async Task An_empty_page_promises_more()
    {
        await using var standIn = await StandIn.StartAsync();
        await standIn.BreakAsync(new { fault = "empty_page" });

        var page = await standIn.GetAsync("/v1/customers");

        page.Data().ShouldBeEmpty();
        page.HasMore().ShouldBeTrue();
    }

    [Fact]
    public async Task Delay_waits_before_the_answer_and_slow_body_during_it()
    {
        await using var standIn = await StandIn.StartAsync();
        await standIn.BreakAsync(new { fault = "delay", milliseconds = 300 });
        await standIn.BreakAsync(new { fault = "slow_body", milliseconds = 20, path = "/v1/charges" });

        (await TimeAsync("/v1/customers")).ShouldBeGreaterThan(TimeSpan.FromMilliseconds(290));
        (await TimeAsync("/v1/charges")).ShouldBeGreaterThan(TimeSpan.FromMilliseconds(290));

        async Task<TimeSpan> TimeAsync(string path)
        {
            var start = Stopwatch.GetTimestamp();
            (await standIn.GetAsync(path)).Data().Count.ShouldBe(10);
            return Stopwatch.GetElapsedTime(start);
        }
    }

    [Fact]
    public async Task An_expired_key_stays_expired_until_cleared()
    {
        await using var standIn = await StandIn.StartAsync();
        await standIn.BreakAsync(new { fault = "expire", after = 1 });

        await standIn.GetAsync("/v1/customers");
        for (var again = 0; again < 3; again++)
        {
            (await standIn.GetAsync("/v1/customers", status: 401))
                .GetProperty("error").Text("code").ShouldBe("api_key_expired");
        }

        await standIn.Control.DeleteAsync(new Uri("/faults/stripe", UriKind.Relative), StandIn.Cancel);
        await standIn.GetAsync("/v1/customers");
    }

    [Fact]
    public async Task A_fault_skips_repeats_and_spares_as_it_is_told()
    {
        await using var standIn = await StandIn.StartAsync();
        await standIn.BreakAsync(
            new { fault = "status", status = 503, path = "/v1/customers", after = 1, every = 2, times = 2 });

        await standIn.GetAsync("/v1/products");
        foreach (var status in new[] { 200, 200, 503, 200, 503, 200, 200, 200 })
            await standIn.GetAsync("/v1/customers", status);

        var state = (await standIn.AskAsync("/faults/stripe")).EnumerateArray().Single();
        state.GetProperty("fired").GetInt32().ShouldBe(2);
        state.GetProperty("matched").GetInt32().ShouldBe(8);
    }
}
