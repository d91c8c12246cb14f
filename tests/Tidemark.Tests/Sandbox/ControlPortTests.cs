using Shouldly;
using Xunit;

namespace Tidemark.Tests.Sandbox;

public sealed class ControlPortTests
{
    [Fact]
    public async Task The_rate_limit_lets_a_burst_pass_and_refuses_the_rest()
    {
        await using var standIn = await StandIn.StartAsync();
        await standIn.TellAsync("/settings/stripe", new { rate_limit = 3, retry_after = true });

        for (var request = 0; request < 3; request++) await standIn.GetAsync("/v1/products");
        using var refused = await standIn.Stripe.GetAsync(new Uri("/v1/products", UriKind.Relative), StandIn.Cancel);

        ((int)refused.StatusCode).ShouldBe(429);
        refused.Headers.RetryAfter?.Delta.ShouldBe(TimeSpan.FromSeconds(1));
        (await refused.Content.ReadAsStringAsync(StandIn.Cancel)).ShouldContain("\"code\":\"rate_limit\"");
        await Task.Delay(TimeSpan.FromMilliseconds(450), StandIn.Cancel);
        await standIn.GetAsync("/v1/products");

        await standIn.TellAsync("/settings/stripe", new { rate_limit = 0 });
        for (var request = 0; request < 10; request++) await standIn.GetAsync("/v1/products");
    }

    [Fact]
    public async Task Without_the_setting_a_refusal_does_not_tell_when_to_come_back()
    {
        await using var standIn = await StandIn.StartAsync();
        await standIn.TellAsync("/settings/stripe", new { rate_limit = 1 });
        await standIn.GetAsync("/v1/products");

        using var refused = await standIn.Stripe.GetAsync(new Uri("/v1/products", UriKind.Relative), StandIn.Cancel);

        ((int)refused.StatusCode).ShouldBe(429);
        refused.Headers.RetryAfter.ShouldBeNull();
    }

    [Fact]
    public async Task Requests_are_counted_by_route_and_never_show_the_key()
    {
        await using var standIn = await StandIn.StartAsync();
        var id = (await standIn.GetAsync("/v1/customers?limit=1")).Data()[0].Id();
        await standIn.GetAsync($"/v1/customers/{id}");
        await standIn.GetAsync("/v1/customers/cus_nobody?client_secret=hidden", status: 400);

        var log = await standIn.AskAsync("/requests/stripe");

        log.GetProperty("count").GetInt32().ShouldBe(3);
        log.GetProperty("by_path").GetProperty("/v1/customers/{id}").GetInt32().ShouldBe(2);
        log.GetProperty("per_second_peak").GetInt32().ShouldBeInRange(1, 3);
        log.GetProperty("max_concurrent").GetInt32().ShouldBe(1);
        var last = log.GetProperty("recent").EnumerateArray().Last();
        last.GetProperty("status").GetInt32().ShouldBe(400);
        last.Text("query").ShouldBe("?client_secret=***");
        last.Text("request_id")!.ShouldStartWith("req_");
        log.GetRawText().ShouldNotContain("sk_test");

        await standIn.Control.DeleteAsync(new Uri("/requests/stripe", UriKind.Relative), StandIn.Cancel);
        (await standIn.AskAsync("/requests/stripe")).GetProperty("count").GetInt32().ShouldBe(0);
    }

    [Fact]
    public async Task Requests_at_once_are_counted_as_such()
    {
        await using var standIn = await StandIn.StartAsync();
        await standIn.BreakAsync(new { fault = "delay", milliseconds = 400, times = -1 });

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => standIn.GetAsync("/v1/products")));

        (await standIn.AskAsync("/requests/stripe")).GetProperty("max_concurrent").GetInt32().ShouldBe(4);
    }

    [Fact]
    public async Task It_is_healthy()
    {
        await using var standIn = await StandIn.StartAsync();

        await standIn.AskAsync("/health");
    }

    [Theory]
    [InlineData("/truth/paypal/customers", "stripe")]
    [InlineData("/truth/stripe/horses", "customers, subscriptions")]
    [InlineData("/faults/paypal", "stripe")]
    public async Task An_unknown_name_is_answered_with_the_known_ones(string path, string known)
    {
        await using var standIn = await StandIn.StartAsync();

        (await standIn.AskAsync(path, status: 404)).Text("error")!.ShouldContain(known);
    }

    [Fact]
    public async Task It_tells_its_paths_with_examples_that_work()
    {
        await using var standIn = await StandIn.StartAsync();
        var paths = (await standIn.AskAsync("/")).EnumerateArray().ToList();

        foreach (var path in paths)
        {
            var words = path.Text("example")!.Split(' ', 4);
            var (address, body) = words[1] == "-X" ? (words[3], null) : (words[1], words is [_, _, "-d", var data] ? data.Trim('\'') : null);
            using var request = new HttpRequestMessage(new HttpMethod(path.Text("path")!.Split(' ')[0]), address);
            if (body is not null) request.Content = new StringContent(body);
            using var answer = await standIn.Control.SendAsync(request, StandIn.Cancel);
            ((int)answer.StatusCode).ShouldBe(200, path.GetRawText());
        }

        paths.Count.ShouldBeGreaterThan(5);
    }

    [Theory]
    [InlineData("/faults/stripe", """{"fault":"meteor"}""", "break_off, delay, status")]
    [InlineData("/faults/stripe", "{}", "an object with fault, status")]
    [InlineData("/faults/stripe", """{"fault":"delay","seconds":1}""", "milliseconds")]
    [InlineData("/faults/stripe", """{"fault":"delay","times":"x"}""", "$.times")]
    [InlineData("/mutate/stripe/customers", """{"update":{"count":"x"}}""", "$.update.count")]
    public async Task What_does_not_fit_is_answered_with_what_would_and_names_no_type(string path, string body, string told)
    {
        await using var standIn = await StandIn.StartAsync();
        using var content = new StringContent(body);
        using var answer = await standIn.Control.PostAsync(new Uri(path, UriKind.Relative), content, StandIn.Cancel);

        var error = await answer.Content.ReadAsStringAsync(StandIn.Cancel);
        error.ShouldContain(told);
        error.ShouldNotContain(".NET");
        error.ShouldNotContain("System.");
        error.ShouldNotContain("Tidemark.");
    }

    [Theory]
    [InlineData("/faults/stripe", """{"fault":"meteor"}""")]
    [InlineData("/faults/stripe", """{"fault":"delay","seconds":1}""")]
    [InlineData("/faults/stripe", """{"fault":"status","every":0}""")]
    [InlineData("/faults/stripe", "not json")]
    [InlineData("/mutate/stripe/customers", """{"create":-1}""")]
    [InlineData("/mutate/stripe/customers", """{"create":["x"]}""")]
    [InlineData("/mutate/stripe/customers", """{"update":{}}""")]
    [InlineData("/mutate/stripe/customers", """{"update":{"id":"a","count":1}}""")]
    [InlineData("/mutate/stripe/customers", """{"remove":1}""")]
    [InlineData("/settings/stripe", """{"rate_limit":"fast"}""")]
    [InlineData("/settings/stripe", """{"colour":1}""")]
    public async Task Bad_input_is_refused_with_a_reason(string path, string body)
    {
        await using var standIn = await StandIn.StartAsync();
        using var content = new StringContent(body);

        using var answer = await standIn.Control.PostAsync(new Uri(path, UriKind.Relative), content, StandIn.Cancel);

        ((int)answer.StatusCode).ShouldBe(400);
        (await answer.Content.ReadAsStringAsync(StandIn.Cancel)).ShouldStartWith("{\"error\":\"");
    }
}
